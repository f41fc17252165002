/** Every route and every page of the hub says who may call it: docs and reviews go by these declarations. */
import { globSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, test } from "vitest";
import type { AntiForgery, Caller, Route, Sends } from "./http/route.ts";
import { pathOfPage } from "./oidc/issuer/posted-request.ts";
import { declaredRoutes } from "./test-support/declared-routes.ts";

const callers: readonly Caller[] = ["anyone", "person", "api", "site", "tester"];
const protections: readonly AntiForgery[] = [
  "changes-nothing",
  "navigation",
  "sign-out-only",
  "login-ticket",
  "ticket",
  "form-token",
  "flow-token",
  "header-credentials",
];
const sendings: readonly Sends[] = [
  "nothing",
  "query",
  "raw-query",
  "form",
  "raw-form",
  "upload",
  "json",
  "xml",
];
const routes = declaredRoutes({ door: true });
const named = (route: Route) => `${route.method} ${route.path}`;

/** The whole of it, to be changed knowingly: method, path, caller, anti-forgery. */
const expected = [
  "GET / anyone changes-nothing",
  "GET /cas/login anyone navigation",
  "POST /cas/login anyone login-ticket",
  "POST /cas/login/choose anyone flow-token",
  "POST /upstream/:id anyone login-ticket",
  "GET /upstream/callback/:id anyone navigation",
  "POST /cas/login/passkey anyone login-ticket",
  "GET /cas/login/factor anyone changes-nothing",
  "POST /cas/login/factor anyone flow-token",
  "GET /cas/login/new-password anyone navigation",
  "POST /cas/login/new-password anyone login-ticket",
  "GET /sign-up anyone changes-nothing",
  "POST /sign-up anyone flow-token",
  "GET /forgot-password anyone changes-nothing",
  "POST /forgot-password anyone flow-token",
  "GET /sign-up/account anyone changes-nothing",
  "POST /sign-up/account anyone flow-token",
  "GET /invitation anyone changes-nothing",
  "POST /invitation anyone flow-token",
  "GET /upstream/account anyone changes-nothing",
  "POST /upstream/account/sign-up anyone flow-token",
  "POST /upstream/:id/new-account anyone flow-token",
  "GET /reset-password anyone changes-nothing",
  "POST /reset-password anyone flow-token",
  "GET /email-change anyone changes-nothing",
  "POST /email-change anyone flow-token",
  "POST /cas/login/confirm anyone flow-token",
  "GET /cas/logout anyone sign-out-only",
  "GET /cas/validate anyone ticket",
  "GET /cas/serviceValidate anyone ticket",
  "GET /cas/proxyValidate anyone ticket",
  "GET /cas/p3/serviceValidate anyone ticket",
  "GET /cas/p3/proxyValidate anyone ticket",
  "GET /cas/proxy anyone ticket",
  "POST /cas/samlValidate anyone ticket",
  "POST /cas/v1/tickets anyone ticket",
  "POST /cas/v1/tickets/:tgt anyone ticket",
  "GET /cas/v1/tickets/:tgt anyone changes-nothing",
  "DELETE /cas/v1/tickets/:tgt anyone ticket",
  "GET /oidc/interaction/:uid anyone navigation",
  "POST /oidc/interaction/:uid anyone flow-token",
  "GET /device anyone changes-nothing",
  "GET /oidc/device anyone changes-nothing",
  "POST /oidc/device person form-token",
  "POST /oidc/device/decide person form-token",
  "GET /account/security/codes/new person changes-nothing, fresh sign-in",
  "POST /account/security/codes/new person form-token, fresh sign-in",
  "GET /cas/login/set-up anyone changes-nothing",
  "POST /cas/login/set-up anyone flow-token",
  "POST /account/security/codes/off person form-token, fresh sign-in",
  "POST /account/security/recovery-codes/new person form-token, fresh sign-in",
  "POST /account/security/recovery-codes/download person form-token",
  "GET /account person changes-nothing",
  "GET /account/name person changes-nothing",
  "POST /account/name person form-token",
  "GET /account/email person changes-nothing, fresh sign-in",
  "POST /account/email person form-token, fresh sign-in",
  "GET /account/picture person changes-nothing",
  "POST /account/picture person form-token",
  "POST /account/picture/remove person form-token",
  "GET /pictures/:hash anyone changes-nothing",
  "GET /account/data person changes-nothing, fresh sign-in",
  "POST /account/data/export person form-token, fresh sign-in",
  "POST /account/delete person form-token, fresh sign-in",
  "GET /account/keep person changes-nothing",
  "POST /account/keep person form-token",
  "GET /account/security person changes-nothing",
  "POST /account/security/providers/connect person form-token, fresh sign-in",
  "GET /account/security/connect person changes-nothing, fresh sign-in",
  "POST /account/security/connect person form-token, fresh sign-in",
  "POST /account/security/providers/disconnect person form-token, fresh sign-in",
  "GET /account/security/passkeys/new person changes-nothing, fresh sign-in",
  "POST /account/security/passkeys/new person form-token, fresh sign-in",
  "POST /account/security/passkeys/rename person form-token, fresh sign-in",
  "POST /account/security/passkeys/remove person form-token, fresh sign-in",
  "GET /.well-known/change-password anyone changes-nothing",
  "GET /account/password person changes-nothing, fresh sign-in with-factor",
  "POST /account/password person form-token, fresh sign-in with-factor",
  "GET /account/password/add person changes-nothing, fresh sign-in",
  "POST /account/password/add person form-token, fresh sign-in",
  "GET /account/sessions person changes-nothing",
  "POST /account/sessions/ask-before person form-token",
  "POST /account/sessions/end person form-token",
  "POST /account/sessions/end-others person form-token",
  "POST /account/sessions/end-all person form-token",
  "GET /account/activity person changes-nothing",
  "GET /account/apps person changes-nothing",
  "POST /account/apps/disconnect person form-token",
  "GET /account/app-passwords/new person changes-nothing, fresh sign-in",
  "POST /account/app-passwords/new person form-token, fresh sign-in",
  "POST /account/app-passwords/revoke person form-token",
  "GET /api/v1/me api changes-nothing",
  "POST /api/v1/app-passwords/verify site header-credentials",
  "POST /oidc/auth anyone changes-nothing",
  "POST /oidc/session/end anyone changes-nothing",
  "GET /.well-known/webfinger anyone changes-nothing",
  "POST /sites/v1/sessions/check site header-credentials",
  "GET /healthz anyone changes-nothing",
  "GET /readyz anyone changes-nothing",
  "GET /dev/mail anyone changes-nothing",
  "GET /dev/mail/:id anyone changes-nothing",
  "POST /test/v1/people tester header-credentials",
  "DELETE /test/v1/people/:id tester header-credentials",
  "POST /test/v1/people/:id/disable tester header-credentials",
  "POST /test/v1/mails tester header-credentials",
  "POST /test/v1/clock tester header-credentials",
  "DELETE /test/v1/clock tester header-credentials",
  "POST /test/v1/sweep tester header-credentials",
];

