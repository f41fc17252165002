import { describe, expect, test } from "vitest";
import { authenticationSuccess } from "../server/authentication-success.ts";
import { CasError } from "../server/cas-error.ts";
import { renderJsonFailure, renderJsonSuccess } from "../server/response-json.ts";
import { renderXmlSuccess } from "../server/response-xml.ts";
import { CasClientError } from "./cas-client-error.ts";
import { processServiceValidateResponse } from "./service-validate-response.ts";

const answer = (body: unknown, init: ResponseInit = {}): Response =>
  new Response(typeof body === "string" ? body : JSON.stringify(body), {
    headers: { "content-type": "application/json" },
    ...init,
  });
const success = (authenticationSuccess: unknown): Response =>
  answer({ serviceResponse: { authenticationSuccess } });
const failure = (authenticationFailure: unknown): Response =>
  answer({ serviceResponse: { authenticationFailure } });

async function errorOf(response: Response): Promise<CasClientError> {
  try {
    await processServiceValidateResponse(response);
  } catch (error) {
    if (error instanceof CasClientError) return error;
    throw error;
  }
  throw new Error("it was taken for a success");
}

describe("2.5.2 a success response", () => {
  test("of the server half: returns the user and the released attributes", async () => {
    const { body } = renderJsonSuccess(
      authenticationSuccess(
        {
          outcome: "valid",
          siteId: "shop",
          sessionId: "s",
          fromNewLogin: true,
          proxies: [],
          principal: {
            user: "alice",
            attributes: { name: "Alice <b>", groups: ["a", "b"] },
            authenticationDate: new Date("2026-11-21T08:00:00Z"),
            longTerm: true,
          },
        },
        [
          { name: "name", from: "name" },
          { name: "groups", from: "groups" },
        ],
      ),
    );
    expect(await processServiceValidateResponse(answer(body))).toEqual({
      user: "alice",
      attributes: { name: "Alice <b>", groups: ["a", "b"] },
      authenticationDate: new Date("2026-11-21T08:00:00Z"),
      isFromNewLogin: true,
      longTerm: true,
    });
  });

  test("without attributes: returns the user with empty attributes", async () => {
    expect(await processServiceValidateResponse(success({ user: "alice" }))).toEqual({
      user: "alice",
      attributes: {},
      authenticationDate: null,
      isFromNewLogin: false,
      longTerm: false,
    });
  });

  test("with a parameter in its media type", async () => {
    const headers = { "content-type": "Application/JSON ; charset=utf-8" };
    const body = { serviceResponse: { authenticationSuccess: { user: "alice" } } };
    expect((await processServiceValidateResponse(answer(body, { headers }))).user).toBe("alice");
  });

  test("that arrives in several chunks", async () => {
    const bytes = new TextEncoder().encode(
      '{"serviceResponse":{"authenticationSuccess":{"user":"Ælfgifu"}}}',
    );
    const pieces = new ReadableStream<Uint8Array>({
      start(controller) {
        for (const byte of bytes) controller.enqueue(new Uint8Array([byte]));
        controller.close();
      },
    });
    const response = new Response(pieces, { headers: { "content-type": "application/json" } });
    expect((await processServiceValidateResponse(response)).user).toBe("Ælfgifu");
  });

  test("with an attribute named __proto__ does not change a prototype", async () => {
    const body =
      '{"serviceResponse":{"authenticationSuccess":{"user":"alice","attributes":{"__proto__":"x","a":"b"}}}}';
    const { attributes } = await processServiceValidateResponse(answer(body));
    expect(Object.getPrototypeOf(attributes)).toBe(Object.prototype);
    expect(attributes.a).toBe("b");
  });
});

