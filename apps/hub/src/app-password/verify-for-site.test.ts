/** `/api/v1/app-passwords/verify` over HTTP. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { openTestHub, TestBrowser, type TestHub, type TestPerson } from "../test-hub.ts";
import { bankWithApi, basic, makeAppPassword } from "../test-support/app-password.ts";
import { createAppPasswordSecret } from "./verify-app-password.ts";

let opened: TestHub;
let alice: TestPerson;
let browser: TestBrowser;
let secret: string;
beforeAll(async () => {
  opened = await openTestHub({ sites: bankWithApi });
});
beforeEach(async () => {
  alice = await opened.createPerson();
  browser = new TestBrowser(opened);
  await browser.signIn(alice);
  secret = await makeAppPassword(browser, { scopes: ["account.read", "bank:accounts.read"] });
});
afterAll(() => opened.close());

async function send(body: unknown, authorization = opened.bank.authorization, to: TestHub = opened) {
  const headers = { authorization, "content-type": "application/json" };
  const path = "/api/v1/app-passwords/verify";
  const answer = await new TestBrowser(to).send("POST", path, headers, JSON.stringify(body));
  return { ...answer, json: JSON.parse(answer.body) };
}
const verify = async (user: string, password: string) => (await send({ user, password })).json;

describe("a site verifies an app password", () => {
  test("and learns the user, the scopes at the site, and the expiry", async () => {
    const answer = await send({ user: alice.username, password: secret });
    expect([answer.status, answer.headers["cache-control"]]).toEqual([200, "no-store"]);
    expect(answer.json).toEqual({
      active: true,
      user: alice.username,
      sub: alice.id,
      scopes: ["bank:accounts.read"],
      expiresAt: expect.any(String),
    });
    expect(answer.json.expiresAt).toBe(
      (await browser.get("/account/apps")).screen("account-apps").appPasswords[0]?.expiresAt,
    );
  });

  test("and the verification counts as its use", async () => {
    await verify(alice.username, secret);
    const [row] = (await browser.get("/account/apps")).screen("account-apps").appPasswords;
    expect(row?.lastUsedAt).toEqual(expect.any(String));
  });

  test.each<[string, () => readonly [string, string]]>([
    ["a wrong one", () => [alice.username, createAppPasswordSecret()]],
    ["an unknown user", () => ["nobody-at-all", secret]],
    ["the account's password", () => [alice.username, alice.password]],
    ["nothing", () => ["", ""]],
    ["NUL", () => [`${alice.username}\0`, secret]],
  ])("%s: inactive, without a reason", async (_, tried) => {
    const [user, password] = tried();
    expect(await verify(user, password)).toEqual({ active: false });
  });

  test("RFC 7662 2.2 a revoked, an expired and a disabled user's app password: inactive", async () => {
    const revoked = await makeAppPassword(browser, { name: "revoked", scopes: ["bank:accounts.read"] });
    const { token, appPasswords } = (await browser.get("/account/apps")).screen("account-apps");
    const id = appPasswords.find(({ name }) => name === "revoked")?.id ?? "";
    await browser.post("/account/app-passwords/revoke", { token, "app-password": id });
    expect(await verify(alice.username, revoked)).toEqual({ active: false });
    await opened.hub.database.people.setDisabled(alice.id, true);
    expect(await verify(alice.username, secret)).toEqual({ active: false });
    await opened.hub.database.people.setDisabled(alice.id, false);
    await opened.advance(30 * 86_400);
    expect(await verify(alice.username, secret)).toEqual({ active: false });
  });

  test("ASVS 10.3.1 a site at which it has no scope gets inactive", async () => {
    const answer = await send({ user: alice.username, password: secret }, opened.shop.authorization);
    expect(answer.json).toEqual({ active: false });
  });
});

describe("RFC 7617 only a registered site may verify", () => {
  test.each<[string, () => string]>([
    ["no credentials", () => ""],
    ["a wrong secret", () => basic("bank", "wrong")],
    ["a person's app password", () => basic(alice.username, secret)],
  ])("%s: 401 and the challenge for sites", async (_, authorization) => {
    const answer = await send({ user: alice.username, password: secret }, authorization());
    expect([answer.status, answer.headers["www-authenticate"]]).toEqual([
      401,
      'Basic realm="gatehouse-sites", charset="UTF-8"',
    ]);
    expect(answer.body).not.toContain(alice.username);
  });
});

test.each([
  ["no object", []],
  ["no user", { password: "x" }],
  ["a number as password", { user: "x", password: 1 }],
  ["a list of users", { user: ["x"], password: "x" }],
  ["more than asked for", { user: "x", password: "x", scope: "bank:transfers.write" }],
  ["a user without end", { user: "x".repeat(1001), password: "x" }],
])("%s: 400", async (_, body) => {
  const answer = await send(body);
  expect([answer.status, answer.json.error]).toEqual([400, "invalid_request"]);
});

test("ASVS 16.2.5 the log names user, app password and site, and contains nothing that was sent", async () => {
  const before = opened.lines.length;
  await verify(alice.username, secret);
  await verify("a password in the wrong field", alice.password);
  const lines = opened.lines.slice(before).map((line) => JSON.parse(line));
  expect(lines).toContainEqual(
    expect.objectContaining({ event: "app-password.used", person: alice.id, site: "bank" }),
  );
  expect(lines).toContainEqual(expect.objectContaining({ event: "app-password.refused", site: "bank" }));
  const said = JSON.stringify(lines);
  for (const sent of [secret, alice.password, alice.username, "wrong field"])
    expect(said).not.toContain(sent);
});

test("ASVS 6.3.1 after a hundred wrong ones through a site further ones get 429; right ones, and those of other sites, do not", async () => {
  const throttled = await openTestHub({ sites: bankWithApi, environment: { LOGIN_THROTTLE: "on" } });
  try {
    const bob = await throttled.createPerson();
    const bobsBrowser = new TestBrowser(throttled);
    await bobsBrowser.signIn(bob);
    const right = {
      user: bob.username,
      password: await makeAppPassword(bobsBrowser, { scopes: ["bank:accounts.read"] }),
    };
    const guess = () => ({ user: bob.username, password: createAppPasswordSecret() });
    const ask = (body: object, site = throttled.bank) => send(body, site.authorization, throttled);
    const statuses = await Promise.all(Array.from({ length: 120 }, async () => (await ask(guess())).status));
    expect(statuses.filter((status) => status === 200)).toHaveLength(100);
    const refused = await ask(guess());
    expect([refused.status, refused.json.error]).toEqual([429, "too_many_attempts"]);
    expect(Number(refused.headers["retry-after"])).toBeGreaterThan(800);
    expect((await ask(right)).json.active).toBe(true);
    expect((await ask(guess(), throttled.shop)).json).toEqual({ active: false });
  } finally {
    await throttled.close();
  }
});
