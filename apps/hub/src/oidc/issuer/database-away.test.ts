/** Answers of the issuer to users and programs while the database is unavailable. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { openTestHub, TestBrowser, type TestHub } from "../../test-hub.ts";
import { type DatabaseProxy, openDatabaseProxy } from "../../test-support/database-proxy.ts";
import type { RelyingSite } from "../../test-support/relying-site.ts";
import { suiteEnvironment, suiteRegistration, suiteSite } from "../../test-support/suite-site.ts";
import { createTestDatabase } from "../../test-support/test-database.ts";

let line: DatabaseProxy;
let opened: TestHub;
let site: RelyingSite;
let known: TestBrowser;
beforeAll(async () => {
  line = await openDatabaseProxy(await createTestDatabase());
  opened = await openTestHub({
    environment: { DATABASE_URL: line.url, ...suiteEnvironment },
    sites: () => ({ suite: suiteRegistration("suite") }),
  });
  site = suiteSite(opened, "suite");
  known = new TestBrowser(opened);
  await known.signIn(await opened.createPerson());
});
afterAll(async () => {
  await opened.close();
  await line.close();
});

const unavailable = { status: 503, headers: { "retry-after": "5" } };

test.each<[string, () => TestBrowser]>([
  ["somebody who is signed in", () => known],
  ["a stranger", () => new TestBrowser(opened)],
])("%s gets a page that says to try again", async (_, browser) => {
  await line.cut();
  for (const path of [site.authorization(), "/oidc/session/end?state=a"]) {
    const answer = await browser().get(path);
    expect(answer).toMatchObject(unavailable);
    expect(answer.screen("refused").code).toBe("database_unavailable");
    expect(answer.headers["content-security-policy"]).toContain("frame-ancestors 'none'");
  }
  await line.mend();
  expect((await browser().get(site.authorization())).status).toBe(303);
});

test("RFC 6749 4.1.2.1 a program gets temporarily_unavailable", async () => {
  await line.cut();
  const answers = [await site.exchange("a-code"), await site.userinfo("a-token")];
  await line.mend();
  for (const answer of answers) {
    expect(answer).toMatchObject(unavailable);
    expect(answer.json.error).toBe("temporarily_unavailable");
  }
});

test("the key set and the discovery document are served, so that APIs can verify JWTs", async () => {
  await line.cut();
  const [keys, discovery] = await Promise.all([
    known.get("/oidc/jwks"),
    known.get("/oidc/.well-known/openid-configuration"),
  ]);
  await line.mend();
  expect(keys.status).toBe(200);
  expect(JSON.parse(keys.body).keys).not.toHaveLength(0);
  expect(JSON.parse(discovery.body).jwks_uri).toMatch(/\/oidc\/jwks$/);
});

test("the log names the reason, without a stack trace", () => {
  const logged = opened.lines.filter((entry) => entry.includes('"database.unavailable"'));
  expect(logged.length).toBeGreaterThan(0);
  for (const entry of logged) expect(entry).not.toContain("stack");
  expect(opened.lines.join()).not.toContain("server_error");
});