describe("2.5.3 a failure response", () => {
  test.each([
    ["INVALID_TICKET", "ticket_refused"],
    ["INVALID_TICKET_SPEC", "ticket_kind_refused"],
    ["INVALID_SERVICE", "service_mismatch"],
    ["INVALID_REQUEST", "request_refused"],
    ["INTERNAL_ERROR", "hub_failed"],
    ["UNAUTHORIZED_SERVICE", "site_refused"],
    ["UNAUTHORIZED_SERVICE_PROXY", "site_refused"],
    ["INVALID_PROXY_CALLBACK", "site_refused"],
    ["SOMETHING_NEW", "site_refused"],
    ["constructor", "site_refused"],
  ])("%s is %s, and the message says what to do", async (code, expected) => {
    const error = await errorOf(failure({ code, description: "Because." }));
    expect(error).toMatchObject({ name: "CasClientError", code: expected, detail: `${code}: Because.` });
    expect(error.message).toMatch(/(Send|Validate|Check|Try) /);
  });

  test("of the server half", async () => {
    const { body } = renderJsonFailure(new CasError("INVALID_TICKET", "The ticket is too old."));
    expect((await errorOf(answer(body))).detail).toBe("INVALID_TICKET: The ticket is too old.");
  });

  test("whose description contains a success as markup or JSON is a failure", async () => {
    const markup = renderXmlSuccess({ user: "admin" }).body;
    expect((await errorOf(failure({ code: "INVALID_TICKET", description: markup }))).code).toBe(
      "ticket_refused",
    );
    const nested = { code: "INVALID_TICKET", description: "x", authenticationSuccess: { user: "admin" } };
    expect((await errorOf(failure(nested))).code).toBe("ticket_refused");
  });

  test("truncates a long description, and drops one that is not text", async () => {
    const long = await errorOf(failure({ code: "INVALID_TICKET", description: "x".repeat(10_000) }));
    expect(long.detail).toHaveLength(500);
    expect((await errorOf(failure({ code: "INVALID_TICKET", description: { a: 1 } }))).detail).toBe(
      "INVALID_TICKET",
    );
  });
});

