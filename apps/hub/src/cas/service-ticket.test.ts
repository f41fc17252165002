/** Validity of a service ticket, over HTTP. Titled by CAS protocol 3.0.3. */
import { createTicketId } from "@gatehouse/cas/server";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type BrowserAnswer, openTestHub, TestBrowser, type TestHub, type TestPerson } from "../test-hub.ts";

let opened: TestHub;
let alice: TestPerson;
let service: string;
beforeAll(async () => {
  opened = await openTestHub();
  alice = await opened.createPerson({ username: "alice" });
  service = opened.shop.service;
});
afterAll(() => opened.close());

const cas2 = "/cas/serviceValidate";
const cas3 = "/cas/p3/serviceValidate";

async function issueTicket(
  more: { readonly service?: string; readonly sso?: boolean } = {},
): Promise<string> {
  const browser = new TestBrowser(opened);
  if (more.sso) await browser.signIn(alice);
  const query = `?${new URLSearchParams({ service: more.service ?? service })}`;
  const answer = more.sso ? await browser.get(`/cas/login${query}`) : await browser.signIn(alice, query);
  const ticket = new URL(answer.location).searchParams.get("ticket") ?? "";
  expect(ticket).toMatch(/^ST-[A-Za-z0-9]{29}$/);
  return ticket;
}

const ask = (path: string, parameters: Record<string, string>): Promise<BrowserAnswer> =>
  new TestBrowser(opened).get(`${path}?${new URLSearchParams(parameters)}`);

/** The error code of a refusal, or `success`. */
async function codeOf(path: string, parameters: Record<string, string>): Promise<string> {
  const { body } = await ask(path, parameters);
  if (body.includes("authenticationSuccess>")) return "success";
  return (
    /<cas:authenticationFailure code="([A-Z_]+)">.+<\/cas:authenticationFailure>/.exec(body)?.[1] ?? body
  );
}

describe("3.1.1 a service ticket", () => {
  test("is valid for one attempt: a replay is refused", async () => {
    const ticket = await issueTicket();
    expect(await codeOf(cas3, { service, ticket })).toBe("success");
    for (const path of [cas3, cas2]) expect(await codeOf(path, { service, ticket })).toBe("INVALID_TICKET");
    expect((await ask("/cas/validate", { service, ticket })).body).toBe("no\n\n");
  });

  test("with the wrong service is refused and consumed: the right service comes too late", async () => {
    for (const wrong of [opened.bank.service, `${service}?x`, "no address", "https://unknown.example/"]) {
      const ticket = await issueTicket();
      expect(await codeOf(cas3, { service: wrong, ticket }), wrong).toBe("INVALID_SERVICE");
      expect(await codeOf(cas3, { service, ticket }), wrong).toBe("INVALID_TICKET");
    }
  });

  test("is not consumed by an incomplete request", async () => {
    const ticket = await issueTicket();
    expect(await codeOf(cas3, { ticket })).toBe("INVALID_REQUEST");
    expect(await codeOf(cas3, { service, ticket })).toBe("success");
  });

  test("is valid for TICKET_LIFE, and the refusal gives the reason", async () => {
    const [young, old] = [await issueTicket(), await issueTicket()];
    await opened.advance(5);
    expect(await codeOf(cas3, { service, ticket: young })).toBe("success");
    await opened.advance(6);
    const { body } = await ask(cas3, { service, ticket: old });
    expect(body).toContain('code="INVALID_TICKET"');
    expect(body).toContain("too old");
  });

  test("of an ended session is refused", async () => {
    const browser = new TestBrowser(opened);
    const { location } = await browser.signIn(alice, `?${new URLSearchParams({ service })}`);
    await browser.get("/cas/logout");
    const ticket = new URL(location).searchParams.get("ticket") ?? "";
    expect(await codeOf(cas3, { service, ticket })).toBe("INVALID_TICKET");
  });

  test("of a user who has been disabled is refused", async () => {
    const bob = await opened.createPerson();
    const { location } = await new TestBrowser(opened).signIn(bob, `?${new URLSearchParams({ service })}`);
    await opened.hub.database.people.setDisabled(bob.id, true);
    const ticket = new URL(location).searchParams.get("ticket") ?? "";
    expect(await codeOf(cas3, { service, ticket })).toBe("INVALID_TICKET");
  });

  test("of fifty concurrent validations one succeeds", async () => {
    const ticket = await issueTicket();
    const codes = await Promise.all(Array.from({ length: 50 }, () => codeOf(cas3, { service, ticket })));
    expect(codes.filter((code) => code === "success")).toHaveLength(1);
    expect(codes.filter((code) => code === "INVALID_TICKET")).toHaveLength(49);
  });

  test("of fifty concurrent validations, half with another service, one consumes the ticket", async () => {
    const ticket = await issueTicket();
    const services = Array.from({ length: 50 }, (_, index) => (index % 2 ? service : opened.bank.service));
    const codes = await Promise.all(services.map((asked) => codeOf(cas3, { service: asked, ticket })));
    expect(codes.filter((code) => code !== "INVALID_TICKET")).toHaveLength(1);
  });
});

describe("2.5.1 renew", () => {
  test("accepts a ticket from primary credentials", async () => {
    expect(await codeOf(cas2, { service, ticket: await issueTicket(), renew: "true" })).toBe("success");
  });

  test("refuses a ticket from single sign-on and consumes it", async () => {
    const ticket = await issueTicket({ sso: true });
    expect(await codeOf(cas2, { service, ticket, renew: "true" })).toBe("INVALID_TICKET");
    expect(await codeOf(cas2, { service, ticket })).toBe("INVALID_TICKET");
  });

  test("2.4.1 applies at /validate as well", async () => {
    const ticket = await issueTicket({ sso: true });
    expect((await ask("/cas/validate", { service, ticket, renew: "true" })).body).toBe("no\n\n");
  });
});

test("2.5.3 a failure of the hub is INTERNAL_ERROR without its cause, and logged with it", async () => {
  const broken = await openTestHub({
    hub: ({ database }) => ({
      database: {
        ...database,
        tickets: { ...database.tickets, consume: () => Promise.reject(new Error("secret of the database")) },
      },
    }),
  });
  try {
    const query = new URLSearchParams({ service: "https://a.example/", ticket: createTicketId("ST") });
    const { status, body } = await new TestBrowser(broken).get(`${cas3}?${query}`);
    expect([status, /code="(\w+)"/.exec(body)?.[1]]).toEqual([500, "INTERNAL_ERROR"]);
    expect(body).not.toContain("secret");
    expect(broken.lines.join()).toContain("secret of the database");
  } finally {
    await broken.close();
  }
});

test("the response is not cached and not rendered by browsers", async () => {
  const { headers } = await ask(cas3, { service, ticket: await issueTicket() });
  expect(headers).toMatchObject({ "cache-control": "no-store", "x-content-type-options": "nosniff" });
  expect(headers["content-security-policy"]).toContain("sandbox");
});
