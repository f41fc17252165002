/** A sign-out is told to the sites; they need not ask to learn of it. */
import {
  expect,
  expectSignedInOn,
  expectSignedOutOn,
  fillSignInForm,
  signOut,
  gatehouseTest as test,
} from "@gatehouse/testing";

/** How long a site believes the hub's last answer before it asks again. */
const siteBelievesMs = 5_000;

for (const [name, path] of [
  ["shop", "/cart"],
  ["bank", "/accounts"],
] as const) {
  test(`the ${name} is told of a sign-out before it would ask`, async ({ page, people, sites }) => {
    test.slow();
    const site = sites[name];
    // Asking instead of being told takes five seconds at least, every time; a busy machine only now and then.
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