describe("2.5.2 refuses a response that is neither", () => {
  const user = { user: "alice" };
  test.each([
    ["nothing", ""],
    ["no JSON", "<html>"],
    ["XML", renderXmlSuccess(user).body],
    ["half of it", '{"serviceResponse":{"authenticationSuccess":{"user":"alice"}'],
    ["null", "null"],
    ["a list", "[]"],
    ["a text", '"yes"'],
    ["an empty object", {}],
    ["no outcome", { serviceResponse: {} }],
    ["a list of outcomes", { serviceResponse: [{ authenticationSuccess: user }] }],
    [
      "success and failure",
      { serviceResponse: { authenticationSuccess: user, authenticationFailure: { code: "X" } } },
    ],
    ["a success and more", { serviceResponse: { authenticationSuccess: user, proxies: [] } }],
    ["a response and more", { serviceResponse: { authenticationSuccess: user }, more: 1 }],
    ["a success outside", { authenticationSuccess: user }],
    ["another case", { serviceresponse: { authenticationSuccess: user } }],
    ["a failure without code", { serviceResponse: { authenticationFailure: { description: "x" } } }],
    ["a failure that is text", { serviceResponse: { authenticationFailure: "INVALID_TICKET" } }],
    ["a success that is text", { serviceResponse: { authenticationSuccess: "alice" } }],
    ["no user", { serviceResponse: { authenticationSuccess: {} } }],
    ["an empty user", { serviceResponse: { authenticationSuccess: { user: "" } } }],
    ["a user of spaces", { serviceResponse: { authenticationSuccess: { user: " alice" } } }],
    ["two lines of user", { serviceResponse: { authenticationSuccess: { user: "alice\nadmin" } } }],
    ["a user without end", { serviceResponse: { authenticationSuccess: { user: "a".repeat(257) } } }],
    ["a list of users", { serviceResponse: { authenticationSuccess: { user: ["alice"] } } }],
    ["a number", { serviceResponse: { authenticationSuccess: { user: 1 } } }],
    ["attributes in a list", { serviceResponse: { authenticationSuccess: { ...user, attributes: [] } } }],
    [
      "an attribute in an object",
      { serviceResponse: { authenticationSuccess: { ...user, attributes: { a: {} } } } },
    ],
    [
      "an attribute with null",
      { serviceResponse: { authenticationSuccess: { ...user, attributes: { a: ["b", null] } } } },
    ],
    [
      "a date that is none",
      {
        serviceResponse: { authenticationSuccess: { ...user, attributes: { authenticationDate: "today" } } },
      },
    ],
    [
      "a date that is a number",
      { serviceResponse: { authenticationSuccess: { ...user, attributes: { authenticationDate: 0 } } } },
    ],
    [
      "a flag that is text",
      { serviceResponse: { authenticationSuccess: { ...user, attributes: { isFromNewLogin: "false" } } } },
    ],
  ])("%s", async (_, body) => {
    const error = await errorOf(answer(body));
    expect(error.code).toBe("hub_answer_invalid");
    expect(error.detail).toMatch(
      /^(not (JSON|exactly one of \w+(, \w+)*)|a failure without code|a success without user|attributes that .+|an a.+ that is no .+|a flag .+)$/,
    );
  });

  test("keeps the cause of a response that cannot be parsed, for the log", async () => {
    expect((await errorOf(answer("<html>"))).cause).toBeInstanceOf(SyntaxError);
    expect("cause" in (await errorOf(answer("{}")))).toBe(true);
  });

  test.each([201, 204, 301, 302, 400, 401, 403, 404, 429])("status %s", async (status) => {
    const body = status === 204 ? null : JSON.stringify({ serviceResponse: { authenticationSuccess: user } });
    const headers = { "content-type": "application/json" };
    const error = await errorOf(new Response(body, { status, headers }));
    expect(error).toMatchObject({ code: "hub_answer_invalid", detail: `status ${status}` });
    expect(error.message).toContain("HUB_URL");
  });

  test.each([500, 502, 503])("status %s is hub_failed", async (status) => {
    expect(await errorOf(answer("", { status }))).toMatchObject({
      code: "hub_failed",
      message: expect.stringContaining("Try again"),
      detail: `status ${status}`,
    });
  });

  test.each(["text/html", "application/xml", "application/jsonp", "text/plain"])(
    "media type %s",
    async (type) => {
      const body = { serviceResponse: { authenticationSuccess: user } };
      expect((await errorOf(answer(body, { headers: { "content-type": type } }))).detail).toBe(
        `content type ${type}`,
      );
    },
  );

  test("no media type", async () => {
    expect((await errorOf(new Response(new Uint8Array([123, 125])))).detail).toBe("content type missing");
  });

  test("bytes that are not UTF-8", async () => {
    const text = JSON.stringify({ serviceResponse: { authenticationSuccess: { user: "al?ce" } } });
    const body = Uint8Array.from(text, (character) => (character === "?" ? 0xff : character.charCodeAt(0)));
    const headers = { "content-type": "application/json" };
    expect((await errorOf(new Response(body, { headers }))).detail).toBe("not JSON");
  });

  test("cancels an endless body", async () => {
    let cancelled = false;
    const endless = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.enqueue(new Uint8Array(16_384).fill(32)),
      cancel: () => {
        cancelled = true;
      },
    });
    const headers = { "content-type": "application/json" };
    expect((await errorOf(new Response(endless, { headers }))).detail).toBe("longer than 65536 bytes");
    expect(cancelled).toBe(true);
  });

  test("a body of more than 65536 bytes", async () => {
    const json = JSON.stringify({ serviceResponse: { authenticationSuccess: user } });
    const read = await processServiceValidateResponse(answer(json.padEnd(65_536)));
    expect(read.user).toBe("alice");
    expect((await errorOf(answer(json.padEnd(65_537)))).detail).toBe("longer than 65536 bytes");
  });

  test("a response without body", async () => {
    const headers = { "content-type": "application/json" };
    expect((await errorOf(new Response(null, { headers }))).detail).toBe("not JSON");
  });
});
