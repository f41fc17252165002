/** One service, however clients write it, from login to validation at every endpoint. Titled by CAS protocol 3.0.3. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openTestHub, TestBrowser, type TestHub, type TestPerson } from "../test-hub.ts";
import { type CallbackServer, openCallbackServer } from "../test-support/callback-server.ts";
import { type ClientEncoding, clientEncodings } from "../test-support/client-encodings.ts";
import { startRestSession } from "../test-support/rest-session.ts";

let opened: TestHub;
let alice: TestPerson;
/** Signed in. */
let browser: TestBrowser;
let callback: CallbackServer;
let folder: string;
let site: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "gatehouse-service-encodings-"));
  callback = await openCallbackServer("shop.localhost");
  const authorities = join(folder, "authorities.pem");
  await writeFile(authorities, callback.certificate);
  opened = await openTestHub({
    environment: { CA_FILE: authorities },
    sites: ({ shop }) => ({
      shop: shop.registration({
        cas: {
          services: [`${shop.origin}/**`],
          rest: true,
          proxy: { callbacks: [callback.url], targets: ["shop"] },
        },
      }),
    }),
  });
  site = opened.shop.origin;
  alice = await opened.createPerson({ username: "alice" });
  browser = new TestBrowser(opened);
  await browser.signIn(alice);
});
afterAll(async () => {
  await opened.close();
  await Promise.all([callback.close(), rm(folder, { recursive: true })]);
});

const form = { "content-type": "application/x-www-form-urlencoded" };
const valid = /^yes\nalice\n|<cas:user>alice<|NameIdentifier>alice</;

const pathsOfSite = [
  "/",
  "/plain",
  "/two%20words",
  "/a%20folder/at%20the%20end%20",
  "/plus+sign",
  "/100%25%20sure",
  "/caf%C3%A9/%E2%82%AC%F0%9F%98%80",
  "/a;v=1/b",
  "/a;jsessionid=1F00.node1/b",
  "/(a)!'*,$@:~",
];
const queries = [
  "",
  "?",
  "?a=1",
  "?a=1&b=2&c",
  "?q=two%20words",
  "?q=two+words&r=and%20three",
  "?q=100%25",
  "?q=100%25&r=5%25",
  "?q=caf%C3%A9&r=%E2%82%AC",
  "?e=%FC",
  "?a[]=1&a[]=2",
  "?a%5B%5D=1&b=%7C%5E",
  "?to=https://x.example/y",
  "?to=https%3A%2F%2Fx.example%2Fy%3Fz%3D1",
  "?q=c%2B%2B",
];
/** Addresses that browsers ask a site for. */
const paths = pathsOfSite.flatMap((path) => queries.map((query) => path + query));

/** The address without its ticket. */
const withoutTicket = (location: string): string => location.replace(/[?&](ticket|SAMLart)=[^&]*$/, "");
const ticketOf = (location: string): string => /[?&](?:ticket|SAMLart)=([^&]*)$/.exec(location)?.[1] ?? "";

/** As a browser, or curl in a shell, sends what a client wrote without encoding letters of other scripts. */
const ascii = (value: string): string => value.replace(/[^ -~]+/g, encodeURIComponent);

async function loginWith(parameter: string, value: string, more = ""): Promise<string> {
  const answer = await browser.get(`/cas/login?${parameter}=${ascii(value)}${more}`);
  expect(answer.status, value).toBe(303);
  return answer.location;
}

const validateAt = async (path: string, value: string, ticket: string): Promise<string> =>
  (await browser.get(`${path}?service=${ascii(value)}&ticket=${ticket}`)).body;

const samlMessage = (ticket: string): string =>
  `<Envelope xmlns="http://schemas.xmlsoap.org/soap/envelope/"><Body><Request xmlns="urn:oasis:names:tc:SAML:1.0:protocol" MajorVersion="1" MinorVersion="1"><AssertionArtifact>${ticket}</AssertionArtifact></Request></Body></Envelope>`;
const samlValidate = async (value: string, ticket: string): Promise<string> =>
  (
    await browser.send(
      "POST",
      `/cas/samlValidate?TARGET=${ascii(value)}`,
      { "content-type": "text/xml" },
      samlMessage(ticket),
    )
  ).body;

