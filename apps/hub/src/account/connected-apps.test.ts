/** Connected apps on the account page, over HTTP. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { openTestHub, TestBrowser, type TestHub, type TestPerson } from "../test-hub.ts";
import { giveConsent } from "../test-support/give-consent.ts";

let opened: TestHub;
let alice: TestPerson;
beforeAll(async () => {
  opened = await openTestHub();
  alice = await opened.createPerson({ username: "alice" });
});
afterAll(() => opened.close());

const allow = (personId: string) =>
  giveConsent(opened.hub.database, { personId, clientId: "shop", scopes: ["openid", "email"] });

test("users see the access they allowed and can revoke it", async () => {
  await allow(alice.id);
  const browser = new TestBrowser(opened);
  await browser.signIn(alice);
  const page = (await browser.get("/account/apps")).screen("account-apps");
  expect(page.connectedApps).toMatchObject([
    {
      id: "shop",
      name: "The shop",
      allows: [{ words: "see your email address", at: null }],
      lastUsedAt: null,
    },
  ]);
  const fields = { token: page.token, app: "shop" };
  const answer = await browser.post("/account/apps/disconnect", fields);
  expect(answer.location).toBe("/account/apps");
  const after = (await browser.follow(answer)).screen("account-apps");
  expect(after.connectedApps).toEqual([]);
  expect(after.notice).toEqual({
    at: "connected-apps",
    text: "The shop is disconnected. It has lost the access that you allowed.",
  });
  const again = await browser.follow(await browser.post("/account/apps/disconnect", fields));
  expect(again.screen("account-apps").notice?.text).toBe("The shop was disconnected already.");
});

test("no other user and no other site can revoke a user's consent", async () => {
  await allow(alice.id);
  const bob = await opened.createPerson();
  const browser = new TestBrowser(opened);
  await browser.signIn(bob);
  const { token } = (await browser.get("/account/apps")).screen("account-apps");
  const answer = await browser.follow(await browser.post("/account/apps/disconnect", { token, app: "shop" }));
  expect(answer.screen("account-apps").notice?.text).toBe("The shop was disconnected already.");
  const forged = await browser.post(
    "/account/apps/disconnect",
    { token, app: "shop" },
    { origin: "https://evil.example" },
  );
  expect(forged.status).toBe(403);
  expect(await opened.hub.database.consents.find(alice.id, "shop")).not.toBeNull();
});

test("a form that names no app changes nothing", async () => {
  const browser = new TestBrowser(opened);
  await browser.signIn(alice);
  const { token } = (await browser.get("/account/apps")).screen("account-apps");
  const answer = await browser.post("/account/apps/disconnect", { token });
  expect([answer.status, answer.screen("refused").code]).toEqual([400, "app_missing"]);
});
