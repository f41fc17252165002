/** `/api/v1/me` over HTTP: `Basic` with app passwords. */
import { poolOf } from "@gatehouse/database/test-pool";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { openTestHub, TestBrowser, type TestHub, type TestPerson } from "../test-hub.ts";
import { bankWithApi, basic, makeAppPassword } from "../test-support/app-password.ts";
import { createAppPasswordSecret } from "./verify-app-password.ts";

const challenge = 'Basic realm="gatehouse", charset="UTF-8", Bearer realm="gatehouse"';
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
  secret = await makeAppPassword(browser);
});
afterAll(() => opened.close());

async function ask(authorization?: string, headers: Record<string, string> = {}, from: TestHub = opened) {
  const sent = authorization === undefined ? headers : { ...headers, authorization };
  const answer = await new TestBrowser(from).get("/api/v1/me", sent);
  return { ...answer, json: JSON.parse(answer.body), challenge: answer.headers["www-authenticate"] };
}

test("/api/v1/me names the user, the credential and its scopes", async () => {
  const answer = await ask(basic(alice.username, secret));
  expect([answer.status, answer.headers["content-type"]]).toEqual([200, "application/json"]);
  expect(answer.json).toEqual({
    sub: alice.id,
    user: alice.username,
    name: `Person ${alice.username}`,
    email: `${alice.username}@example.com`,
    credential: {
      kind: "app-password",
      id: expect.any(String),
      name: "Backup",
      expiresAt: expect.any(String),
    },
    scopes: ["account.read"],
  });
  expect(answer.headers["cache-control"]).toBe("no-store");
  expect(answer.headers["x-request-id"]).toMatch(/^[0-9a-f]{12}$/);
  expect(answer.challenge).toBeUndefined();
  expect(answer.cookies).toEqual([]);
});

describe("RFC 7617 2 the Basic scheme", () => {
  test("without credentials: 401, the exact challenge, and advice", async () => {
    const answer = await ask();
    expect([answer.status, answer.challenge]).toEqual([401, challenge]);
    expect(answer.json).toEqual({
      error: "credentials_missing",
      message: expect.stringContaining("app password"),
      reference: answer.headers["x-request-id"],
    });
  });

  test("the scheme's name is case-insensitive, and several spaces may follow", async () => {
    const token68 = basic(alice.username, secret).slice("Basic ".length);
    for (const scheme of ["basic ", "BASIC ", "bAsIc   "])
      expect((await ask(scheme + token68)).status).toBe(200);
  });

  test.each<[string, () => string]>([
    ["a wrong app password", () => basic(alice.username, createAppPasswordSecret())],
    ["one letter too many", () => basic(alice.username, `${secret}a`)],
    ["an unknown user", () => basic("nobody-at-all", secret)],
    ["no user", () => basic("", secret)],
    ["no password", () => basic(alice.username, "")],
    ["no colon", () => `Basic ${Buffer.from(alice.username).toString("base64")}`],
    ["no base64", () => "Basic %%%"],
    ["nothing after the scheme", () => "Basic "],
    ["a control character", () => basic(`${alice.username}\n`, secret)],
    ["another scheme", () => `Digest ${secret}`],
    ["no scheme", () => secret],
  ])("%s: 401 and the challenge", async (_, authorization) => {
    const answer = await ask(authorization());
    expect([answer.status, answer.challenge]).toEqual([401, challenge]);
    expect(answer.body).not.toContain(secret);
  });

  test("parameters are not accepted as credentials", async () => {
    const query = new URLSearchParams({ user: alice.username, password: secret });
    expect((await new TestBrowser(opened).get(`/api/v1/me?${query}`)).status).toBe(401);
  });

  test("a browser's session is not accepted as a credential", async () => {
    expect((await browser.get("/api/v1/me")).status).toBe(401);
  });

  test("HEAD gets the same headers without a body", async () => {
    const authorization = basic(alice.username, secret);
    const right = await browser.send("HEAD", "/api/v1/me", { authorization });
    const wrong = await browser.send("HEAD", "/api/v1/me");
    expect([right.status, wrong.status, wrong.headers["www-authenticate"]]).toEqual([200, 401, challenge]);
  });
});

