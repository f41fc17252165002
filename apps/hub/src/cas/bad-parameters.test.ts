/** Requests that cannot be read in one way, at every endpoint that a site calls. Titled by CAS protocol 3.0.3. */
import { createTicketId } from "@gatehouse/cas/server";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type BrowserAnswer, openTestHub, TestBrowser, type TestHub, type TestPerson } from "../test-hub.ts";

/** Calls of the stores that know tickets. */
const asked: string[] = [];
let opened: TestHub;
let alice: TestPerson;
let service: string;
beforeAll(async () => {
  opened = await openTestHub({
    sites: ({ shop }) => ({ shop: shop.registration({ cas: { services: [shop.service], rest: true } }) }),
    hub: ({ database }) => ({
      database: {
        ...database,
        tickets: watched("tickets", database.tickets),
        proxyGrantingTickets: watched("proxyGrantingTickets", database.proxyGrantingTickets),
      },
    }),
  });
  alice = await opened.createPerson({ username: "alice" });
  service = opened.shop.service;
});
beforeEach(() => {
  asked.length = 0;
});
afterAll(() => opened.close());

/** The same store, with its calls written down. */
function watched<Store extends object>(name: string, store: Store): Store {
  return new Proxy(store, {
    get(target, property) {
      const member: unknown = Reflect.get(target, property);
      if (typeof member !== "function") return member;
      return (...parameters: unknown[]) => {
        asked.push(`${name}.${String(property)}`);
        return member.apply(target, parameters);
      };
    },
  });
}

const get = (path: string, query: string): Promise<BrowserAnswer> =>
  new TestBrowser(opened).get(`${path}?${query}`);

const marker = "</cas:user><script>reflected(1)</script>&quot;";
const hostile = encodeURIComponent(marker);

/** Faults that make a whole query unreadable. */
const unreadable: [string, string][] = [
  ["a parameter twice", `service=a&service=${hostile}`],
  ["a parameter twice, once encoded", `ticket=ST-1&%74icket=${hostile}`],
  ["a foreign parameter twice", `${hostile}=1&${hostile}=2`],
  ["a percent sign that begins no code", `service=%zz${hostile}`],
  ["half a code", `service=${hostile}%4`],
  ["bytes that are not UTF-8", `service=${hostile}%ff%fe`],
  ["overlong UTF-8", `service=${hostile}%c0%af`],
  ["half a surrogate pair", `service=${hostile}%ed%a0%80`],
  ["zero", `service=${hostile}%00`],
  ["a line break", `ticket=${hostile}%0d%0aSet-Cookie:x`],
  ["a control character of C1", `service=${hostile}%c2%85`],
  ["a control character in a name", `a%07${hostile}=1`],
  ["a huge value", `service=${"x".repeat(5000)}${hostile}`],
  ["a huge name", `${"x".repeat(200)}${hostile}=1`],
  ["too many parameters", Array.from({ length: 70 }, (_, index) => `a${index}=${hostile}`).join("&")],
];

/** Missing or wrong parameters of a readable query. */
const unusable: [string, string][] = [
  ["nothing", ""],
  ["no ticket", `service=${hostile}`],
  ["no service", `ticket=${hostile}`],
  ["empty values", "service=&ticket=&pgt=&targetService="],
  ["names in other letters", `Service=${hostile}&Ticket=ST-1&PGT=1&targetservice=${hostile}`],
];

function expectNothingReflected({ body, headers }: BrowserAnswer): void {
  expect(body).not.toMatch(/reflected|<script/);
  expect(JSON.stringify(headers)).not.toMatch(/reflected|Set-Cookie:x/i);
}

const validations = ["serviceValidate", "proxyValidate", "p3/serviceValidate", "p3/proxyValidate"];

describe.each([
  ...validations.map((name) => ({ name, kind: "authenticationFailure" })),
  { name: "proxy", kind: "proxyFailure" },
])("2.5.3 and 2.7.3 bad input at /cas/$name is INVALID_REQUEST in the requested format", ({ name, kind }) => {
  test.each([...unreadable, ...unusable])("%s", async (_, query) => {
    const xml = await get(`/cas/${name}`, query);
    expect([xml.status, xml.headers["content-type"]]).toEqual([200, "application/xml; charset=utf-8"]);
    expect(xml.body).toMatch(new RegExp(`<cas:${kind} code="INVALID_REQUEST">[^<]+\\.</cas:${kind}>`));
    expectNothingReflected(xml);
    // Ahead of what may be too many.
    const json = await get(`/cas/${name}`, `format=JSON&${query}`);
    expect([json.status, json.headers["content-type"]]).toEqual([200, "application/json"]);
    expect(JSON.parse(json.body)).toEqual({
      serviceResponse: { [kind]: { code: "INVALID_REQUEST", description: expect.stringMatching(/.+\./) } },
    });
    expectNothingReflected(json);
    expect(asked).toEqual([]);
  });

  test.each([hostile, "YAML", "XML%20", "JSON%2CXML", "", "json;q=1"])(
    "2.5.1 an unsupported format gets XML: %s",
    async (format) => {
      const whole = `service=${encodeURIComponent(service)}&ticket=${createTicketId("ST")}`;
      const proxied = `pgt=${createTicketId("PGT")}&targetService=${encodeURIComponent(service)}`;
      const answer = await get(`/cas/${name}`, `${whole}&${proxied}&format=${format}`);
      expect(answer.status).toBe(200);
      expect(answer.body).toContain(`<cas:${kind} code="INVALID_REQUEST">`);
      expect(answer.body).toContain("XML or JSON");
      expectNothingReflected(answer);
      expect(asked).toEqual([]);
    },
  );
});

