/** Proxy tickets over HTTP: `pgtUrl`, `/cas/proxy`, `/cas/proxyValidate`. Titled by CAS protocol 3.0.3. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createTicketId } from "@gatehouse/cas/server";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { openTestHub, TestBrowser, type TestHub, type TestPerson } from "../test-hub.ts";
import { type CallbackServer, openCallbackServer } from "../test-support/callback-server.ts";

let opened: TestHub;
let alice: TestPerson;
let callback: CallbackServer;
let unvouched: CallbackServer;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "gatehouse-proxy-"));
  callback = await openCallbackServer("shop.localhost");
  unvouched = await openCallbackServer("shop.localhost");
  const certificates = join(folder, "authorities.pem");
  await writeFile(certificates, callback.certificate);
  opened = await openTestHub({
    environment: { CA_FILE: certificates },
    sites: ({ shop, bank }) => {
      const cas = (site: typeof shop, proxy: object) => ({
        ...(site.registration().cas as object),
        proxy,
      });
      const callbacks = [callback.url, unvouched.url];
      return {
        shop: shop.registration({ cas: cas(shop, { callbacks, targets: ["bank"] }) }),
        bank: bank.registration({ cas: cas(bank, { callbacks, targets: ["shop"] }) }),
        plain: {
          ...shop.registration(),
          id: "plain",
          secret: undefined,
          cas: { services: ["http://plain.localhost:9/"] },
        },
      };
    },
  });
  alice = await opened.createPerson({ username: "alice" });
});
beforeEach(() => callback.answerWith(200));
afterAll(async () => {
  await opened.close();
  await Promise.all([callback.close(), unvouched.close(), rm(folder, { recursive: true })]);
});

type Parameters = Record<string, string>;
const ask = async (path: string, parameters: Parameters): Promise<string> =>
  (await new TestBrowser(opened).get(`${path}?${new URLSearchParams(parameters)}`)).body;
const codeOf = (body: string): string => /code="([A-Z_]+)"/.exec(body)?.[1] ?? body;
const element = (name: string, body: string): string =>
  new RegExp(`<cas:${name}>(.*?)</cas:${name}>`).exec(body)?.[1] ?? "";

async function signIn(service: string, browser = new TestBrowser(opened)): Promise<string> {
  const { location } = await browser.signIn(alice, `?${new URLSearchParams({ service })}`);
  return new URL(location).searchParams.get("ticket") ?? "";
}

/** A proxy-granting ticket of the shop. */
async function grant(browser = new TestBrowser(opened)): Promise<string> {
  const { service } = opened.shop;
  const ticket = await signIn(service, browser);
  const body = await ask("/cas/serviceValidate", { service, ticket, pgtUrl: callback.url });
  return callback.handed.get(element("proxyGrantingTicket", body)) ?? "";
}

