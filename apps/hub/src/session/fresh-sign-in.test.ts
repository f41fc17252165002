import { testClockOf } from "@gatehouse/database/test-clock";
import { expect, test } from "vitest";
import { openTestHub, TestBrowser } from "../test-hub.ts";
import { codeOf, createPersonWithCodes, enterFactor } from "../test-support/factor-fixture.ts";
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