describe.each(clientEncodings)("2.1.1 and 2.5.1 a service encoded as $name", ({ serviceAt, encode }) => {
  test("is the same at login, in the redirect, and at validation", async () => {
    for (const path of paths) {
      const asked = encode(serviceAt(site + path));
      const location = await loginWith("service", asked);
      // The client takes the service from where the browser is now.
      const there = encode(serviceAt(withoutTicket(location)));
      expect(await validateAt("/cas/p3/serviceValidate", there, ticketOf(location)), asked).toMatch(valid);
    }
  });

  test("is the same for a client that compares it with what it sent", async () => {
    for (const path of paths) {
      const asked = encode(serviceAt(site + path));
      const location = await loginWith("service", asked, "&renew=false");
      expect(await validateAt("/cas/serviceValidate", asked, ticketOf(location)), asked).toMatch(valid);
    }
  });

  test("is the same by SAML 1.1", async () => {
    for (const path of paths) {
      const asked = encode(serviceAt(site + path));
      const location = await loginWith("TARGET", asked);
      const there = encode(serviceAt(withoutTicket(location)));
      expect(await samlValidate(there, ticketOf(location)), asked).toMatch(valid);
    }
  });
});

/** Encodings alone, of one service: a client may change between login and validation, and tests do. */
const encodings: readonly Pick<ClientEncoding, "name" | "encode">[] = [
  ...clientEncodings,
  {
    name: "every byte",
    encode: (service) => Buffer.from(service).toString("hex").replace(/../g, "%$&"),
  },
];

describe("2.1.1 and 2.5.1 a service encoded in one way at login and in another at validation", () => {
  test.each(encodings)("$name at login", async ({ encode }) => {
    for (const [index, path] of paths.entries()) {
      const location = await loginWith("service", encode(site + path));
      // Every encoding meets every other on some path.
      const other = encodings[index % encodings.length] ?? encodings[0];
      const presented = other?.encode(site + path) ?? "";
      expect(await validateAt("/cas/validate", presented, ticketOf(location)), presented).toMatch(valid);
    }
  });

  test.each(encodings)("$name: the redirect leads to the requested address", async ({ encode }) => {
    // Of an address that a client does not encode, the hub decodes the codes of text.
    const isEncoded = encode("://") !== "://";
    const compared = (address: string): string => (isEncoded ? address : bytesOf(address));
    for (const path of paths) {
      const location = await loginWith("service", encode(site + path));
      const asked = new URL(site + path).href.replace(/\?$/, "");
      expect(compared(withoutTicket(location)), path).toBe(compared(asked));
    }
  });
});

/** With every code as the byte it stands for. */
function bytesOf(address: string): string {
  return address.replace(/%([0-9a-f]{2})/gi, (_, code: string) =>
    String.fromCharCode(Number.parseInt(code, 16)),
  );
}

describe("2.5.1 the session id of a Java server in the address", () => {
  const [java] = clientEncodings.filter(({ name }) => name === "Java's client");
  const encode = java?.encode ?? String;

  test.each([
    ["/app/cb;jsessionid=1F00.node1?a=b", "/app/cb?a=b"],
    ["/app/cb?a=b", "/app/cb;jsessionid=1F00?a=b"],
    ["/app/cb;JSESSIONID=1F00", "/app/cb;jsessionid=2E!99"],
    ["/app;jsessionid=1F00.route/cb", "/app/cb"],
    ["/;jsessionid=1F00", "/"],
    ["/app/cb;jsessionid=1F00?", "/app/cb"],
  ])("%s at login is %s at validation", async (asked, presented) => {
    for (const write of [encode, String]) {
      const location = await loginWith("service", write(site + asked));
      expect(withoutTicket(location)).toBe(site + asked.replace(/\?$/, ""));
      const body = await validateAt("/cas/serviceValidate", write(site + presented), ticketOf(location));
      expect(body).toMatch(valid);
    }
  });

  test("is not logged with an unregistered address", async () => {
    const { status } = await browser.get(
      `/cas/login?service=${encode("http://unknown.example/a;jsessionid=5ECRE7")}`,
    );
    expect(status).toBe(403);
    expect(opened.lines.filter((line) => line.includes("service.refused")).join()).toContain(
      "http://unknown.example/a",
    );
    expect(opened.lines.filter((line) => line.includes("service.refused")).join()).not.toContain("5ECRE7");
  });
});

