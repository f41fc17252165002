/** The server as a whole: what reaches Next, what every answer carries, what happens when something breaks. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { openTestHub, TestBrowser, type TestHub, type TestPerson } from "../test-hub.ts";

let opened: TestHub;
let alice: TestPerson;
let seen: number;
beforeAll(async () => {
  opened = await openTestHub();
  alice = await opened.createPerson();
});
beforeEach(() => {
  seen = opened.asked.length;
});
afterAll(() => opened.close());

const askedSince = () => opened.asked.slice(seen);

describe("requests that reach Next", () => {
  test.each([
    "/assets/enhance.js",
    "/_next/static/chunks/main.js",
    "/_next/static/chunks/%5Broot%5D.css",
    "/favicon.svg",
    "/icon.svg",
  ])("the hub's own files: %s", async (path) => {
    const { headers } = await new TestBrowser(opened).get(path);
    expect(askedSince()).toMatchObject([{ url: path, screen: null }]);
    expect(headers["x-content-type-options"]).toBe("nosniff");
    expect(headers["cache-control"]).toBeUndefined();
  });

  test("Accept-Encoding, for files only: pages contain secrets beside data from the address", async () => {
    const browser = new TestBrowser(opened, { "accept-encoding": "gzip, br" });
    await browser.get("/assets/enhance.js");
    await browser.get("/cas/login?service=https://evil.example/");
    await browser.get("/oidc/auth?client_id=nobody");
    expect(askedSince().map(({ screen, headers }) => [screen, headers["accept-encoding"]])).toEqual([
      [null, "gzip, br"],
      ["refused", undefined],
      ["refused", undefined],
    ]);
  });

  test("a screen, by the name of its page, whatever the request's address", async () => {
    const browser = new TestBrowser(opened);
    await browser.get("/cas/login?service=&x=%2F..%2Fadmin");
    await browser.get("/cas/login?service=https://evil.example/");
    await browser.get("/nowhere");
    await browser.get("/");
    expect(askedSince().map(({ url, screen, method }) => [method, url, screen])).toEqual([
      ["GET", "/cas/login", "login"],
      ["GET", "/refused", "refused"],
      ["GET", "/refused", "refused"],
      ["GET", "/", "home"],
    ]);
  });

  test.each([
    "/refused",
    "/_next/data/build/cas/login.json",
    "/_next/image?url=/assets/a.png&w=64&q=75",
    "/_next/webpack-hmr",
    "/_next/",
    "/_next/static",
    "/__nextjs_original-stack-frame",
    "/cas/login.rsc",
    "/cas/login.txt",
    "/cas/login/",
    "/CAS/login",
    "/cas/login;x",
    "/assets",
    "/assets%2fenhance.js",
    "/assets/../cas/login",
    "/assets/%2e%2e/cas/login",
    "/assets/..%2fcas/login",
    "/assets/..\\cas/login",
    "/_next/static/../../account",
    "/_next/static/%2E%2e/server/pages.js",
    "/icon.svg/",
    "/api/anything",
    "/admin",
  ])("no other address: %s", async (path) => {
    await new TestBrowser(opened).get(path);
    for (const { screen, url } of askedSince()) expect([screen, url]).not.toEqual([null, expect.anything()]);
  });

  test("no other method", async () => {
    for (const path of ["/assets/enhance.js", "/_next/static/a.js", "/icon.svg"])
      for (const method of ["POST", "PUT", "DELETE", "OPTIONS"])
        await new TestBrowser(opened).send(method, path);
    expect(askedSince().filter(({ screen }) => screen === null)).toEqual([]);
  });

  test("no header that changes its routing", async () => {
    const poison = {
      "x-middleware-subrequest": "src/middleware",
      "next-action": "x",
      rsc: "1",
      "next-router-state-tree": "x",
      "content-security-policy": "script-src 'nonce-x'",
      "x-forwarded-host": "evil.example",
      "x-nextjs-data": "1",
      host: "evil.example",
    };
    await new TestBrowser(opened).get("/cas/login", poison);
    const [asked] = askedSince();
    expect(asked?.headers.host).toBe("hub.localhost:3000");
    expect(JSON.stringify(asked?.headers)).not.toMatch(/evil|middleware|action|rsc|nonce|nextjs/);
  });
});

describe("every answer", () => {
  test("of a page has the page's policy, and none of the framework's scripts", async () => {
    const { headers, body } = await new TestBrowser(opened).get("/cas/login");
    expect(headers["content-security-policy"]).toContain("default-src 'none'; script-src 'self';");
    expect(headers).toMatchObject({ "x-frame-options": "DENY", "cache-control": "no-store" });
    expect(headers["x-powered-by"]).toBeUndefined();
    expect(body).not.toContain("<script");
  });

  test("of a page lets its forms post to the hub only, whichever site the request came from", async () => {
    const { service } = opened.shop;
    for (const query of ["", `?${new URLSearchParams({ service })}`, "?service=https://evil.example/"]) {
      const { headers } = await new TestBrowser(opened).get(`/cas/login${query}`);
      expect(headers["content-security-policy"]).toContain("; form-action 'self';");
    }
  });

  test("to HEAD is that to GET without a body", async () => {
    for (const path of ["/cas/login", "/healthz", "/nowhere"]) {
      const [head, get] = [
        await new TestBrowser(opened).send("HEAD", path),
        await new TestBrowser(opened).get(path),
      ];
      expect([head.status, head.body, head.headers["content-type"]], path).toEqual([
        get.status,
        "",
        get.headers["content-type"],
      ]);
    }
  });

  test("over https requires https and binds its cookies to the host", async () => {
    const secure = await openTestHub({
      environment: { HUB_MODE: "production", HUB_URL: "https://login.example.com", LOGIN_THROTTLE: "on" },
    });
    try {
      const person = await secure.createPerson();
      const browser = new TestBrowser(secure);
      const { headers, cookies, location } = await browser.signIn(person);
      expect(location).toBe("/account");
      expect(headers["strict-transport-security"]).toBe("max-age=63072000; includeSubDomains");
      for (const cookie of cookies)
        expect(cookie).toMatch(/^__Host-.*; Path=\/; HttpOnly; Secure; SameSite=Lax$/);
      expect(browser.cookies.has("__Host-TGC-gatehouse")).toBe(true);
      expect((await browser.get("/account")).status).toBe(200);
    } finally {
      await secure.close();
    }
  });
});

describe("an unknown address", () => {
  test("gets a page with the reference", async () => {
    const answer = await new TestBrowser(opened).get("/nowhere", { "x-request-id": "visit-12345678" });
    expect([answer.status, answer.screen("refused")]).toEqual([
      404,
      expect.objectContaining({ code: "not_found", reference: "visit-12345678" }),
    ]);
  });

  test("with a method that is not served gets 405 with the served ones", async () => {
    const allow = async (method: string, path: string) => {
      const { status, headers } = await new TestBrowser(opened).send(method, path);
      return [status, headers.allow];
    };
    expect(await allow("PUT", "/cas/login")).toEqual([405, "GET, HEAD, POST"]);
    expect(await allow("POST", "/cas/logout")).toEqual([405, "GET"]);
    expect(await allow("POST", "/cas/serviceValidate")).toEqual([405, "GET"]);
    expect(await allow("OPTIONS", "/sites/v1/sessions/check")).toEqual([405, "POST"]);
  });

  test("ASVS 3.4.2 no other origin may read any response", async () => {
    for (const path of ["/cas/login", "/account", "/sites/v1/sessions/check", "/healthz"]) {
      const { headers } = await new TestBrowser(opened).get(path, { origin: "https://evil.example" });
      expect(headers["access-control-allow-origin"], path).toBeUndefined();
    }
  });
});

describe("the client's address", () => {
  test("comes from a trusted proxy's header, and not from a client's", async () => {
    const addressOf = async (hub: TestHub, person: TestPerson) => {
      const browser = new TestBrowser(hub, { "x-forwarded-for": "203.0.113.66, 192.0.2.1" });
      await browser.signIn(person);
      return (await browser.get("/account")).screen("account").sessions[0]?.address;
    };
    expect(await addressOf(opened, alice)).toBe("127.0.0.1");
    const behind = await openTestHub({ environment: { TRUST_PROXY: "127.0.0.0/8" } });
    try {
      expect(await addressOf(behind, await behind.createPerson())).toBe("192.0.2.1");
    } finally {
      await behind.close();
    }
  });
});

describe("ASVS 16.5 failures", () => {
  test("a page that cannot be drawn gets 500 without its first half, and is logged", async () => {
    const broken = await openTestHub({
      next: async (_, response) => {
        response.write("<p>half");
        throw new Error("broken page");
      },
    });
    try {
      const answer = await new TestBrowser(broken).get("/cas/login");
      expect(answer.status).toBe(500);
      expect(answer.body).not.toContain("<p>half");
      expect(answer.body).toContain("internal_error");
      expect(answer.headers["x-content-type-options"]).toBe("nosniff");
      expect(broken.lines.join()).toContain("broken page");
    } finally {
      await broken.close();
    }
  });

  test("an internal error gets a page without details, and the log has the cause", async () => {
    const find = () => Promise.reject(new Error("secret of the database"));
    const broken = await openTestHub({
      hub: ({ database }) => ({ findSession: find, database: { ...database, isReady: async () => false } }),
    });
    try {
      const browser = new TestBrowser(broken);
      const answer = await browser.get("/account", { cookie: "TGC-gatehouse=TGT-x" });
      expect([answer.status, answer.screen("refused").code]).toEqual([500, "internal_error"]);
      expect(answer.body).not.toContain("secret of");
      const logged = broken.lines.filter((line) => line.includes("secret of the database"));
      expect(JSON.parse(logged[0] ?? "{}")).toMatchObject({ requestId: answer.screen("refused").reference });
      expect((await browser.get("/healthz")).status).toBe(200);
    } finally {
      await broken.close();
    }
  });

  test("an asset that cannot be served ends the request", async () => {
    const broken = await openTestHub({ next: () => Promise.reject(new Error("no such chunk")) });
    try {
      await expect(new TestBrowser(broken).get("/_next/static/a.js")).rejects.toThrow();
      expect(broken.lines.join()).toContain("no such chunk");
    } finally {
      await broken.close();
    }
  });
});