describe("RFC 7617 2.1 charset UTF-8", () => {
  test("a username in UTF-8 is accepted, composed or decomposed", async () => {
    const username = `zoë${alice.username}`;
    const zoe = await opened.createPerson({ username });
    const own = new TestBrowser(opened);
    await own.signIn(zoe);
    const password = await makeAppPassword(own);
    expect((await ask(basic(username, password))).json.user).toBe(username);
    expect((await ask(basic(username.normalize("NFD"), password))).json.user).toBe(username);
    const latin1 = Buffer.from(`${username}:${password}`, "latin1").toString("base64");
    expect((await ask(`Basic ${latin1}`)).status).toBe(401);
  });

  test("the email address is accepted in place of the username, in any case", async () => {
    for (const user of [`${alice.username}@example.com`, alice.username.toUpperCase()])
      expect((await ask(basic(user, secret))).status).toBe(200);
  });
});

describe("ASVS 6.3.4 the account's password does not authenticate API calls", () => {
  test("it gets 401 and a code that says what to use instead", async () => {
    const answer = await ask(basic(alice.username, alice.password));
    expect([answer.status, answer.challenge]).toEqual([401, challenge]);
    expect(answer.json).toMatchObject({
      error: "app_password_required",
      message: expect.stringContaining("never the password of the account"),
    });
  });

  test("it is not verified: a right, a wrong and an unknown user's password get the same response, without a query", async () => {
    const query = vi.spyOn(poolOf(opened.hub.database), "query");
    const answers: Awaited<ReturnType<typeof ask>>[] = [];
    const statements: number[] = [];
    // Upkeep runs statements of its own every five seconds, so the least of three counts.
    for (const _ of [1, 2, 3]) {
      query.mockClear();
      answers.push(
        await ask(basic(alice.username, alice.password)),
        await ask(basic(alice.username, "not the right password")),
        await ask(basic("nobody-at-all", alice.password)),
      );
      statements.push(query.mock.calls.length);
    }
    expect(Math.min(...statements)).toBe(0);
    query.mockRestore();
    const said = answers.map(({ status, json }) => [status, json.error, json.message]);
    expect(new Set(said.map((one) => JSON.stringify(one))).size).toBe(1);
  });
});

describe("ASVS 6.3.8 responses do not reveal which users exist", () => {
  test("unknown user, another user's secret, revoked and disabled: the same words and the same work", async () => {
    const query = vi.spyOn(poolOf(opened.hub.database), "query");
    const bob = await opened.createPerson();
    const revoked = await makeAppPassword(browser, { name: "revoked" });
    const { token, appPasswords } = (await browser.get("/account/apps")).screen("account-apps");
    const id = appPasswords.find(({ name }) => name === "revoked")?.id ?? "";
    await browser.post("/account/app-passwords/revoke", { token, "app-password": id });
    const told = async (user: string, password: string) => {
      const answers: string[] = [];
      const statements: number[] = [];
      // Upkeep runs statements of its own every five seconds, so the least of three counts.
      for (const _ of [1, 2, 3]) {
        query.mockClear();
        const { status, json } = await ask(basic(user, password));
        statements.push(query.mock.calls.length);
        answers.push(JSON.stringify([status, json.error, json.message]));
      }
      expect(new Set(answers).size).toBe(1);
      return `${answers[0]} ${Math.min(...statements)}`;
    };
    const all = [
      await told("nobody-at-all", createAppPasswordSecret()),
      await told(alice.username, createAppPasswordSecret()),
      await told(bob.username, secret),
      await told(alice.username, revoked),
    ];
    await opened.hub.database.people.setDisabled(alice.id, true);
    all.push(await told(alice.username, secret));
    query.mockRestore();
    expect(new Set(all)).toEqual(new Set([expect.stringMatching(/^\[401,"credentials_wrong",.*\] 1$/)]));
  });
});