describe("2.5.4 the proxy callback", () => {
  const validate = async (pgtUrl: string, service = opened.shop.service) =>
    ask("/cas/serviceValidate", { service, ticket: await signIn(service), pgtUrl });

  test("receives the ticket, and the response contains the PGTIOU that stands for it", async () => {
    const body = await validate(`${callback.url}?keep=a%20b`);
    const iou = element("proxyGrantingTicket", body);
    expect(iou).toMatch(/^PGTIOU-[A-Za-z0-9]{43}$/);
    expect(callback.handed.get(iou)).toMatch(/^PGT-[A-Za-z0-9]{43}$/);
    expect(callback.asked.at(-1)).toMatch(/^\/pgt\?keep=a%20b&pgtIou=PGTIOU-\w+&pgtId=PGT-\w+$/);
    expect(body).not.toContain(callback.handed.get(iou));
  });

  test.each([
    ["404", 404],
    ["500", 500],
    ["204, which is not 200", 204],
    ["a redirect, which is not followed", 302],
  ] as const)("%s fails the validation, and no ticket is granted", async (_, status) => {
    callback.answerWith(status);
    expect(codeOf(await validate(callback.url))).toBe("INVALID_PROXY_CALLBACK");
    expect(callback.asked.filter((path) => path === "/elsewhere")).toEqual([]);
    const pgt = [...callback.handed.values()].at(-1) ?? "";
    const targetService = opened.bank.service;
    expect(await ask("/cas/proxy", { pgt, targetService })).toContain("proxyFailure");
  });

  test("2.3.3 a site whose callback failed still gets a logout request (decision 0012)", async () => {
    callback.answerWith(500);
    const browser = new TestBrowser(opened);
    const { service } = opened.shop;
    const ticket = await signIn(service, browser);
    const body = await ask("/cas/serviceValidate", { service, ticket, pgtUrl: callback.url });
    expect(codeOf(body)).toBe("INVALID_PROXY_CALLBACK");
    await browser.get("/cas/logout");
    await opened.hub.logout.drain();
    expect(opened.shop.told()).toContain(ticket);
  });

  test("a server without a trusted certificate is not called", async () => {
    expect(codeOf(await validate(unvouched.url))).toBe("INVALID_PROXY_CALLBACK");
    expect(unvouched.asked).toEqual([]);
  });

  test.each([
    ["plain http", () => callback.url.replace("https:", "http:"), "INVALID_PROXY_CALLBACK"],
    ["no address", () => "nonsense", "INVALID_PROXY_CALLBACK"],
    ["an address that is not registered", () => `${callback.url}/more`, "UNAUTHORIZED_SERVICE_PROXY"],
    ["another host", () => "https://evil.example/pgt", "UNAUTHORIZED_SERVICE_PROXY"],
  ])("%s is refused without a call", async (_, pgtUrl, code) => {
    const before = callback.asked.length;
    expect(codeOf(await validate(pgtUrl()))).toBe(code);
    expect(callback.asked).toHaveLength(before);
  });

  test("a site without a proxy policy gets no proxy-granting ticket", async () => {
    const body = await validate(callback.url, "http://plain.localhost:9/");
    expect(codeOf(body)).toBe("UNAUTHORIZED_SERVICE_PROXY");
  });

  test("CAS 1 ignores pgtUrl", async () => {
    const { service } = opened.shop;
    const before = callback.asked.length;
    const body = await ask("/cas/validate", { service, ticket: await signIn(service), pgtUrl: callback.url });
    expect([body, callback.asked.length]).toEqual(["yes\nalice\n", before]);
  });
});

describe("2.7 /proxy", () => {
  test("2.7.2 issues tickets for a site that the registration names, any number of times", async () => {
    const pgt = await grant();
    const targetService = opened.bank.service;
    const first = element("proxyTicket", await ask("/cas/proxy", { pgt, targetService }));
    const second = element("proxyTicket", await ask("/cas/proxy", { pgt, targetService }));
    expect([first, second]).toEqual([
      expect.stringMatching(/^PT-[A-Za-z0-9]{29}$/),
      expect.stringMatching(/^PT-/),
    ]);
    expect(first).not.toBe(second);
  });

  test("2.7.2 answers in JSON on request", async () => {
    const body = await ask("/cas/proxy", {
      pgt: await grant(),
      targetService: opened.bank.service,
      format: "JSON",
    });
    expect(JSON.parse(body).serviceResponse.proxySuccess.proxyTicket).toMatch(/^PT-/);
  });

  test.each([
    ["no pgt", () => ({ targetService: opened.bank.service }), "INVALID_REQUEST"],
    ["no target", async () => ({ pgt: await grant() }), "INVALID_REQUEST"],
    [
      "a site that the registration does not name",
      async () => ({ pgt: await grant(), targetService: "http://plain.localhost:9/" }),
      "UNAUTHORIZED_SERVICE",
    ],
    [
      "a site that nobody registered",
      async () => ({ pgt: await grant(), targetService: "https://evil.example/" }),
      "UNAUTHORIZED_SERVICE",
    ],
  ] as const)("2.7.3 %s: refused", async (_, parameters, code) => {
    const body = await ask("/cas/proxy", (await parameters()) as Parameters);
    expect(body).toContain("<cas:proxyFailure");
    expect(codeOf(body)).toBe(code);
  });

  test("2.7.3 an unknown ticket, and one of another kind, are refused alike", async () => {
    const targetService = opened.bank.service;
    const unknown = await ask("/cas/proxy", { pgt: createTicketId("PGT"), targetService });
    expect(unknown).toContain("<cas:proxyFailure");
    expect(await ask("/cas/proxy", { pgt: createTicketId("PGTIOU"), targetService })).toContain(
      "proxyFailure",
    );
  });

  test("2.3 the end of the session invalidates the proxy-granting ticket and its unused proxy tickets", async () => {
    const browser = new TestBrowser(opened);
    const pgt = await grant(browser);
    const targetService = opened.bank.service;
    const ticket = element("proxyTicket", await ask("/cas/proxy", { pgt, targetService }));
    await browser.get("/cas/logout");
    expect(await ask("/cas/proxy", { pgt, targetService })).toContain("proxyFailure");
    const answer = await ask("/cas/proxyValidate", { service: targetService, ticket });
    expect(codeOf(answer)).toBe("INVALID_TICKET");
  });

  test("2.1.1 the ticket survives re-authentication, because the session stays the same", async () => {
    const browser = new TestBrowser(opened);
    const pgt = await grant(browser);
    await browser.signIn(alice, "?renew=true");
    expect(await ask("/cas/proxy", { pgt, targetService: opened.bank.service })).toContain("proxySuccess");
  });
});