describe("2.5.3 another service never counts as the one that a ticket was issued for", () => {
  /** Each is a resource of its own. */
  const own = [
    "/",
    "//",
    "/a",
    "/A",
    "/a/",
    "/a/b",
    "/%61",
    "/a+b",
    "/a%20b",
    "/a?x=%252520b",
    "/a;v=1",
    "/a?b=c",
    "/a?B=c",
    "/a?b=C",
    "/a?b",
    "/a?b=",
    "/a?b=c&d=e",
    "/a?d=e&b=c",
    "/a?b=c%26d=e",
    "/a?b=c&b=c",
    "/a?b=c%2Bd",
    "/a?b=c+d",
    "/a?b=%41",
    "/a?b=%2541",
    "/a?b=%FC",
  ];

  test("on the same site, each compared with every other", async () => {
    for (const [index, asked] of own.entries()) {
      const location = await loginWith("service", encodeURIComponent(site + asked));
      const others = own.filter((_, at) => at !== index);
      // A ticket is good for one attempt: a new one for each.
      const tickets = [ticketOf(location)];
      for (const _ of others.slice(1))
        tickets.push(ticketOf(await loginWith("service", encodeURIComponent(site + asked))));
      for (const [at, other] of others.entries())
        expect(
          await validateAt("/cas/serviceValidate", encodeURIComponent(site + other), tickets[at] ?? ""),
          `${asked} presented as ${other}`,
        ).toContain('code="INVALID_SERVICE"');
    }
  });

  test("on another host, port or scheme, or where parsers may disagree about the host", async () => {
    const { host, port } = new URL(site);
    const impostors = [
      `http://${host.replace("shop", "bank")}/a b`,
      `http://shop.localhost.evil.example:${port}/a b`,
      `http://shop.localhost:${Number(port) + 1}/a b`,
      `http://shop.localhost/a b`,
      `https://${host}/a b`,
      `http://evil.example/${site}/a b`,
      `http://evil.example\\@${host}/a b`,
      `http://evil.example@${host}/a b`,
      `http://${host}@evil.example/a b`,
      `http://${host} .evil.example/a b`,
      `http:// ${host}/a b`,
      ` ${site}/a b`,
      `${site}\\a b`,
      `${site}/a b#/../c`.replace("#", "%23"),
    ];
    for (const other of impostors) {
      const location = await loginWith("service", encodeURIComponent(`${site}/a b`));
      const body = await validateAt("/cas/serviceValidate", encodeURIComponent(other), ticketOf(location));
      expect(body, other).toContain('code="INVALID_SERVICE"');
      // Nobody is sent there either.
      const refused = await browser.get(`/cas/login?service=${encodeURIComponent(other)}`);
      expect([refused.status, refused.location], other).not.toEqual([303, expect.stringContaining("evil")]);
    }
  });
});

describe("the other endpoints that take an address", () => {
  const awkward = "/x y/100%?q=a b&r=%C3%BC";
  const asWritten = "/x%20y/100%25?q=a%20b&r=%C3%BC";

  test("2.7.1 targetService, and 2.6.1 proxyValidate", async () => {
    const location = await loginWith("service", encodeURIComponent(`${site}/portal`));
    const validated = await browser.get(
      `/cas/p3/serviceValidate?service=${site}/portal&ticket=${ticketOf(location)}&pgtUrl=${callback.url}?a=b&c=d`,
    );
    const iou = /<cas:proxyGrantingTicket>(.*?)</.exec(validated.body)?.[1] ?? "";
    expect(callback.asked.at(-1)).toMatch(/^\/pgt\?a=b&c=d&pgtIou=/);
    const pgt = callback.handed.get(iou) ?? "";
    const withSession = encodeURIComponent(`${site}/x y/100%;jsessionid=2?q=a b&r=%C3%BC`);
    for (const target of [encodeURIComponent(site + awkward), site + asWritten, withSession]) {
      const answer = await browser.get(`/cas/proxy?targetService=${target}&pgt=${pgt}`);
      const ticket = /<cas:proxyTicket>(.*?)</.exec(answer.body)?.[1] ?? "";
      const presented = encodeURIComponent(`${site}/x%20y;jsessionid=1/100%25?q=a+b&r=ü`);
      expect(await validateAt("/cas/proxyValidate", presented, ticket), answer.body).toMatch(valid);
    }
  });

  test("9 REST, with an unencoded form too", async () => {
    const tgt = await startRestSession(opened, alice);
    const withSession = encodeURIComponent(`${site}/x y/100%;jsessionid=2?q=a b&r=%C3%BC`);
    for (const value of [encodeURIComponent(site + awkward), site + asWritten, withSession]) {
      const issued = await browser.send("POST", `/cas/v1/tickets/${tgt}`, form, `service=${value}`);
      expect(issued.body).toMatch(/^ST-/);
      const presented = encodeURIComponent(site + awkward);
      expect(await validateAt("/cas/serviceValidate", presented, issued.body)).toMatch(valid);
    }
  });

  test("2.3.1 the service of a sign-out", async () => {
    for (const value of [encodeURIComponent(site + awkward), site + asWritten]) {
      const { location } = await new TestBrowser(opened).get(`/cas/logout?service=${value}`);
      expect(location).toBe(site + asWritten);
    }
    // The front page of a site is no service of its own.
    const front = `${opened.bank.origin}/;jsessionid=1`;
    expect((await new TestBrowser(opened).get(`/cas/logout?service=${front}`)).location).toBe(front);
  });
});

