/** Answers to sites and programs while the database is unavailable. Titled by CAS protocol 3.0.3. */
import { createTicketId } from "@gatehouse/cas/server";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type BrowserAnswer, openTestHub, TestBrowser, type TestHub, type TestPerson } from "../test-hub.ts";
import { type DatabaseProxy, openDatabaseProxy } from "../test-support/database-proxy.ts";
import { createTestDatabase } from "../test-support/test-database.ts";

let line: DatabaseProxy;
let opened: TestHub;
let alice: TestPerson;
let service: string;
beforeAll(async () => {
  line = await openDatabaseProxy(await createTestDatabase());
  opened = await openTestHub({
    environment: { DATABASE_URL: line.url, LOGIN_THROTTLE: "on" },
    sites: ({ shop }) => ({ shop: shop.registration({ cas: { services: [shop.service], rest: true } }) }),
  });
  alice = await opened.createPerson();
  service = opened.shop.service;
});
afterAll(async () => {
  await opened.close();
  await line.close();
});

async function duringOutage<Result>(look: () => Promise<Result>): Promise<Result> {
  await line.cut();
  try {
    return await look();
  } finally {
    await line.mend();
  }
}

const ask = (path: string, parameters: Record<string, string>): Promise<BrowserAnswer> =>
  new TestBrowser(opened).get(`${path}?${new URLSearchParams(parameters)}`);
const unavailable = { status: 503, headers: { "retry-after": "5" } };

describe("2.5.3 during an outage nobody is signed in, and the response tells clients to retry", () => {
  test.each(["serviceValidate", "proxyValidate", "p3/serviceValidate", "p3/proxyValidate"])(
    "%s: INTERNAL_ERROR in the requested format, with 503",
    async (path) => {
      const asked = { service, ticket: createTicketId("ST") };
      const [xml, json] = await duringOutage(() =>
        Promise.all([ask(`/cas/${path}`, asked), ask(`/cas/${path}`, { ...asked, format: "JSON" })]),
      );
      expect(xml).toMatchObject(unavailable);
      expect(xml.body).toMatch(/<cas:authenticationFailure code="INTERNAL_ERROR">.+<\/cas:auth/);
      expect(json).toMatchObject(unavailable);
      expect(JSON.parse(json.body)).toEqual({
        serviceResponse: {
          authenticationFailure: { code: "INTERNAL_ERROR", description: expect.stringMatching(/./) },
        },
      });
    },
  );

  test("2.4.2 validate: no, with 503", async () => {
    const answer = await duringOutage(() => ask("/cas/validate", { service, ticket: createTicketId("ST") }));
    expect(answer).toMatchObject({ ...unavailable, body: "no\n\n" });
  });

  test("2.7.3 proxy: a failure, with 503", async () => {
    const answer = await duringOutage(() =>
      ask("/cas/proxy", { pgt: createTicketId("PGT"), targetService: service }),
    );
    expect(answer).toMatchObject(unavailable);
    expect(answer.body).toContain('<cas:proxyFailure code="INTERNAL_ERROR">');
  });

  test("11 samlValidate: a Responder status, with 503", async () => {
    const message = `<Envelope xmlns="http://schemas.xmlsoap.org/soap/envelope/"><Body><Request xmlns="urn:oasis:names:tc:SAML:1.0:protocol" MajorVersion="1" MinorVersion="1" RequestID="_1"><AssertionArtifact>${createTicketId("ST")}</AssertionArtifact></Request></Body></Envelope>`;
    const path = `/cas/samlValidate?${new URLSearchParams({ TARGET: service })}`;
    const answer = await duringOutage(() =>
      new TestBrowser(opened).send("POST", path, { "content-type": "text/xml" }, message),
    );
    expect(answer).toMatchObject(unavailable);
    expect(answer.body).toMatch(/StatusCode Value="samlp:Responder"/);
  });

  test("9 REST: no session, with 503", async () => {
    const { username, password } = alice;
    const form = { "content-type": "application/x-www-form-urlencoded" };
    const body = new URLSearchParams({ username, password }).toString();
    const answer = await duringOutage(() =>
      new TestBrowser(opened).send("POST", "/cas/v1/tickets", form, body),
    );
    expect(answer).toMatchObject(unavailable);
    expect(JSON.parse(answer.body).error).toBe("database_unavailable");
  });
});

test("2.5.3 an outage consumes no ticket: the site may validate it when the database is back", async () => {
  const { location } = await new TestBrowser(opened).signIn(alice, `?${new URLSearchParams({ service })}`);
  const ticket = new URL(location).searchParams.get("ticket") ?? "";
  expect((await duringOutage(() => ask("/cas/serviceValidate", { service, ticket }))).status).toBe(503);
  const { status, body } = await ask("/cas/serviceValidate", { service, ticket });
  expect([status, body]).toEqual([200, expect.stringContaining("authenticationSuccess")]);
});

test("2.5.3 an invalid request is refused with 200 during an outage, too", async () => {
  const answer = await duringOutage(() => ask("/cas/serviceValidate", { service }));
  expect([answer.status, answer.body]).toEqual([200, expect.stringContaining("INVALID_REQUEST")]);
});

test("the log names the reason, without a stack trace", () => {
  const logged = opened.lines.filter((entry) => entry.includes('"database.unavailable"'));
  expect(logged.length).toBeGreaterThan(0);
  for (const entry of logged) expect(entry).not.toContain("stack");
  expect(opened.lines.join()).not.toContain("validation failed");
});
