/** Events at their places, over HTTP and at the command line; and no secret in any of them. */
import type { AuditEntry } from "@gatehouse/database";
import { poolOf } from "@gatehouse/database/test-pool";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openTestHub, TestBrowser, type TestHub, type TestPerson } from "../test-hub.ts";
import type { RelyingSite } from "../test-support/relying-site.ts";
import { suiteEnvironment, suiteRegistration, suiteSite } from "../test-support/suite-site.ts";

let opened: TestHub;
let site: RelyingSite;
beforeAll(async () => {
  opened = await openTestHub({
    environment: suiteEnvironment,
    sites: () => ({
      suite: suiteRegistration("suite", {
        grants: ["authorization_code", "refresh_token", "client_credentials"],
        scopes: ["openid", "profile", "offline_access", "account.read"],
      }),
    }),
  });
  site = suiteSite(opened, "suite");
});
afterAll(() => opened.close());

const trail = () => opened.hub.database.auditEvents;
/** All entries, as text. */
async function dump(): Promise<string> {
  const { rows } = await poolOf(opened.hub.database).query(
    "SELECT to_jsonb(e)::text AS text FROM audit_events e",
  );
  return rows.map(({ text }) => text).join("\n");
}

const entriesOf = (person: TestPerson): Promise<readonly AuditEntry[]> =>
  trail().listOldest({ personId: person.id }, { limit: 100, after: 0 });

async function kindsOf(person: TestPerson): Promise<string[]> {
  return (await entriesOf(person)).map(({ kind, outcome }) =>
    outcome === "done" ? kind : `${kind}: ${outcome}`,
  );
}

describe("the trail has", () => {
  test("sign-in, refusal and sign-out, with address and browser", async () => {
    const person = await opened.createPerson();
    const browser = new TestBrowser(opened);
    await browser.signIn({ ...person, password: "wrong" });
    await browser.signIn(person);
    await browser.get("/cas/logout");
    expect(await kindsOf(person)).toEqual(["sign-in: credentials_wrong", "sign-in", "sign-out"]);
    const [refused, accepted, out] = await entriesOf(person);
    expect(refused).toMatchObject({ actorKind: "user", actor: "", address: expect.stringMatching(/\d/) });
    expect(accepted).toMatchObject({ actor: person.id, facts: { amr: ["pwd"] }, address: refused?.address });
    expect(out).toMatchObject({
      actor: person.id,
      sessionId: accepted?.sessionId,
      address: refused?.address,
    });
  });

  test("a refused name that nobody has, without the name", async () => {
    const [newest] = await trail().listNewest({}, { limit: 1 });
    await new TestBrowser(opened).signIn({ username: "my password, typed here", password: "x" });
    const written = await trail().listOldest({}, { limit: 9, after: newest?.id ?? 0 });
    expect(written).toMatchObject([
      { kind: "sign-in", outcome: "credentials_wrong", personId: null, facts: {} },
    ]);
  });

  test("sessions that the user ends elsewhere", async () => {
    const person = await opened.createPerson();
    const [browser, other] = [new TestBrowser(opened), new TestBrowser(opened)];
    await other.signIn(person);
    await browser.signIn(person);
    const { token } = (await browser.get("/account/sessions")).screen("account-sessions");
    await browser.post("/account/sessions/end-others", { token });
    expect((await entriesOf(person)).at(-1)).toMatchObject({
      kind: "session-ended",
      actor: person.id,
      facts: { reason: "ended-elsewhere" },
    });
  });

  test("consent, issued and refreshed tokens, and their revocation; a repeated code", async () => {
    const person = await opened.createPerson();
    const browser = new TestBrowser(opened);
    const tokens = await site.round(browser, person, { scope: "openid offline_access", prompt: "consent" });
    await site.post("/oidc/token", {
      grant_type: "refresh_token",
      refresh_token: tokens.refresh_token ?? "",
    });
    const code = (await site.visit(browser, person)).get("code") ?? "";
    await site.exchange(code);
    expect((await site.exchange(code)).status).toBe(400);
    const entries = (await entriesOf(person)).filter(({ siteId }) => siteId === "suite");
    expect(entries.map(({ kind, facts }) => [kind, facts.grant ?? facts.reason])).toEqual([
      ["consent-given", undefined],
      ["token-issued", "authorization_code"],
      ["token-issued", "refresh_token"],
      ["token-issued", "authorization_code"],
      ["token-revoked", "presented-again"],
    ]);
    expect(entries[0]).toMatchObject({
      actorKind: "user",
      facts: { scopes: expect.arrayContaining(["openid"]) },
    });
    expect(entries[1]).toMatchObject({ actorKind: "site", actor: "suite", personId: person.id });
  });

  test("tokens for programs without a user", async () => {
    const [newest] = await trail().listNewest({}, { limit: 1 });
    await site.post("/oidc/token", { grant_type: "client_credentials" });
    expect(await trail().listOldest({}, { limit: 9, after: newest?.id ?? 0 })).toMatchObject([
      { kind: "token-issued", actor: "suite", personId: null, facts: { grant: "client_credentials" } },
    ]);
  });

  test("app passwords: made, used for the first time, refused, revoked", async () => {
    const person = await opened.createPerson();
    const browser = new TestBrowser(opened);
    await browser.signIn(person);
    const form = await browser.get("/account/app-passwords/new");
    const { hidden } = form.screen("make-app-password");
    const fields = Object.fromEntries(hidden.map(({ name, value }) => [name, value]));
    const made = await browser.post("/account/app-passwords/new", {
      ...fields,
      name: "Backup",
      days: "30",
      "scope:account.read": "true",
    });
    const { secret } = made.screen("app-password-made");
    const me = (password: string) =>
      browser.get("/api/v1/me", {
        authorization: `Basic ${Buffer.from(`${person.username}:${password}`).toString("base64")}`,
      });
    expect([(await me(secret)).status, (await me(secret)).status]).toEqual([200, 200]);
    const { token, appPasswords } = (await browser.get("/account/apps")).screen("account-apps");
    await browser.post("/account/app-passwords/revoke", { token, "app-password": appPasswords[0]?.id ?? "" });
    const entries = (await entriesOf(person)).slice(1);
    expect(entries.map(({ kind, facts }) => [kind, facts.name])).toEqual([
      ["app-password-made", "Backup"],
      ["app-password-used", "Backup"],
      ["app-password-revoked", "Backup"],
    ]);
    expect(await dump()).not.toContain(secret);
  });
});