describe("2.4.2 bad input at /cas/validate is answered no", () => {
  test.each([...unreadable, ...unusable])("%s", async (_, query) => {
    const answer = await get("/cas/validate", query);
    expect([answer.status, answer.body]).toEqual([200, "no\n\n"]);
    expectNothingReflected(answer);
    expect(asked).toEqual([]);
  });
});

describe("11 bad input at /cas/samlValidate gets a status with the protocol's code", () => {
  const message = (artifact: string) =>
    `<Envelope xmlns="http://schemas.xmlsoap.org/soap/envelope/"><Body><Request xmlns="urn:oasis:names:tc:SAML:1.0:protocol" MajorVersion="1" MinorVersion="1" RequestID="_1"><AssertionArtifact>${artifact}</AssertionArtifact></Request></Body></Envelope>`;
  const post = (query: string, body: string | Uint8Array) =>
    new TestBrowser(opened).send("POST", `/cas/samlValidate?${query}`, { "content-type": "text/xml" }, body);
  const expectRefusal = (answer: BrowserAnswer) => {
    expect([answer.status, answer.headers["content-type"]]).toEqual([200, "text/xml; charset=utf-8"]);
    expect(answer.body).toMatch(/<samlp:StatusMessage>INVALID_REQUEST: [^<]+\.</);
    expectNothingReflected(answer);
    expect(asked).toEqual([]);
  };

  test.each(unreadable)("%s", async (_, query) => {
    const named = query.replaceAll("service=", "TARGET=");
    expectRefusal(await post(named, message(createTicketId("ST"))));
  });

  test.each<[string, string | Uint8Array]>([
    ["nothing", ""],
    ["no XML", marker],
    ["not UTF-8", Buffer.concat([Buffer.from(message("ST-1")), Buffer.from([0xff])])],
    ["two artifacts", message("ST-1</AssertionArtifact><AssertionArtifact>ST-2")],
    ["markup for an artifact", message("<script>reflected(1)</script>")],
    ["deep nesting", "<a>".repeat(20_000)],
  ])("a malformed message: %s", async (_, body) => {
    expectRefusal(await post(`TARGET=${encodeURIComponent(service)}`, body));
  });

  test("a message that is too large is not read", async () => {
    const answer = await post(`TARGET=${hostile}`, message("x".repeat(70_000)));
    expect(answer.status).toBe(413);
    expectNothingReflected(answer);
    expect(asked).toEqual([]);
  });
});

describe("9 bad input at /cas/v1/tickets is 400 with a code", () => {
  const form = { "content-type": "application/x-www-form-urlencoded" };
  const post = (path: string, body: string) => new TestBrowser(opened).send("POST", path, form, body);
  const expectRefusal = (answer: BrowserAnswer) => {
    expect([answer.status, answer.headers["content-type"]]).toEqual([400, "application/json"]);
    expect(JSON.parse(answer.body)).toMatchObject({
      error: expect.stringMatching(/^[a-z0-9_]+$/),
      message: expect.stringMatching(/.+\./),
    });
    expectNothingReflected(answer);
    expect(asked).toEqual([]);
  };

  test.each([...unreadable, ...unusable, ["a token as JWT", "username=a&password=b&token=true"]])(
    "at a session's address: %s",
    async (_, body) => expectRefusal(await post("/cas/v1/tickets", body as string)),
  );

  test.each([...unreadable, ...unusable.filter(([name]) => name !== "no ticket")])(
    "at a ticket's address: %s",
    async (_, body) => {
      const { username, password } = alice;
      const credentials = new URLSearchParams({ username, password }).toString();
      const { body: tgt } = await post("/cas/v1/tickets", credentials);
      expectRefusal(await post(`/cas/v1/tickets/${tgt}`, body));
    },
  );
});

describe("2.1.1 and 2.2.1 bad input at /cas/login gets a page that explains it", () => {
  test.each(unreadable)("%s", async (_, query) => {
    const browser = new TestBrowser(opened);
    const read = await browser.get(`/cas/login?${query}`);
    const fields = browser.hiddenFields(await browser.get("/cas/login"));
    const sent = await browser.send(
      "POST",
      "/cas/login",
      { "content-type": "application/x-www-form-urlencoded", origin: opened.origin },
      `${new URLSearchParams({ ...fields, ...alice })}&${query}`,
    );
    for (const answer of [read, sent]) {
      expect([answer.status, answer.location]).toEqual([400, ""]);
      expect(answer.screen("refused").code).toMatch(/^parameters?_/);
      expectNothingReflected(answer);
    }
    expect(browser.cookies.has("TGC-gatehouse")).toBe(false);
    expect(asked).toEqual([]);
  });
});
