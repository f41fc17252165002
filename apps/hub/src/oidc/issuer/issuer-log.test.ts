/** The log records OpenID Connect sign-ins in the same detail as CAS sign-ins, and never a secret. */
import { poolOf } from "@gatehouse/database/test-pool";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { openTestHub, TestBrowser, type TestHub, type TestPerson } from "../../test-hub.ts";
import { eventually } from "../../test-support/eventually.ts";
import type { RelyingSite } from "../../test-support/relying-site.ts";
import { suiteEnvironment, suiteRegistration, suiteSite } from "../../test-support/suite-site.ts";

let opened: TestHub;
let alice: TestPerson;
let site: RelyingSite;
let other: RelyingSite;
let seen: number;
beforeAll(async () => {
  const oidc = {
    grants: ["authorization_code", "refresh_token", "device_code"],
    scopes: ["openid", "offline_access"],
  };
  opened = await openTestHub({
    environment: suiteEnvironment,
    sites: () => ({ suite: suiteRegistration("suite", oidc), other: suiteRegistration("other") }),
  });
  alice = await opened.createPerson();
  site = suiteSite(opened, "suite", { scope: "openid offline_access" });
  other = suiteSite(opened, "other");
});
beforeEach(() => {
  seen = opened.lines.length;
});
afterAll(() => opened.close());

type Line = Readonly<Record<string, unknown>>;
const lines = (event: string): Line[] =>
  opened.lines
    .slice(seen)
    .map((line) => JSON.parse(line) as Line)
    .filter((line) => line.event === event);
const line = (event: string): Line => lines(event)[0] ?? {};
const signInLater = { prompt: "consent" };

async function sessionOf(person: TestPerson): Promise<{ id: string; uid: string }> {
  const { rows } = await poolOf(opened.hub.database).query(
    "SELECT id, uid FROM sessions WHERE user_id = $1 AND ended_at IS NULL ORDER BY started_at DESC",
    [person.id],
  );
  return rows[0];
}

test("a sign-in is logged with user, site and session, and each request with status and time", async () => {
  const browser = new TestBrowser(opened);
  const tokens = await site.round(browser, alice, signInLater);
  const { id: session, uid: sessionUid } = await sessionOf(alice);
  const about = {
    site: "suite",
    person: alice.id,
    sessionUid,
    requestId: expect.stringMatching(/^[a-z0-9-]{8,}$/),
  };
  expect(line("code.issued")).toMatchObject({
    session,
    level: "info",
    scope: "openid offline_access",
    ...about,
  });
  expect(line("tokens.issued")).toMatchObject({
    ...about,
    grantType: "authorization_code",
    tokens: ["access_token", "id_token", "refresh_token"],
  });
  await eventually(() => lines("request.answered").some(({ path }) => path === "/oidc/token"));
  expect(lines("request.answered")).toContainEqual(
    expect.objectContaining({
      method: "POST",
      path: "/oidc/token",
      status: 200,
      milliseconds: expect.any(Number),
    }),
  );
  expect(lines("request.answered")).toContainEqual(
    expect.objectContaining({ method: "GET", path: "/oidc/auth", status: 303 }),
  );
  await other.round(browser, alice);
  expect(lines("tokens.issued").at(-1)).toMatchObject({ site: "other", session, sessionUid });
  await site.refresh(tokens.refresh_token);
  expect(line("tokens.refreshed")).toMatchObject({
    site: "suite",
    person: alice.id,
    grantType: "refresh_token",
  });
});

test("a request is logged with the id that the site passed on", async () => {
  await new TestBrowser(opened).get("/oidc/me", { "x-request-id": "a-request-of-the-site" });
  await eventually(() => lines("request.answered").length > 0);
  expect(line("request.answered")).toMatchObject({
    requestId: "a-request-of-the-site",
    path: "/oidc/me",
    status: 401,
  });
});

test("RFC 7009 2.1 a revocation is logged, also of another site's token", async () => {
  const tokens = await site.round(new TestBrowser(opened), alice, signInLater);
  await other.post("/oidc/token/revocation", { token: tokens.access_token });
  expect(line("revocation.refused")).toMatchObject({
    level: "warn",
    site: "other",
    of: "suite",
    kind: "AccessToken",
  });
  expect(lines("token.revoked")).toEqual([]);
  await site.post("/oidc/token/revocation", { token: tokens.refresh_token });
  expect(line("token.revoked")).toMatchObject({ site: "suite", kind: "RefreshToken", person: alice.id });
  expect(line("grant.revoked")).toMatchObject({ site: "suite" });
});

test("RFC 7662 4 a refused introspection of another site's token is logged, one of its own is not", async () => {
  const tokens = await site.round(new TestBrowser(opened), alice, signInLater);
  await site.post("/oidc/token/introspection", { token: tokens.access_token });
  await site.post("/oidc/token/introspection", { token: "nothing" });
  expect(lines("introspection.refused")).toEqual([]);
  const { json } = await other.post("/oidc/token/introspection", { token: tokens.access_token });
  expect(json).toEqual({ active: false });
  expect(line("introspection.refused")).toMatchObject({ level: "warn", site: "other", of: "suite" });
});

test("RFC 8628 3.2 and RFC 9126 2.2 a device code and a pushed request are logged", async () => {
  await site.post("/oidc/device/auth", { scope: "openid" });
  expect(line("device-code.issued")).toMatchObject({ site: "suite", scope: "openid" });
  await site.post(
    "/oidc/request",
    Object.fromEntries(new URL(site.authorization(), opened.origin).searchParams),
  );
  expect(line("request.pushed")).toMatchObject({ site: "suite" });
});

test("no line contains a code, token, secret or flow id, however the path is written", async () => {
  const browser = new TestBrowser(opened);
  const answer = await site.visit(browser, alice, signInLater);
  const tokens = await site.tokens(answer);
  const { refresh_token = "" } = tokens;
  await site.refresh(refresh_token);
  await site.userinfo(tokens.access_token);
  const flows = [
    "/oidc/auth/a-secret-flow",
    "/oidc/interaction/a-secret-flow/abort",
    "/oidc/%61uth/a-secret-flow",
  ];
  for (const path of flows) await browser.get(path);
  await eventually(
    () => lines("request.answered").filter(({ path }) => /…/.test(String(path))).length >= flows.length,
  );
  const all = opened.lines.join("\n");
  const secrets = [
    answer.get("code"),
    tokens.access_token,
    tokens.id_token,
    refresh_token,
    site.options.secret,
  ];
  for (const secret of [...secrets, "a-secret-flow"]) expect(all).not.toContain(secret);
  expect(all).toContain('"/oidc/interaction/…/abort"');
});