describe("the Activity section", () => {
  test("shows the user's own entries only, newest first, in pages", async () => {
    const [person, other] = [await opened.createPerson(), await opened.createPerson()];
    await new TestBrowser(opened).signIn(other);
    const actor = { kind: "user", id: person.id } as const;
    await trail().write(
      Array.from({ length: 40 }, (_, at) => ({
        kind: "passkey-added",
        actor,
        personId: person.id,
        facts: { name: `key ${at}` },
      })),
    );
    const browser = new TestBrowser(opened);
    await browser.signIn(person);
    const first = (await browser.get("/account/activity")).screen("account-activity");
    expect(first.events.map(({ name }) => name).slice(0, 3)).toEqual(["", "key 39", "key 38"]);
    expect([first.events.length, first.isNewest]).toEqual([30, true]);
    const second = (await browser.get(`/account/activity?before=${first.olderThan}`)).screen(
      "account-activity",
    );
    expect(second.events.map(({ name }) => name)).toEqual(
      Array.from({ length: 11 }, (_, at) => `key ${10 - at}`),
    );
    expect([second.olderThan, second.isNewest]).toEqual([null, false]);
    const odd = (await browser.get("/account/activity?before=x")).screen("account-activity");
    expect(odd.events).toHaveLength(30);
  });

  test("leaves out refreshed tokens and replaced sessions", async () => {
    const person = await opened.createPerson();
    const browser = new TestBrowser(opened);
    await browser.signIn(person);
    await browser.signIn(person, "?renew=true");
    const by = { actor: { kind: "site", id: "suite" }, personId: person.id, siteId: "suite" } as const;
    await trail().write([
      { kind: "token-issued", ...by, facts: { grant: "refresh_token" } },
      { kind: "token-issued", ...by, facts: { grant: "authorization_code" } },
    ]);
    const { events } = (await browser.get("/account/activity")).screen("account-activity");
    expect(events.map(({ kind }) => kind)).toEqual(["token-issued", "sign-in", "sign-in"]);
    expect(events[0]).toMatchObject({ from: null, site: expect.any(String) });
  });
});
