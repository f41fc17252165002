/** Connecting and disconnecting accounts at other providers: proof on both sides. */

import { randomUUID } from "node:crypto";
import { testRecord } from "@gatehouse/database/test-record";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type BrowserAnswer, TestBrowser, type TestPerson } from "../test-hub.ts";
import { createPersonWithCodes } from "../test-support/factor-fixture.ts";
import { mailsTo } from "../test-support/read-mails.ts";
import { openUpstreamFixture, type UpstreamFixture } from "../test-support/upstream-fixture.ts";

let fixture: UpstreamFixture;
let browser: TestBrowser;
let zoe: TestPerson;
let sub: string;
beforeAll(async () => {
  fixture = await openUpstreamFixture();
});
beforeEach(async () => {
  browser = new TestBrowser(fixture.opened);
  zoe = await fixture.opened.createPerson();
  sub = randomUUID();
  const claims = { email: `${zoe.username}@example.com`, email_verified: true, name: "Zoe" };
  fixture.issuer.account = { sub, claims };
});
afterAll(() => fixture.close());

const page = "/account/security/connect";
const store = () => fixture.opened.hub.database.upstreamAccounts;
const owner = async () => (await store().findPerson({ provider: "work", id: sub }))?.id ?? null;
const security = async (one = browser) => (await one.get("/account/security")).screen("account-security");
const emailOf = ({ username }: TestPerson) => `${username}@example.com`;

/** Begins on the Security page, signs in at the provider, and comes back to the question. */
async function question(one = browser): Promise<BrowserAnswer> {
  const { token } = await security(one);
  const begun = await one.post("/account/security/providers/connect", { token, provider: "work" });
  return one.follow(await fixture.comeBack(one, await fixture.issuer.authorize(begun.location)));
}
const connect = async (shown: BrowserAnswer, one = browser) =>
  one.post(page, { token: shown.screen("upstream-connect").token });
async function auditOf({ id }: TestPerson, kind: string) {
  const filter = { personId: id, kinds: [kind] };
  const entries = await fixture.opened.hub.database.auditEvents.listNewest(filter, { limit: 5 });
  return entries.map(({ outcome, facts }) => ({ outcome, facts }));
}