test("RFC 6750 3.1 an app password without the scope gets 403 that names the scope, and the challenge", async () => {
  const narrow = await makeAppPassword(browser, { scopes: ["bank:accounts.read"] });
  const answer = await ask(basic(alice.username, narrow));
  expect([answer.status, answer.challenge]).toEqual([403, challenge]);
  expect(answer.json).toMatchObject({ error: "insufficient_scope", scope: "account.read" });
  expect(answer.body).not.toContain(alice.id);
});

test("ASVS 3.5.3 a page of another site cannot use credentials that a browser stores", async () => {
  const authorization = basic(alice.username, secret);
  for (const site of ["cross-site", "same-site"]) {
    const answer = await ask(authorization, { "sec-fetch-site": site });
    expect([answer.status, answer.json.error]).toEqual([403, "cross_site_request"]);
  }
  for (const site of ["same-origin", "none"])
    expect((await ask(authorization, { "sec-fetch-site": site })).status).toBe(200);
});

test("disabling a user refuses all the user's app passwords at once", async () => {
  const other = await makeAppPassword(browser);
  await opened.hub.database.people.setDisabled(alice.id, true);
  for (const one of [secret, other]) expect((await ask(basic(alice.username, one))).status).toBe(401);
});

test("ASVS 16.2.5 the log names user and app password, and contains nothing that was sent", async () => {
  const before = opened.lines.length;
  const { json } = await ask(basic(alice.username, secret));
  await ask(basic(alice.username, alice.password));
  await ask(basic("a password in the wrong field", createAppPasswordSecret()));
  const lines = opened.lines.slice(before).map((line) => JSON.parse(line));
  const used = lines.find(({ event }) => event === "app-password.used");
  expect(used).toMatchObject({ person: alice.id, appPassword: json.credential.id });
  expect(lines.filter(({ event }) => event === "app-password.refused").map(({ code }) => code)).toEqual([
    "app_password_required",
    "credentials_wrong",
  ]);
  const said = JSON.stringify(lines);
  for (const sent of [secret, alice.password, alice.username, "wrong field", "Backup"])
    expect(said).not.toContain(sent);
});

describe("ASVS 6.3.1 with throttling on", () => {
  let throttled: TestHub;
  beforeAll(async () => {
    throttled = await openTestHub({ sites: bankWithApi, environment: { LOGIN_THROTTLE: "on" } });
  });
  afterAll(() => throttled.close());

  test("after a hundred wrong ones from an address further ones get 429; right ones are accepted and not counted", async () => {
    const bob = await throttled.createPerson();
    const own = new TestBrowser(throttled);
    await own.signIn(bob);
    const right = basic(bob.username, await makeAppPassword(own));
    const tried = async (authorization: string) => (await ask(authorization, {}, throttled)).status;
    for (let count = 0; count < 5; count++) expect(await tried(right)).toBe(200);
    const wrong = Array.from({ length: 120 }, (_, index) => {
      const passwords = [createAppPasswordSecret(), bob.password];
      return tried(index % 3 === 2 ? "Basic %%%" : basic(bob.username, passwords[index % 3] ?? ""));
    });
    const statuses = await Promise.all(wrong);
    expect(statuses.filter((status) => status === 401)).toHaveLength(100);
    expect(statuses.filter((status) => status === 429)).toHaveLength(20);
    const refused = await ask(basic(bob.username, createAppPasswordSecret()), {}, throttled);
    expect(refused.json.error).toBe("too_many_attempts");
    expect(Number(refused.headers["retry-after"])).toBeGreaterThan(800);
    expect(refused.challenge).toBeUndefined();
    expect(await tried(right)).toBe(200);
  });
});
