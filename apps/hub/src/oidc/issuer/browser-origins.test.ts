/** `Origin` decides which pages may read an answer, and refuses no request. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openTestHub, TestBrowser, type TestHub, type TestPerson } from "../../test-hub.ts";
import { type JsonAnswer, type RelyingSite, RelyingSite as Site } from "../../test-support/relying-site.ts";
import {
  suiteEnvironment as environment,
  redirectUri,
  suiteRegistration,
  suiteSite,
} from "../../test-support/suite-site.ts";

let opened: TestHub;
let alice: TestPerson;
let site: RelyingSite;
let native: RelyingSite;
let browser: TestBrowser;
const loopback = "http://127.0.0.1/callback";
const appScheme = "app://localhost/callback";
beforeAll(async () => {
  const device = "device_code";
  const nativeProgram = {
    redirectUris: [loopback, appScheme, "com.example.notes:/callback"],
    applicationType: "native",
    clientAuthentication: "none",
    grants: ["authorization_code", device],
  };
  opened = await openTestHub({
    environment,
    sites: () => ({
      suite: suiteRegistration("suite", { grants: ["authorization_code", "client_credentials"] }),
      native: suiteRegistration("native", nativeProgram, { secret: undefined }),
    }),
  });
  alice = await opened.createPerson({ username: "alice" });
  site = suiteSite(opened, "suite");
  native = new Site(opened, { id: "native", redirectUri: loopback });
  browser = new TestBrowser(opened);
});
afterAll(() => opened.close());

/** As native programs, WebViews, loopback programs and pages of anybody send it. */
const odd = [
  "null",
  "file://",
  "app://localhost",
  "capacitor://localhost",
  "http://localhost:8100",
  "chrome-extension://abcdefghijklmnop",
  "https://evil.example",
  "nonsense",
];
const allowedTo = ({ headers }: Pick<JsonAnswer, "headers">) => headers["access-control-allow-origin"];

describe.each(odd)("Origin: %s", (origin) => {
  test("RFC 6749 4.1.3 consumes no valid code, and gets no CORS headers", async () => {
    for (const one of [site, native]) {
      const code = (await one.visit(browser, alice)).get("code") ?? "";
      const isOwn = one === native && origin === "app://localhost";
      const { redirectUri: redirect_uri } = one.options;
      const fields = { grant_type: "authorization_code", code, redirect_uri, code_verifier: pkce() };
      const answer = await one.post("/oidc/token", fields, { origin });
      expect([answer.status, typeof answer.json.access_token]).toEqual([200, "string"]);
      expect(allowedTo(answer)).toBe(isOwn ? origin : undefined);
    }
  });

  test("userinfo, introspection, revocation and pushed requests get no CORS headers, and requests succeed", async () => {
    const { access_token: token } = await site.round(browser, alice);
    const pushed = Object.fromEntries(new URLSearchParams(site.authorization().split("?")[1]));
    const answers = [
      await site.userinfo(token, { origin }),
      await site.post("/oidc/request", pushed, { origin }),
      await site.post("/oidc/token/introspection", { token }, { origin }),
      await site.post("/oidc/token/revocation", { token }, { origin }),
    ];
    expect(answers.map(({ status }) => status)).toEqual([200, 201, 200, 200]);
    expect(answers.map(allowedTo)).toEqual([undefined, undefined, undefined, undefined]);
    expect((await native.post("/oidc/device/auth", {}, { origin })).status).toBe(200);
  });
});

const pkce = () => "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

describe("Fetch, CORS: an origin may read", () => {
  const tokenFor = (one: RelyingSite, origin: string) =>
    one.post("/oidc/token", { grant_type: "authorization_code", code: "wrong" }, { origin });

  test.each([
    ["where its codes go", () => site, new URL(redirectUri).origin, true],
    ["by its scheme and host", () => native, "app://localhost", true],
    [
      "of a native program on any port of loopback (RFC 8252 7.3)",
      () => native,
      "http://127.0.0.1:51004",
      true,
    ],
    ["not of another site", () => native, "https://suite.example", false],
    ["not of its host by another scheme", () => site, "http://suite.example", false],
    ["not of its host at another port", () => site, "https://suite.example:8443", false],
    ["not of a scheme without a host", () => native, "com.example.notes://", false],
    ["not of no origin that can be told", () => native, "null", false],
  ])("%s", async (_, one, origin, mayRead) => {
    const answer = await tokenFor(one(), origin);
    expect([answer.status, answer.json.error]).toEqual([400, "invalid_request"]);
    expect(allowedTo(answer)).toBe(mayRead ? origin : undefined);
    expect(answer.headers.vary).toContain("Origin");
  });

  test("errors for an invalid token and an unregistered site are readable to origins of sites only", async () => {
    const stranger = new Site(opened, { id: "nobody", redirectUri });
    for (const [origin, mayRead] of [
      ["https://suite.example", true],
      ["https://evil.example", false],
    ] as const)
      for (const answer of [await tokenFor(stranger, origin), await site.userinfo("over", { origin })])
        expect([answer.status, allowedTo(answer)]).toEqual([401, mayRead ? origin : undefined]);
  });

  test("a preflight request, which names no site, is answered", async () => {
    const headers = {
      origin: "https://suite.example",
      "access-control-request-method": "POST",
      "access-control-request-headers": "authorization,dpop",
    };
    const answer = await browser.send("OPTIONS", "/oidc/token", headers);
    expect([answer.status, answer.headers["access-control-allow-headers"]]).toEqual([
      204,
      "authorization,dpop",
    ]);
    expect(answer.headers["access-control-allow-origin"]).toBe("https://suite.example");
  });

  test("every origin may read public documents, and none may send cookies", async () => {
    for (const path of ["/oidc/.well-known/openid-configuration", "/oidc/jwks"]) {
      const answer = await browser.get(path, { origin: "https://elsewhere.example" });
      expect([answer.status, allowedTo(answer)]).toEqual([200, "https://elsewhere.example"]);
      expect(answer.headers).not.toHaveProperty("access-control-allow-credentials");
    }
  });
});
