/** `/cas/validate`, `/cas/serviceValidate`, `/cas/p3/serviceValidate` over HTTP, titled by CAS protocol 3.0.3. */
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { createTicketId } from "@gatehouse/cas/server";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { hashPassword } from "../credential/password.ts";
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

describe("2.4 /validate [CAS 1.0]", () => {
  test("2.4.2 a valid ticket: yes and the user, each on a line", async () => {
    const { status, headers, body } = await ask("/cas/validate", { service, ticket: await issueTicket() });
    expect([status, headers["content-type"], body]).toEqual([
      200,
      "text/plain; charset=utf-8",
      "yes\nalice\n",
    ]);
  });

  test.each([
    ["an unknown ticket", () => ({ service, ticket: createTicketId("ST") })],
    ["no ticket", () => ({ service })],
    ["no service", () => ({ ticket: createTicketId("ST") })],
    ["nothing", () => ({})],
  ])("2.4.2 %s: no", async (_, parameters) => {
    const { status, body } = await ask("/cas/validate", parameters() as Record<string, string>);
    expect([status, body]).toEqual([200, "no\n\n"]);
  });
});

describe("2.5 /serviceValidate [CAS 2.0]", () => {
  test("2.5.2 success in XML: the user alone", async () => {
    const { status, headers, body } = await ask(cas2, { service, ticket: await issueTicket() });
    expect([status, headers["content-type"]]).toEqual([200, "application/xml; charset=utf-8"]);
    expect(body.replace(/\s*\n\s*/g, "")).toBe(
      '<cas:serviceResponse xmlns:cas="http://www.yale.edu/tp/cas"><cas:authenticationSuccess>' +
        "<cas:user>alice</cas:user></cas:authenticationSuccess></cas:serviceResponse>",
    );
  });

  test("2.5.1 format=JSON", async () => {
    const { headers, body } = await ask(cas2, { service, ticket: await issueTicket(), format: "JSON" });
    expect(headers["content-type"]).toBe("application/json");
    expect(JSON.parse(body)).toEqual({ serviceResponse: { authenticationSuccess: { user: "alice" } } });
  });

  test("a doubled slash of an old client is accepted", async () => {
    expect(await codeOf("/cas//serviceValidate", { service, ticket: await issueTicket() })).toBe("success");
  });
});

describe("2.8 /p3/serviceValidate [CAS 3.0]", () => {
  test("2.5.5 attributes in XML: those of the protocol, then those that the registration releases", async () => {
    const { body } = await ask(cas3, { service, ticket: await issueTicket() });
    const names = [...body.matchAll(/<cas:(\w+)>[^<\s]/g)].map(([, name]) => name);
    expect(names).toEqual([
      "user",
      "authenticationDate",
      "longTermAuthenticationRequestTokenUsed",
      "isFromNewLogin",
      "id",
      "name",
      "email",
    ]);
    expect(body).toContain("<cas:isFromNewLogin>true</cas:isFromNewLogin>");
    expect(body).toContain(`<cas:id>${alice.id}</cas:id>`);
  });

  test("2.5.5 attributes in JSON", async () => {
    const { body } = await ask(cas3, { service, ticket: await issueTicket({ sso: true }), format: "JSON" });
    const { authenticationSuccess } = JSON.parse(body).serviceResponse;
    expect(authenticationSuccess).toEqual({
      user: "alice",
      attributes: {
        authenticationDate: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
        longTermAuthenticationRequestTokenUsed: false,
        isFromNewLogin: false,
        id: alice.id,
        name: "Person alice",
        email: "alice@example.com",
      },
    });
  });

  test("attributes that the registration does not release are absent", async () => {
    const reticent = await openTestHub({
      sites: ({ shop }) => ({ shop: shop.registration({ cas: { services: [shop.service] } }) }),
    });
    try {
      const person = await reticent.createPerson();
      const browser = new TestBrowser(reticent);
      const asked = { service: reticent.shop.service };
      const { location } = await browser.signIn(person, `?${new URLSearchParams(asked)}`);
      const ticket = new URL(location).searchParams.get("ticket") ?? "";
      const answer = await browser.get(`${cas3}?${new URLSearchParams({ ...asked, ticket })}`);
      expect(answer.body).toContain(`<cas:user>${person.username}</cas:user>`);
      expect(answer.body).not.toMatch(/example\.com|cas:email|cas:id|cas:name/);
    } finally {
      await reticent.close();
    }
  });

  test("1.2 user data is escaped in XML", async () => {
    const { people } = opened.hub.database;
    const hostile = `</cas:name><cas:user>root</cas:user> & "quoted"`;
    const about = { username: "mallory", email: "mallory@example.com", operator: false, password: null };
    const { id } = await people.create({ ...about, name: hostile });
    await people.setPassword(id, { hash: await hashPassword("p"), standsAlone: true });
    const browser = new TestBrowser(opened);
    const typed = { username: "mallory", password: "p" };
    const { location } = await browser.signIn(typed, `?${new URLSearchParams({ service })}`);
    const ticket = new URL(location).searchParams.get("ticket") ?? "";
    const { body } = await ask(cas3, { service, ticket });
    expect(body.match(/<cas:user>/g)).toHaveLength(1);
    expect(body).toContain("&lt;/cas:name&gt;&lt;cas:user&gt;root");
  });
});

