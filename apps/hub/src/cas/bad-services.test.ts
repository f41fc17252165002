/** Services that are not the registered one, and tickets of the wrong kind, at every endpoint. By CAS protocol 3.0.3. */
import { createTicketId, type TicketPrefix } from "@gatehouse/cas/server";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openTestHub, TestBrowser, type TestHub, type TestPerson } from "../test-hub.ts";
import { startRestSession } from "../test-support/rest-session.ts";

let opened: TestHub;
let alice: TestPerson;
let sessionId: string;
let tgt: string;
beforeAll(async () => {
  opened = await openTestHub({
    sites: ({ shop, bank }) => ({
      shop: shop.registration({
        cas: {
          services: [shop.service],
          rest: true,
          proxy: { callbacks: ["https://shop.localhost/pgt"], targets: ["bank"] },
        },
      }),
      bank: bank.registration(),
    }),
  });
  alice = await opened.createPerson({ username: "alice" });
  const browser = new TestBrowser(opened);
  await browser.signIn(alice);
  tgt = browser.cookies.get("TGC-gatehouse") ?? "";
  const found = await opened.hub.database.sessions.find(tgt, { touch: false });
  sessionId = found.state === "alive" ? found.session.id : "";
});
afterAll(() => opened.close());

/** A ticket that is good for one try at the shop. */
async function ticketFor(prefix: "ST" | "PT" = "ST"): Promise<string> {
  const id = createTicketId(prefix);
  await opened.hub.database.tickets.issue({
    id,
    service: opened.shop.service,
    siteId: "shop",
    sessionId,
    fromNewLogin: true,
    proxies: [],
    lifeSeconds: 60,
  });
  return id;
}

const ask = async (path: string, parameters: Record<string, string>): Promise<string> => {
  const answer = await new TestBrowser(opened).get(`${path}?${new URLSearchParams(parameters)}`);
  expect(answer.status).toBe(200);
  return answer.body;
};
const codeOf = (body: string): string => /code="([A-Z_]+)">[^<]+\.</.exec(body)?.[1] ?? body;
const form = { "content-type": "application/x-www-form-urlencoded" };

/** Made of the site's own address, of which none is. */
const impostors: [string, (origin: string) => string][] = [
  ["user info", (origin) => `${origin.replace("//", "//alice:secret@")}/callback`],
  ["empty user info", (origin) => `${origin.replace("//", "//@")}/callback`],
  ["user info before another host", (origin) => `${origin}@evil.example/callback`],
  ["a backslash", (origin) => `${origin}\\@evil.example/callback`],
  ["a backslash for a slash", (origin) => `${origin}\\callback`],
  ["backslashes after the scheme", (origin) => `${origin.replace("//", "\\\\")}/callback`],
  ["another port", (origin) => `${origin.replace(/\d+$/, "81")}/callback`],
  ["no port", (origin) => `${origin.replace(/:\d+$/, "")}/callback`],
  ["another scheme", (origin) => `${origin.replace("http:", "https:")}/callback`],
  ["no scheme", (origin) => `${origin.replace("http:", "")}/callback`],
  ["one slash after the scheme", (origin) => `${origin.replace("//", "/")}/callback`],
  ["a path that climbs", (origin) => `${origin}/callback/../elsewhere`],
  ["a path that climbs, encoded", (origin) => `${origin}/callback/%2e%2e/elsewhere`],
  ["an encoded slash", (origin) => `${origin}/callback%2f..%2felsewhere`],
  ["an encoded letter", (origin) => `${origin}/%63allback`],
  ["a doubled slash", (origin) => `${origin}//callback`],
  ["a path parameter", (origin) => `${origin}/callback;x`],
  ["punycode", (origin) => `${origin.replace(/\/\/\w+/, "//xn--hop-xpc")}/callback`],
  ["a letter that looks alike", (origin) => `${origin.replace(/\/\/\w/, "//ѕ")}/callback`],
  ["a trailing dot", (origin) => `${origin.replace(".localhost", ".localhost.")}/callback`],
  ["a semicolon in the host", (origin) => `${origin.replace(".localhost", ".localhost;x")}/callback`],
  ["encoded twice", (origin) => encodeURIComponent(`${origin}/callback`)],
  ["its host encoded twice", (origin) => `${origin.replace(/\/\/\w/, "//%2573")}/callback`],
  ["a ticket within", (origin) => `${origin}/callback?ticket=ST-1`],
  ["too long", (origin) => `${origin}/callback?${"x".repeat(2100)}`],
  ["a script", () => "javascript:alert(1)"],
];

describe.each(["serviceValidate", "proxyValidate", "p3/serviceValidate", "p3/proxyValidate"])(
  "2.5.3 a service other than the ticket's, at /cas/%s, is INVALID_SERVICE and consumes the ticket",
  (name) => {
    test.each(impostors)("%s", async (_, make) => {
      const ticket = await ticketFor();
      const service = make(opened.shop.origin);
      expect(codeOf(await ask(`/cas/${name}`, { service, ticket }))).toBe("INVALID_SERVICE");
      const right = { service: opened.shop.service, ticket };
      expect(codeOf(await ask(`/cas/${name}`, right))).toBe("INVALID_TICKET");
    });
  },
);

