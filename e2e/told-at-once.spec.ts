/** The hub notifies sites of a sign-out before their next session check. */
import {
  expect,
  expectSignedInOn,
  expectSignedOutOn,
  fillSignInForm,
  signOut,
  gatehouseTest as test,
} from "@gatehouse/testing";

/** Lifetime of the hub's last answer at a site. */
const siteBelievesMs = 5_000;

for (const [name, path] of [
  ["shop", "/cart"],
  ["bank", "/accounts"],
] as const) {
  test(`the ${name} is notified of a sign-out before its next session check`, async ({
    page,
    people,
    sites,
  }) => {
    test.slow();
    const site = sites[name];
    // Without the notification every attempt takes at least five seconds; on a busy machine only some do.
    await expect(async () => {
      const person = await people.create();
      await page.goto(`${site}/api/auth/sign-in?${new URLSearchParams({ returnTo: path })}`);
      const begun = performance.now();
      await fillSignInForm(page, person);
      await page.waitForURL(`${site}${path}`);
      await expectSignedInOn(page, site, person);
      await signOut(page);
      await expectSignedOutOn(page, site);
      expect(performance.now() - begun).toBeLessThan(siteBelievesMs);
    }).toPass({ timeout: 120_000 });
  });
}