describe.each([cas2, cas3])("2.5.3 error codes of %s", (path) => {
  test.each<[string, string, Record<string, string>]>([
    ["nothing given", "INVALID_REQUEST", {}],
    ["no ticket", "INVALID_REQUEST", { service: "https://a.example/" }],
    ["no service", "INVALID_REQUEST", { ticket: createTicketId("ST") }],
    ["an empty ticket", "INVALID_REQUEST", { service: "https://a.example/", ticket: "" }],
    [
      "names in other letters",
      "INVALID_REQUEST",
      { Service: "https://a.example/", TICKET: createTicketId("ST") },
    ],
    [
      "a format that is not supported",
      "INVALID_REQUEST",
      { service: "https://a.example/", ticket: createTicketId("ST"), format: "YAML" },
    ],
    [
      "a proxy ticket",
      "INVALID_TICKET_SPEC",
      { service: "https://a.example/", ticket: createTicketId("PT") },
    ],
    ["an unknown ticket", "INVALID_TICKET", { service: "https://a.example/", ticket: createTicketId("ST") }],
    [
      "no ticket of ours",
      "INVALID_TICKET",
      { service: "https://a.example/", ticket: "ST-1856339-aA5Yuvrxzpv8Tau1cYQ7" },
    ],
    ["markup for a ticket", "INVALID_TICKET", { service: "https://a.example/", ticket: "<script>" }],
  ])("%s: %s", async (_, code, parameters) => {
    expect(await codeOf(path, parameters)).toBe(code);
    const json = await ask(path, { format: "JSON", ...parameters });
    if (parameters.format === undefined)
      expect(JSON.parse(json.body).serviceResponse.authenticationFailure.code).toBe(code);
  });

  test("errors answer 200, because clients read the code from the body", async () => {
    expect((await ask(path, {})).status).toBe(200);
  });

  test("CVE-2021-42567 the response repeats nothing of the request", async () => {
    for (const format of ["XML", "JSON"]) {
      const { body } = await ask(path, { service: "https://echo.example/", ticket: "ST-<echo>", format });
      expect(body).not.toContain("echo");
    }
  });

  test("a repeated parameter is reported in the protocol's format", async () => {
    const { status, body } = await new TestBrowser(opened).get(`${path}?service=a&service=b&ticket=ST-1`);
    expect([status, /code="(\w+)"/.exec(body)?.[1]]).toEqual([200, "INVALID_REQUEST"]);
  });

  test("CVE-2014-4172 a service with parameters stays one parameter", async () => {
    const own = `${service}?a=b&ticket2=x&renew=true`;
    expect(await codeOf(path, { service: own, ticket: await issueTicket({ service: own }) })).toBe("success");
  });
});

test("a ticket of a site that is no longer registered is refused", async () => {
  const leaving = await openTestHub();
  const person = await leaving.createPerson();
  const asked = `?${new URLSearchParams({ service: leaving.shop.service })}`;
  const { location } = await new TestBrowser(leaving).signIn(person, asked);
  await rm(join(leaving.sitesDirectory, "shop.json"));
  await leaving.hub.sites.reload();
  const ticket = new URL(location).searchParams.get("ticket") ?? "";
  const { body } = await new TestBrowser(leaving).get(`/cas/serviceValidate${asked}&ticket=${ticket}`);
  expect(body).toContain('code="INVALID_SERVICE"');
  await leaving.close();
});