describe("2.4.2 and 11 the same services at /cas/validate and /cas/samlValidate", () => {
  test.each(impostors)("%s", async (_, make) => {
    const service = make(opened.shop.origin);
    expect(await ask("/cas/validate", { service, ticket: await ticketFor() })).toBe("no\n\n");
    const message = `<Envelope xmlns="http://schemas.xmlsoap.org/soap/envelope/"><Body><Request xmlns="urn:oasis:names:tc:SAML:1.0:protocol" MajorVersion="1" MinorVersion="1" RequestID="_1"><AssertionArtifact>${await ticketFor()}</AssertionArtifact></Request></Body></Envelope>`;
    const path = `/cas/samlValidate?${new URLSearchParams({ TARGET: service })}`;
    const xml = { "content-type": "text/xml" };
    const { status, body } = await new TestBrowser(opened).send("POST", path, xml, message);
    expect([status, body]).toEqual([200, expect.stringContaining("<samlp:StatusMessage>INVALID_SERVICE: ")]);
  });
});

describe("2.7.3 the same services as target of /cas/proxy: UNAUTHORIZED_SERVICE, and no ticket", () => {
  test.each(impostors)("%s", async (_, make) => {
    const pgt = createTicketId("PGT");
    await opened.hub.database.proxyGrantingTickets.grant({ id: pgt, siteId: "shop", sessionId, proxies: [] });
    const body = await ask("/cas/proxy", { pgt, targetService: make(opened.bank.origin) });
    expect(codeOf(body)).toBe("UNAUTHORIZED_SERVICE");
    expect(await ask("/cas/proxy", { pgt, targetService: opened.bank.service })).toContain("proxySuccess");
  });
});

describe("2.2.1 the same services at /cas/login get a page and no redirect; 2.3.1 at /cas/logout no link back", () => {
  test.each(impostors)("%s", async (_, make) => {
    const service = make(opened.shop.origin);
    const browser = new TestBrowser(opened);
    const login = await browser.get(`/cas/login?${new URLSearchParams({ service, gateway: "true" })}`);
    expect([login.status, login.location, login.screen("refused").code]).toEqual([
      403,
      "",
      "service_unknown",
    ]);
    const logout = await browser.get(`/cas/logout?${new URLSearchParams({ service })}`);
    expect([logout.status, logout.location]).toEqual([200, ""]);
  });
});

describe("9 the same services at /cas/v1/tickets get no ticket", () => {
  let restSession: string;
  beforeAll(async () => {
    restSession = await startRestSession(opened, alice);
  });
  test.each(impostors)("%s", async (_, make) => {
    const body = new URLSearchParams({ service: make(opened.shop.origin) }).toString();
    const path = `/cas/v1/tickets/${restSession}`;
    const answer = await new TestBrowser(opened).send("POST", path, form, body);
    expect([400, 403]).toContain(answer.status);
    expect(JSON.parse(answer.body)).toEqual({
      error: answer.status === 400 ? "service_invalid" : "service_unknown",
      message: expect.stringMatching(/.+\./),
      reference: expect.any(String),
    });
  });
});

describe("2.5.3 tickets of the wrong kind", () => {
  const service = "https://a.example/";

  test.each<[TicketPrefix, string]>([
    ["PGT", "INVALID_TICKET_SPEC"],
    ["PGTIOU", "INVALID_TICKET_SPEC"],
    ["TGT", "INVALID_TICKET_SPEC"],
    ["LT", "INVALID_TICKET_SPEC"],
    ["LR", "INVALID_TICKET"],
  ])("a %s is not valid at any endpoint", async (prefix, code) => {
    for (const name of ["serviceValidate", "proxyValidate", "p3/serviceValidate", "p3/proxyValidate"])
      expect(codeOf(await ask(`/cas/${name}`, { service, ticket: createTicketId(prefix) })), name).toBe(code);
    expect(await ask("/cas/validate", { service, ticket: createTicketId(prefix) })).toBe("no\n\n");
  });

  test("2.4 and 2.5 a proxy ticket is not accepted as a service ticket, and is not consumed", async () => {
    const ticket = await ticketFor("PT");
    const asked = { service: opened.shop.service, ticket };
    expect(await ask("/cas/validate", asked)).toBe("no\n\n");
    const body = await ask("/cas/serviceValidate", asked);
    expect([codeOf(body), body]).toEqual(["INVALID_TICKET_SPEC", expect.stringContaining("proxy ticket")]);
    expect(await ask("/cas/proxyValidate", asked)).toContain("authenticationSuccess");
  });

  test.each<TicketPrefix>(["ST", "PT", "PGTIOU", "TGT", "LT"])(
    "2.7.3 a %s is not accepted as a proxy-granting ticket",
    async (prefix) => {
      const id = prefix === "ST" || prefix === "PT" ? await ticketFor(prefix) : createTicketId(prefix);
      const body = await ask("/cas/proxy", { pgt: id, targetService: opened.bank.service });
      expect(codeOf(body)).toBe("INVALID_REQUEST");
    },
  );

  test.each<TicketPrefix>(["ST", "PGT", "LT"])("9 a %s is not accepted as a session", async (prefix) => {
    const path = `/cas/v1/tickets/${createTicketId(prefix)}`;
    const body = new URLSearchParams({ service: opened.shop.service }).toString();
    for (const answer of [
      await new TestBrowser(opened).send("POST", path, form, body),
      await new TestBrowser(opened).get(path),
      await new TestBrowser(opened).send("DELETE", path),
    ])
      expect([answer.status, JSON.parse(answer.body).error]).toEqual([404, "session_unknown"]);
  });
});