describe("2.6 /proxyValidate", () => {
  const proxyTicket = async (pgt: string, targetService = opened.bank.service) =>
    element("proxyTicket", await ask("/cas/proxy", { pgt, targetService }));

  test("2.6.2 a proxy ticket: the user, and the proxy", async () => {
    const service = opened.bank.service;
    const body = await ask("/cas/proxyValidate", { service, ticket: await proxyTicket(await grant()) });
    expect(element("user", body)).toBe("alice");
    expect(body).toContain(`<cas:proxy>${callback.url}</cas:proxy>`);
  });

  test("2.9 /p3/proxyValidate: attributes as well, in JSON", async () => {
    const service = opened.bank.service;
    const ticket = await proxyTicket(await grant());
    const body = await ask("/cas/p3/proxyValidate", { service, ticket, format: "JSON" });
    expect(JSON.parse(body).serviceResponse.authenticationSuccess).toMatchObject({
      user: "alice",
      proxies: [callback.url],
      attributes: { email: "alice@example.com", isFromNewLogin: false },
    });
  });

  test("a service ticket is valid here too", async () => {
    const { service } = opened.shop;
    const body = await ask("/cas/proxyValidate", { service, ticket: await signIn(service) });
    expect([element("user", body), body.includes("cas:proxies")]).toEqual(["alice", false]);
  });

  test("2.5.3 /serviceValidate refuses a proxy ticket, says so, and does not consume it", async () => {
    const service = opened.bank.service;
    const ticket = await proxyTicket(await grant());
    for (const path of ["/cas/serviceValidate", "/cas/p3/serviceValidate"])
      expect(codeOf(await ask(path, { service, ticket }))).toBe("INVALID_TICKET_SPEC");
    expect(element("user", await ask("/cas/proxyValidate", { service, ticket }))).toBe("alice");
  });

  test("3.2.1 one attempt consumes it, valid for its service only", async () => {
    const service = opened.bank.service;
    const pgt = await grant();
    const once = await proxyTicket(pgt);
    await ask("/cas/proxyValidate", { service, ticket: once });
    expect(codeOf(await ask("/cas/proxyValidate", { service, ticket: once }))).toBe("INVALID_TICKET");
    const burnt = await proxyTicket(pgt);
    expect(codeOf(await ask("/cas/proxyValidate", { service: opened.shop.service, ticket: burnt }))).toBe(
      "INVALID_SERVICE",
    );
    expect(codeOf(await ask("/cas/proxyValidate", { service, ticket: burnt }))).toBe("INVALID_TICKET");
  });

  test("2.5.3 renew: a proxy ticket never counts as from primary credentials", async () => {
    const ticket = await proxyTicket(await grant());
    const body = await ask("/cas/proxyValidate", { service: opened.bank.service, ticket, renew: "true" });
    expect(codeOf(body)).toBe("INVALID_TICKET");
  });

  test("2.6.1 a chain: the latest proxy comes first", async () => {
    const service = opened.bank.service;
    const ticket = await proxyTicket(await grant());
    const pgtUrl = `${callback.url}?second`;
    const body = await ask("/cas/proxyValidate", { service, ticket, pgtUrl });
    const second = callback.handed.get(element("proxyGrantingTicket", body)) ?? "";
    const back = await proxyTicket(second, opened.shop.service);
    const last = await ask("/cas/proxyValidate", { service: opened.shop.service, ticket: back });
    expect([...last.matchAll(/<cas:proxy>(.*?)<\/cas:proxy>/g)].map(([, url]) => url)).toEqual([
      pgtUrl,
      callback.url,
    ]);
  });

  test("2.3.3 a site entered by a proxy ticket gets a logout request", async () => {
    const browser = new TestBrowser(opened);
    const ticket = await proxyTicket(await grant(browser));
    await ask("/cas/proxyValidate", { service: opened.bank.service, ticket });
    await browser.get("/cas/logout");
    await opened.hub.logout.drain();
    expect(opened.bank.told()).toContain(ticket);
  });

  test("the log contains none of these tickets", () => {
    expect(opened.lines.join("\n")).not.toMatch(/(ST|PT|PGT|PGTIOU)-[A-Za-z0-9]{20}/);
  });
});