describe("2.1.1 repeated parameters", () => {
  test("repeated switches with the same meaning count as one", async () => {
    const service = encodeURIComponent(`${site}/plain`);
    const renewed = await browser.get(`/cas/login?renew=true&service=${service}&renew=true`);
    expect(renewed.screen("login").site).toMatchObject({ name: "The shop" });
    const location = await loginWith("service", service, "&gateway=true&gateway=true");
    const body = await validateAt(
      "/cas/serviceValidate",
      service,
      `${ticketOf(location)}&renew=true&renew=true`,
    );
    expect(body).toContain("renew asks for one that came from credentials");
  });

  test.each([
    ["a switch that is on and off", "renew=true&renew=false"],
    ["a service", "service=https://x.example/&service=https://x.example/"],
  ])("%s is refused at login", async (_, query) => {
    const { status, body } = await browser.get(`/cas/login?${query}`);
    expect(status).toBe(400);
    expect(body).toContain("A parameter was given twice; give it once.");
  });

  test.each(["ticket=ST-1&ticket=ST-1", "pgtUrl=https://x/&pgtUrl=https://x/", "renew=true&renew=false"])(
    "%s is refused at validation",
    async (query) => {
      const { body } = await browser.get(`/cas/serviceValidate?service=${site}/plain&${query}`);
      expect(body).toContain('code="INVALID_REQUEST">A parameter was given twice');
    },
  );
});

describe("2.2.1 a login form posted to an address with a service", () => {
  async function post(query: string, fields: Readonly<Record<string, string>> = {}) {
    const visitor = new TestBrowser(opened);
    const page = await visitor.get("/cas/login");
    const { username, password } = alice;
    return visitor.post(`/cas/login${query}`, {
      ...visitor.hiddenFields(page),
      username,
      password,
      ...fields,
    });
  }

  test("redirects to that service", async () => {
    const { status, location } = await post(`?service=${encodeURIComponent(`${site}/x y?a=b`)}`);
    expect([status, withoutTicket(location)]).toEqual([303, `${site}/x%20y?a=b`]);
    expect(await validateAt("/cas/serviceValidate", `${site}/x%20y?a=b`, ticketOf(location))).toMatch(valid);
  });

  test("redirects there if the form names the same service", async () => {
    const { location } = await post(`?service=${site}/x%20y`, { service: `${site}/x y` });
    expect(withoutTicket(location)).toBe(`${site}/x%20y`);
  });

  test("is refused if the form names another one", async () => {
    const { status, body, location } = await post(`?service=${site}/one`, { service: `${site}/two` });
    expect([status, location]).toEqual([400, ""]);
    expect(body).toContain("A parameter of the form is not the one in the address");
  });

  test("is refused for an unregistered service, in form and address alike", async () => {
    for (const [query, fields] of [
      ["?service=https://evil.example/", {}],
      ["", { service: "https://evil.example/" }],
    ] as const) {
      const { status, location } = await post(query, fields);
      expect([status, location]).toEqual([403, ""]);
    }
  });

  test("shows the form again for the same service after a wrong password", async () => {
    const { status, location } = await post(`?service=${site}/x%20y&renew=true`, { password: "wrong" });
    expect(status).toBe(303);
    const again = new URL(location, opened.origin).searchParams;
    expect([again.get("service"), again.get("renew")]).toEqual([`${site}/x y`, "true"]);
  });
});
