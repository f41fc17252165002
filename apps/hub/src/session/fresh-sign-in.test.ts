import { testClockOf } from "@gatehouse/database/test-clock";
import { expect, test } from "vitest";
import { openTestHub, TestBrowser } from "../test-hub.ts";
import {
  codeOf,
  createPersonWithCodes,
  enterFactor,
  startWeakSession,
} from "../test-support/factor-fixture.ts";
import { isFresh } from "./fresh-sign-in.ts";

const now = new Date("2026-12-01T12:00:00Z");
const ago = (seconds: number) => ({ authenticatedAt: new Date(now.getTime() - seconds * 1000) });

test.each([
  [0, true],
  [-5, true],
  [300, true],
  [301, false],
])("a sign-in of %d seconds ago is fresh: %s", (seconds, fresh) => {
  expect(isFresh(ago(seconds), now)).toBe(fresh);
});

test.each([5, -5])(
  "a database whose clock is %d seconds ahead of the hub's breaks no sign-in",
  async (seconds) => {
    const opened = await openTestHub();
    try {
      await testClockOf(opened.hub.database).advance(seconds);
      const person = await createPersonWithCodes(opened);
      const browser = new TestBrowser(opened);
      const { location } = await browser.signIn(person);
      await enterFactor(browser, location, { code: codeOf(opened, person.secret) });
      for (const page of ["/account/email", "/account/security/passkeys/new"])
        expect((await browser.get(page)).status, page).toBe(200);
      await browser.get("/cas/logout");
      const { service } = opened.shop;
      const again = await browser.signIn(person, `?${new URLSearchParams({ service, renew: "true" })}`);
      const entered = await enterFactor(browser, again.location, { code: codeOf(opened, person.secret, 1) });
      expect(entered.location).toContain("ticket=ST-");
    } finally {
      await opened.close();
    }
  },
);

test("ASVS 7.5.1: a session without the second step, a moment old, changes no ways to sign in of a user who has one", async () => {
  const opened = await openTestHub();
  try {
    const person = await createPersonWithCodes(opened);
    const factors = () => opened.hub.database.factors.of(person.id);
    const before = await factors();
    const browser = new TestBrowser(opened);
    const session = await startWeakSession(opened, browser, person);
    const token = opened.hub.keys.form.sign("account-form", session.uid);
    const off = await browser.post("/account/security/codes/off", { token });
    const renewed = await browser.post("/account/security/recovery-codes/new", { token });
    const pages = ["codes/new", "passkeys/new"].map((page) => browser.get(`/account/security/${page}`));
    for (const { location } of [
      off,
      renewed,
      ...(await Promise.all(pages)),
      await browser.get("/account/email"),
    ])
      expect(location).toContain("reason=fresh-sign-in");
    expect(await factors()).toEqual(before);

    const asked = await browser.signIn(person, off.location.slice("/cas/login".length));
    const back = await enterFactor(browser, asked.location, { code: codeOf(opened, person.secret) });
    expect(back.location).toBe("/account/security");
    const { token: strong } = (await browser.get(back.location)).screen("account-security");
    await browser.post("/account/security/codes/off", { token: strong });
    expect(await factors()).toMatchObject({ codesSince: null });
  } finally {
    await opened.close();
  }
});
