/** Until the user has answered "Keep your account?", no site, device or program learns of the sign-in. */
import { poolOf } from "@gatehouse/database/test-pool";
import { testRecord } from "@gatehouse/database/test-record";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { openTestHub, TestBrowser, type TestHub, type TestPerson } from "../test-hub.ts";
import { RelyingSite, received } from "../test-support/relying-site.ts";
import { startRestSession } from "../test-support/rest-session.ts";

let opened: TestHub;
let alice: TestPerson;
let browser: TestBrowser;
let site: RelyingSite;
beforeAll(async () => {
  opened = await openTestHub({
    sites: ({ shop }) => {
      const registered = shop.registration({
        oidc: { redirectUris: [`${shop.origin}/oidc/callback`], scopes: ["openid"] },
      });
      return { shop: { ...registered, cas: { ...(registered.cas as object), rest: true } } };
    },
  });
  const { origin, secret } = opened.shop;
  site = new RelyingSite(opened, { id: "shop", redirectUri: `${origin}/oidc/callback`, secret });
});
beforeEach(async () => {
  alice = await opened.createPerson();
  await opened.hub.database.profiles.requestDeletion(alice.id, 3600, testRecord);
  browser = new TestBrowser(opened);
  await browser.signIn(alice);
});
afterAll(() => opened.close());

const login = (more: Record<string, string> = {}) =>
  `/cas/login?${new URLSearchParams({ service: opened.shop.service, ...more })}`;

/** Answers the question. */
async function keep(page: string) {
  const { hidden, token } = (await browser.get(page)).screen("keep-account");
  const fields = Object.fromEntries(hidden.map(({ name, value }) => [name, value]));
  return browser.post("/account/keep", { ...fields, token, answer: "keep" });
}

describe("CAS protocol 3.0.3", () => {
  test("2.1 a service gets its ticket after the answer", async () => {
    const asked = await browser.get(login());
    expect(asked.location).toMatch(/^\/account\/keep\?service=/);
    const { location } = await browser.follow(await keep(asked.location));
    expect(location).toMatch(/\?ticket=ST-/);
  });

  test("2.1.1 gateway returns without a ticket", async () => {
    expect((await browser.get(login({ gateway: "true" }))).location).toBe(opened.shop.service);
  });

  test("2.1.1 renew asks for the password, and the answer is due after it", async () => {
    const form = await browser.get(login({ renew: "true" }));
    const { username, password } = alice;
    const fields = { ...browser.hiddenFields(form), username, password };
    expect((await browser.post("/cas/login", fields)).location).toMatch(/^\/account\/keep\?service=/);
  });

  test("2.3 the session can be ended", async () => {
    await browser.get("/cas/logout");
    expect(await opened.hub.database.sessions.listOf(alice.id)).toEqual([]);
    expect((await browser.get("/account")).location).toMatch(/^\/cas\/login/);
  });

  test("REST protocol: a session whose account is due for deletion gives no tickets", async () => {
    await opened.hub.database.profiles.cancelDeletion(alice.id, testRecord);
    const tgt = await startRestSession(opened, alice);
    // As if the request had come between the check of the credentials and the start of the session.
    await poolOf(opened.hub.database).query(
      "UPDATE users SET deletion_due_at = hub_now() + interval '1 day' WHERE id = $1",
      [alice.id],
    );
    const body = new URLSearchParams({ service: opened.shop.service }).toString();
    const form = { "content-type": "application/x-www-form-urlencoded" };
    const { status } = await new TestBrowser(opened).send("POST", `/cas/v1/tickets/${tgt}`, form, body);
    expect(status).toBe(404);
  });
});

describe("OpenID Connect Core 1.0", () => {
  test("3.1.2.1 prompt=none: login_required", async () => {
    const answer = received(await browser.get(site.authorization({ prompt: "none" })));
    expect([answer.get("error"), answer.get("code")]).toEqual(["login_required", null]);
  });

  test("3.1.2.3 an authorization request continues after the answer", async () => {
    const interaction = await browser.follow(await browser.get(site.authorization()));
    const asked = await browser.follow(interaction);
    expect(asked.location).toMatch(/^\/account\/keep\?return=/);
    const back = await browser.follow(await keep(asked.location));
    expect(back.location).toMatch(/^\/oidc\/interaction\//);
    const done = received(await browser.follow(await browser.follow(back)));
    expect((await site.tokens(done)).claims.sub).toBe(alice.id);
  });

  test("3.1.2.3 prompt=login asks whether to keep the account, then for the password once", async () => {
    const { username, password } = alice;
    await opened.advance(5);
    const asked = await browser.follow(await browser.get(site.authorization({ prompt: "login" })));
    const question = await browser.follow(asked);
    const form = await browser.follow(await browser.follow(await keep(question.location)));
    expect(form.location).toContain("renew=true");
    const renewed = await browser.follow(form);
    const fields = { ...browser.hiddenFields(renewed), username, password };
    const back = await browser.post("/cas/login", fields);
    expect(received(await browser.follow(await browser.follow(back))).get("code")).not.toBeNull();
  });

  test("RP-Initiated Logout 2 ends the session", async () => {
    const { action, hidden } = (await browser.get("/oidc/session/end")).screen("sign-out");
    const fields = Object.fromEntries(hidden.map(({ name, value }) => [name, value]));
    await browser.post(action, { ...fields, logout: "yes" });
    expect(await opened.hub.database.sessions.listOf(alice.id)).toEqual([]);
  });
});

test("RFC 8628 3.3 the page for device codes asks first", async () => {
  const asked = await browser.follow(await browser.get("/oidc/device"));
  expect(asked.location).toBe("/account/keep?return=%2Foidc%2Fdevice");
});

test("pages of the account ask first, and open after the answer", async () => {
  const { location } = await browser.get("/account/security");
  expect(location).toBe("/account/keep?return=%2Faccount%2Fsecurity");
  const kept = await browser.follow(await keep(location));
  expect(kept.location).toBe("/account/security");
});