test("the route table lists every route and its callers", () => {
  const facts = ({ caller, antiForgery, freshSignIn }: Route) =>
    `${caller} ${antiForgery}${freshSignIn ? `, fresh sign-in${freshSignIn === true ? "" : ` ${freshSignIn}`}` : ""}`;
  expect(routes.map((route) => `${named(route)} ${facts(route)}`)).toEqual(expected);
});

describe.each(routes.map((route) => [named(route), route] as const))("%s", (_, route) => {
  test("declares its callers, protection against forgery, parameters and format", () => {
    expect(callers).toContain(route.caller);
    expect(protections).toContain(route.antiForgery);
    expect(sendings).toContain(route.sends);
    expect(["html", "json"]).toContain(route.speaks);
    expect(route.path).toMatch(/^\/[A-Za-z0-9/:.-]*$/);
  });

  test("ASVS 3.5.3 changes nothing by GET except where its protocol demands it, and protects changes", () => {
    if (route.method === "GET") {
      expect(["changes-nothing", "navigation", "sign-out-only", "ticket"]).toContain(route.antiForgery);
      expect(["nothing", "query", "raw-query"]).toContain(route.sends);
    } else if (pathOfPage(route.method, route.path) === undefined)
      expect(["login-ticket", "form-token", "flow-token", "header-credentials", "ticket"]).toContain(
        route.antiForgery,
      );
  });

  test("ASVS 7.5.1 a fresh sign-in is required of signed-in users only", () => {
    if ((route.freshSignIn ?? false) !== false) expect(route.caller).toBe("person");
  });

  test("routes that consume a ticket read nothing that a browser sends by itself", () => {
    if (route.antiForgery === "ticket") expect(route.caller).toBe("anyone");
  });

  test("a form in a session has its token, and header credentials are required only of callers who have some", () => {
    if (route.caller === "person" && route.method !== "GET")
      expect([route.antiForgery, ["form", "upload"].includes(route.sends)]).toEqual(["form-token", true]);
    if (route.antiForgery === "form-token") expect(route.caller).toBe("person");
    const hasHeader = ["site", "tester"].includes(route.caller);
    expect(route.antiForgery === "header-credentials").toBe(
      hasHeader || (route.caller === "api" && route.method !== "GET"),
    );
  });

  test("a route for programs requires one scope and answers in JSON", () => {
    expect(route.scope !== undefined).toBe(route.caller === "api");
    if (route.caller === "api")
      expect([route.scope, route.speaks]).toEqual([expect.stringMatching(/^\S+$/), "json"]);
  });

  test("is declared once", () => {
    expect(routes.filter((other) => named(other) === named(route))).toHaveLength(1);
  });
});

describe("pages draw only what a route decided", () => {
  const app = resolve(import.meta.dirname, "../app");
  const sources = globSync("**/*.{ts,tsx,js,jsx}", { cwd: app, exclude: ["**/*.test.*"] });
  const read = (file: string) => readFileSync(resolve(app, file), "utf8");

  test("Next knows one page and its layout", () => {
    const reserved = /(^|\/)(page|layout|template|default|loading|error|global-error|not-found)\.\w+$/;
    expect(sources.filter((file) => reserved.test(file)).toSorted()).toEqual(["layout.tsx", "page.tsx"]);
  });

  test("there is no route, action, proxy or client component besides the hub's routes", () => {
    expect(sources.filter((file) => /(^|\/)route\.\w+$/.test(file))).toEqual([]);
    expect(globSync("{,src/}{middleware,proxy,instrumentation}.*", { cwd: resolve(app, "..") })).toEqual([]);
    for (const file of sources) {
      const source = read(file);
      expect(source, file).not.toMatch(/^\s*["']use (server|client|cache)["']/m);
      expect(source, file).not.toMatch(/from "(next\/[a-z]+|@gatehouse\/database)"/);
      expect(source, file).not.toMatch(/dangerouslySetInnerHTML|process\.env/);
    }
  });
});
