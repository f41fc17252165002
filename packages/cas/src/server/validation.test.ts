import { describe, expect, test } from "vitest";
import { CasError } from "./cas-error.ts";
import { ParameterError, parseParameters } from "./parameters.ts";
import { createTicketId } from "./ticket-id.ts";
import type { ConsumeResult } from "./ticket-registry.ts";
import {
  type AcceptedTickets,
  asCasError,
  parseValidationRequest,
  requireValidTicket,
  validationFormat,
} from "./validation.ts";

const ticket = createTicketId("ST");
const parse = (query: string, accepts: AcceptedTickets = "service-tickets") =>
  parseValidationRequest(parseParameters(query), accepts);

function errorOf(act: () => unknown): CasError {
  try {
    act();
  } catch (error) {
    if (error instanceof CasError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}

describe("2.5.1 parameters of validation", () => {
  test("service and ticket are sufficient", () => {
    expect(parse(`service=https%3A%2F%2Fshop.example&ticket=${ticket}`)).toEqual({
      service: "https://shop.example/",
      ticket,
      renew: false,
      format: "XML",
      pgtUrl: null,
    });
  });

  test("renew is set by its presence", () => {
    expect(parse(`service=https://a.example&ticket=${ticket}&renew=true`).renew).toBe(true);
    expect(parse(`service=https://a.example&ticket=${ticket}&renew=false`).renew).toBe(false);
  });

  test.each([
    ["XML", "XML"],
    ["xml", "XML"],
    ["JSON", "JSON"],
    ["json", "JSON"],
  ])("format %s is %s", (given, format) => {
    expect(parse(`service=https://a.example&ticket=${ticket}&format=${given}`).format).toBe(format);
  });

  test.each(["YAML", "", "JSONP", "application/json"])("format %s is an error, answered in XML", (format) => {
    const query = `service=https://a.example&ticket=${ticket}&format=${format}`;
    expect(errorOf(() => parse(query))).toMatchObject({
      code: "INVALID_REQUEST",
      description: "The format is not supported; use XML or JSON.",
    });
    expect(validationFormat(parseParameters(query))).toBe("XML");
  });

  test("an error of a JSON request is answered in JSON", () => {
    expect(validationFormat(parseParameters("format=JSON"))).toBe("JSON");
    expect(validationFormat(new Map())).toBe("XML");
  });

  test.each([
    ["", "service"],
    ["service=https://a.example", "ticket"],
    [`ticket=${ticket}`, "service"],
    [`service=&ticket=${ticket}`, "service"],
    ["service=https://a.example&ticket=", "ticket"],
    [`Service=https://a.example&ticket=${ticket}`, "service"],
    [`service=https://a.example&TICKET=${ticket}`, "ticket"],
  ])("%s lacks %s", (query, name) => {
    const error = errorOf(() => parse(query));
    expect(error.code).toBe("INVALID_REQUEST");
    expect(error.description).toBe(`The parameters service and ticket are required; ${name} is missing.`);
  });

  test("a repeated service is refused", () => {
    const twice = `service=https://a.example&service=https://b.example&ticket=${ticket}`;
    expect(() => parse(twice)).toThrow(ParameterError);
  });

  test("pgtUrl is passed on unchanged; an empty one counts as absent", () => {
    const asked = `service=https://a.example&ticket=${ticket}`;
    expect(parse(`${asked}&pgtUrl=https://a.example/pgt?a=b`).pgtUrl).toBe("https://a.example/pgt?a=b");
    expect([parse(asked).pgtUrl, parse(`${asked}&pgtUrl=`).pgtUrl]).toEqual([null, null]);
  });

  test("2.5.3 a service that is not a URL is passed on unchanged, so that the ticket is consumed", () => {
    const parsed = parse(`service=https%3A%2F%2Fa%40shop.example%2F&ticket=${ticket}`);
    expect(parsed.service).toBe("https://a@shop.example/");
  });
});

describe("2.5 kinds of ticket", () => {
  test.each(["PT", "PGT", "PGTIOU"] as const)("a %s is refused, and the message says why", (prefix) => {
    const error = errorOf(() => parse(`service=https://a.example&ticket=${createTicketId(prefix)}`));
    expect(error.code).toBe("INVALID_TICKET_SPEC");
    expect(error.description).toMatch(prefix === "PT" ? /proxyValidate/ : /kind/);
  });

  test("2.6 a proxy ticket is accepted where proxy tickets are allowed", () => {
    const proxyTicket = createTicketId("PT");
    const asked = `service=https://a.example&ticket=${proxyTicket}`;
    expect(parse(asked, "proxy-tickets-too").ticket).toBe(proxyTicket);
    expect(parse(`service=https://a.example&ticket=${ticket}`, "proxy-tickets-too").ticket).toBe(ticket);
  });

  test.each(["PGT", "PGTIOU", "TGT", "LT"] as const)("2.6 a %s is refused there too", (prefix) => {
    const asked = `service=https://a.example&ticket=${createTicketId(prefix)}`;
    expect(errorOf(() => parse(asked, "proxy-tickets-too")).code).toBe("INVALID_TICKET_SPEC");
  });

  test.each(["ST-1", "PT-1", "st-1", "x-PGT-1", `${ticket}x`, "<script>alert(1)</script>"])(
    "%s is not a service ticket, and is not repeated",
    (value) => {
      const error = errorOf(() => parse(`service=https://a.example&ticket=${encodeURIComponent(value)}`));
      expect(error.code).toBe("INVALID_TICKET");
      expect(error.description).toMatch(/not a service or proxy ticket/);
      expect(error.description).not.toContain(value);
    },
  );
});

describe("2.5.3 the result of consuming a ticket", () => {
  const valid: ConsumeResult = {
    outcome: "valid",
    siteId: "shop",
    sessionId: "s",
    fromNewLogin: true,
    proxies: [],
    principal: { user: "alice", attributes: {}, authenticationDate: new Date(0), longTerm: false },
  };

  test("a valid ticket is returned", () => {
    expect(requireValidTicket(valid)).toBe(valid);
  });

  test.each([
    ["unknown", "INVALID_TICKET", /not known, or was used before/],
    ["expired", "INVALID_TICKET", /too old/],
    ["other-service", "INVALID_SERVICE", /another service/],
    ["not-from-credentials", "INVALID_TICKET", /renew/],
    ["session-ended", "INVALID_TICKET", /session .* has ended/],
  ] as const)("%s is %s", (outcome, code, description) => {
    const error = errorOf(() => requireValidTicket({ outcome }));
    expect(error.code).toBe(code);
    expect(error.description).toMatch(description);
  });
});

describe("2.5.3 errors during validation", () => {
  test("a CasError is unchanged", () => {
    const error = new CasError("INVALID_SERVICE", "No.");
    expect(asCasError(error)).toBe(error);
  });

  test("a ParameterError is INVALID_REQUEST", () => {
    const cause = new ParameterError("parameter_duplicated", "service");
    expect(asCasError(cause)).toMatchObject({
      code: "INVALID_REQUEST",
      cause,
      description: "A parameter was given twice; give it once.",
    });
  });

  test("any other error is INTERNAL_ERROR with a hidden cause", () => {
    const cause = new Error("relation tickets does not exist");
    const error = asCasError(cause);
    expect(error.code).toBe("INTERNAL_ERROR");
    expect(error.description).toMatch(/could not validate the ticket/);
    expect(error.description).not.toContain("relation");
    expect(error.cause).toBe(cause);
    expect(asCasError("thrown text").code).toBe("INTERNAL_ERROR");
  });
});
