/** The server as a whole: what reaches the frontend, what every answer carries, what happens when something breaks. */
import type { IncomingHttpHeaders } from "node:http";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openTestHub, TestBrowser, type TestHub, type TestPerson } from "../test-hub.ts";

let opened: TestHub;
let alice: TestPerson;
beforeAll(async () => {
  opened = await openTestHub();
  alice = await opened.createPerson();
});
afterAll(() => opened.close());

/** Screens and files requested from the frontend while `act` runs. */
async function requestedDuring(act: () => Promise<unknown>) {
  const { drawn, files } = opened.asked;
  const before = [drawn.length, files.length] as const;
  await act();
  return { drawn: drawn.slice(before[0]), files: files.slice(before[1]) };
}

describe("requests that reach the frontend", () => {
  test.each([
    "/assets/enhance.js?v=1",
    "/_next/static/chunks/main.css",
    "/_next/static/chunks/%5Broot%5D.css",
    "/favicon.svg",
    "/icon.svg",
  ])("the hub's own files: %s", async (path) => {
    const requested = await requestedDuring(async () => {
      const { headers } = await new TestBrowser(opened).get(path);
      expect(headers["x-content-type-options"]).toBe("nosniff");
      expect(headers["content-security-policy"]).toBe("default-src 'none'; frame-ancestors 'none'; sandbox");
      expect(headers["cache-control"]).toBeUndefined();
    });
    expect(requested).toEqual({ files: [path], drawn: [] });
  });

  test("a screen, whatever the request's address", async () => {
    const browser = new TestBrowser(opened);
    const requested = await requestedDuring(async () => {
      await browser.get("/cas/login?service=&x=%2F..%2Fadmin");
      await browser.get("/cas/login?service=https://evil.example/");
      await browser.get("/nowhere");
      await browser.get("/");
    });
    expect(requested).toEqual({ drawn: ["login", "refused", "refused", "home"], files: [] });
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
    const { files } = await requestedDuring(() => new TestBrowser(opened).get(path));
    expect(files).toEqual([]);
  });

  test("no other method", async () => {
    const { files } = await requestedDuring(async () => {
      for (const path of ["/assets/enhance.js", "/_next/static/a.css", "/icon.svg"])
        for (const method of ["POST", "PUT", "DELETE", "OPTIONS"])
          await new TestBrowser(opened).send(method, path);
    });
    expect(files).toEqual([]);
  });

  test("a missing file gets the page for 404, with the headers of a page", async () => {
    const without = await openTestHub({ frontend: { serveFile: () => false } });
    try {
      const answer = await new TestBrowser(without).get("/_next/static/chunks/gone.css");
      expect([answer.status, answer.screen("refused").code]).toEqual([404, "not_found"]);
      expect(answer.headers["content-security-policy"]).toContain("script-src 'self';");
      expect(answer.headers["cache-control"]).toBe("no-store");
    } finally {
      await without.close();
    }
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
    let seen: IncomingHttpHeaders = {};
    const watched = await openTestHub({
      frontend: {
        async draw(request, response) {
          seen = { ...request.headers };
          response.end();
        },
      },
    });
    try {
      await new TestBrowser(watched).get("/cas/login", poison);
      expect(seen.host).toBe("hub.localhost:3000");
      expect(JSON.stringify(seen)).not.toMatch(/evil|middleware|action|rsc|nonce|nextjs/);
    } finally {
      await watched.close();
    }
  });
});

test("the issuer answers a request from which the guard dropped headers", async () => {
  const headers = { "x-forwarded-host": "evil.example", "x-forwarded-port": "1" };
  const answer = await new TestBrowser(opened).get("/oidc/auth?client_id=nobody", headers);
  expect([answer.status, answer.screen("refused").code]).toEqual([400, "invalid_client"]);
});

describe("every answer", () => {
  test("of a page has the page's policy", async () => {
    const { headers } = await new TestBrowser(opened).get("/cas/login");
    expect(headers["content-security-policy"]).toContain("default-src 'none'; script-src 'self';");
    expect(headers).toMatchObject({ "x-frame-options": "DENY", "cache-control": "no-store" });
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
      return (await browser.get("/account/sessions")).screen("account-sessions").here.address;
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
  test("a page that cannot be drawn gets 500, and is logged", async () => {
    const broken = await openTestHub({
      frontend: {
        async draw() {
          throw new Error("broken page");
        },
      },
    });
    try {
      const answer = await new TestBrowser(broken).get("/cas/login");
      expect(answer.status).toBe(500);
      expect(answer.headers["content-type"]).toBe("application/json");
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

  test("a file that cannot be served: 500, and the log says why", async () => {
    const broken = await openTestHub({
      frontend: { serveFile: () => Promise.reject(new Error("no such chunk")) },
    });
    try {
      expect((await new TestBrowser(broken).get("/_next/static/a.css")).status).toBe(500);
      expect(broken.lines.join()).toContain("no such chunk");
    } finally {
      await broken.close();
    }
  });
});