describe("from the Security page", () => {
  beforeEach(() => browser.signIn(zoe));

  test("the question names both accounts, and the answer connects them", async () => {
    const shown = await question();
    expect(shown.screen("upstream-connect")).toMatchObject({
      provider: "Example Work",
      label: emailOf(zoe),
      person: { username: zoe.username },
    });
    expect(await owner()).toBeNull();
    expect((await connect(shown)).location).toBe("/account/security");
    expect(await owner()).toBe(zoe.id);
    const { notice, providers } = await security();
    expect(notice).toEqual({
      at: "providers",
      text: "Example Work is connected.",
      offersEnding: true,
    });
    expect(providers).toMatchObject({
      connected: [{ provider: "work", id: sub, name: "Example Work", label: emailOf(zoe), works: true }],
      open: [],
    });
  });

  test("the user is told by mail, and the trail records it", async () => {
    await connect(await question());
    expect(await mailsTo(fixture.opened.hub, emailOf(zoe))).toMatchObject([{ kind: "factor-changed" }]);
    expect(await auditOf(zoe, "provider-linked")).toEqual([
      { outcome: "done", facts: { provider: "work", name: "Example Work" } },
    ]);
  });

  test("the answer of the provider connects once; of 50 forms at once one is accepted", async () => {
    const { token } = (await question()).screen("upstream-connect");
    const kept = browser.carryOver();
    const copies = Array.from({ length: 50 }, () => browser.carryOver());
    await Promise.all(copies.map((copy) => copy.post(page, { token })));
    expect(await auditOf(zoe, "provider-linked")).toHaveLength(1);
    await store().unlink(
      { provider: "work", id: sub, personId: zoe.id },
      { providers: ["work"] },
      testRecord,
    );
    expect((await kept.post(page, { token })).location).toBe("/account/security");
    expect(await owner()).toBeNull();
  });

  test("ten minutes later nothing is connected", async () => {
    const { token } = (await question()).screen("upstream-connect");
    const kept = browser.carryOver();
    await fixture.opened.advance(601);
    const fresh = await kept.signIn(zoe, "?renew=true");
    expect(fresh.status).toBe(303);
    await kept.post(page, { token });
    expect(await owner()).toBeNull();
    const { notice } = await security(kept);
    expect(notice?.text).toMatch(/^Nothing was connected/);
    expect(notice?.offersEnding).toBeUndefined();
  });

  test("an account of another user is refused, and stays that user's", async () => {
    const bob = await fixture.opened.createPerson();
    await fixture.link(bob, sub);
    const answer = await connect(await question());
    expect([answer.status, answer.screen("refused").code]).toEqual([409, "upstream_linked_elsewhere"]);
    expect(await owner()).toBe(bob.id);
    expect(await auditOf(zoe, "provider-linked")).toMatchObject([{ outcome: "linked_elsewhere" }]);
  });

  test("declined at the provider, the way leads back to Security", async () => {
    fixture.issuer.account = null;
    const { token } = await security();
    const begun = await browser.post("/account/security/providers/connect", { token, provider: "work" });
    const answer = await fixture.comeBack(browser, await fixture.issuer.authorize(begun.location));
    expect(answer.screen("refused")).toMatchObject({
      code: "upstream_declined",
      link: { href: "/account/security" },
    });
  });

  test("another user who signs in on the page left open connects nothing, and creates no account", async () => {
    await question();
    const [session] = await fixture.opened.hub.database.sessions.listOf(zoe.id);
    await fixture.opened.hub.database.sessions.end(
      { sessionId: session?.id ?? "", personId: zoe.id },
      "ended-elsewhere",
    );
    const mallory = await fixture.opened.createPerson();
    const toForm = await browser.get(page);
    const back = await browser.signIn(mallory, toForm.location.slice("/cas/login".length));
    expect(back.location).toBe(page);
    const { token } = await security();
    expect((await browser.get(page)).location).toBe("/account/security");
    expect((await browser.post(page, { token })).location).toBe("/account/security");
    expect((await security()).notice?.text).toMatch(/that of another user/);
    expect((await browser.get("/upstream/account")).location).toBe("/cas/login");
    expect(await owner()).toBeNull();
  });

  test("another browser in which the user is signed in connects nothing", async () => {
    await question();
    const other = new TestBrowser(fixture.opened);
    await other.signIn(zoe);
    const { token } = await security(other);
    await other.post(page, { token });
    expect(await owner()).toBeNull();
  });

  test.each([
    ["/account/security/providers/connect", "POST"],
    ["/account/security/providers/disconnect", "POST"],
    [page, "POST"],
    [page, "GET"],
  ])("ASVS 7.5.1: %s by %s needs a sign-in of the last five minutes", async (path, method) => {
    const { token } = await security();
    await fixture.opened.advance(301);
    const fields = { token, provider: "work", account: sub };
    const answer = method === "GET" ? await browser.get(path) : await browser.post(path, fields);
    expect(answer.location).toContain("reason=fresh-sign-in");
  });
});

describe("from a sign-in with an account that is not connected", () => {
  test("an ordinary sign-in, the provider again and a confirmation connect it, and lead on to the site", async () => {
    const query = `?${new URLSearchParams({ service: fixture.opened.shop.service })}`;
    const unknown = await browser.follow(await fixture.signIn(browser, query));
    const toForm = await browser.get(unknown.screen("upstream-unknown").connect);
    const back = await browser.signIn(zoe, toForm.location.slice("/cas/login".length));
    expect(back.location).toBe(page);
    const callback = await fixture.issuer.authorize((await browser.follow(back)).location);
    const shown = await browser.follow(await fixture.comeBack(browser, callback));
    expect(shown.screen("upstream-connect").person.username).toBe(zoe.username);
    expect(await owner()).toBeNull();
    const answer = await browser.follow(await connect(shown));
    expect(await owner()).toBe(zoe.id);
    expect(new URL(answer.location).searchParams.get("ticket")).toMatch(/^ST-/);
  });

  test("the browser's next user, who signs in on the page left open, connects an account of their own at most", async () => {
    const mallory = await fixture.opened.createPerson();
    const unknown = await browser.follow(await fixture.signIn(browser));
    const toForm = await browser.get(unknown.screen("upstream-unknown").connect);
    await browser.signIn(mallory, toForm.location.slice("/cas/login".length));
    const { token } = await security();
    expect((await browser.carryOver().post(page, { token })).location).toBe("/account/security");
    const own = randomUUID();
    fixture.issuer.account = { sub: own, claims: { name: "Mallory" } };
    const callback = await fixture.issuer.authorize((await browser.get(page)).location);
    await connect(await browser.follow(await fixture.comeBack(browser, callback)));
    expect((await store().findPerson({ provider: "work", id: own }))?.id).toBe(mallory.id);
    expect(await owner()).toBeNull();
  });

  test("a sign-in that did not come from the page that connects it leaves the account to nobody", async () => {
    await fixture.signIn(browser);
    const mallory = await fixture.opened.createPerson();
    expect((await browser.signIn(mallory)).location).toBe("/account");
    const { token } = await security();
    expect((await browser.get(page)).location).toBe("/account/security");
    await browser.post(page, { token });
    expect(await owner()).toBeNull();
  });

  test("a wrong password connects nothing", async () => {
    const unknown = await browser.follow(await fixture.signIn(browser));
    await browser.signIn({ ...zoe, password: "a wrong password" });
    expect((await browser.get(unknown.screen("upstream-unknown").connect)).location).toContain("/cas/login");
    expect(await owner()).toBeNull();
  });

  test("the page of the account leads to the sign-in page once there is none", async () => {
    expect((await browser.get("/upstream/account")).location).toBe("/cas/login");
  });
});

describe("disconnecting", () => {
  beforeEach(async () => {
    await browser.signIn(zoe);
    await fixture.link(zoe, sub);
  });
  const disconnect = async (account = sub) => {
    const { token } = await security();
    return browser.post("/account/security/providers/disconnect", { token, provider: "work", account });
  };

  test("the account signs nobody in any more; mail and trail say so", async () => {
    expect((await disconnect()).location).toBe("/account/security");
    expect(await owner()).toBeNull();
    expect((await security()).notice?.text).toBe("Example Work is disconnected.");
    expect(await mailsTo(fixture.opened.hub, emailOf(zoe))).toMatchObject([{ kind: "factor-changed" }]);
    expect(await auditOf(zoe, "provider-unlinked")).toMatchObject([{ outcome: "done" }]);
    const later = await fixture.signIn(new TestBrowser(fixture.opened));
    expect(later.location).toBe("/upstream/account");
  });

  test("a sign-in that began there and waits for a factor is void", async () => {
    const person = await createPersonWithCodes(fixture.opened);
    const id = randomUUID();
    fixture.issuer.account = { sub: id, claims: {} };
    await fixture.link(person, id);
    const thief = new TestBrowser(fixture.opened);
    const pending = await fixture.signIn(thief);
    expect((await thief.get(pending.location)).status).toBe(200);
    const account = { provider: "work", id, personId: person.id };
    await store().unlink(account, { providers: ["work"] }, testRecord);
    expect((await thief.get(pending.location)).location).toContain("/cas/login");
    const create = () =>
      fixture.opened.hub.database.pendingSignIns.create({
        token: `PSI-${id}`,
        personId: person.id,
        amr: ["fed"],
        longTerm: false,
        provedSecondsAgo: 0,
        lifeSeconds: 600,
        upstreamAccount: account,
      });
    expect(await create()).toBe(false);
    await fixture.link(person, id);
    expect(await create()).toBe(true);
  });

  test("the last way to sign in stays, and nothing is recorded", async () => {
    const { token } = await security();
    const { poolOf } = await import("@gatehouse/database/test-pool");
    await poolOf(fixture.opened.hub.database).query("DELETE FROM password_credentials WHERE user_id = $1", [
      zoe.id,
    ]);
    const fields = { token, provider: "work", account: sub };
    const answer = await browser.post("/account/security/providers/disconnect", fields);
    expect([answer.status, answer.screen("refused").code]).toEqual([409, "upstream_last_way_in"]);
    expect(await owner()).toBe(zoe.id);
    expect(await auditOf(zoe, "provider-unlinked")).toEqual([]);
  });

  test("another user's account is not disconnected", async () => {
    const bob = await fixture.opened.createPerson();
    const other = randomUUID();
    await fixture.link(bob, other);
    await disconnect(other);
    expect((await store().findPerson({ provider: "work", id: other }))?.id).toBe(bob.id);
  });
});
