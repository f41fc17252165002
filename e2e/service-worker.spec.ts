/** A site with a service worker that passes navigations through: they arrive as `Sec-Fetch-Dest: empty`. */
import { expect, fillSignInForm, gatehouseTest } from "@gatehouse/testing";

const test = gatehouseTest.extend<object, object>({
  launchOptions: [
    async ({ launchOptions }, use) => {
      // The test supplies the worker's script, so Chromium treats it as a script from another network that calls loopback.
      const args = [
        ...(launchOptions.args ?? []),
        "--disable-features=LocalNetworkAccessChecks,HttpsUpgrades",
      ];
      await use({ ...launchOptions, args });
    },
    { scope: "worker" },
  ],
});

// The policy of the demo sites allows no worker; a site that has one needs another policy.
test.use({ bypassCSP: true });

const worker = `
  self.addEventListener("fetch", (event) => event.respondWith(fetch(event.request)));
  self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));`;

test("sign-in, recognition and sign-out work", async ({ page, people, sites }) => {
  await page
    .context()
    .route(/\/worker\.js$/, (route) => route.fulfill({ contentType: "text/javascript", body: worker }));
  for (const site of [sites.bank, sites.shop]) {
    await page.goto(`${site}/healthz`);
    await page.evaluate(async () => {
      const controlled = new Promise((done) =>
        navigator.serviceWorker.addEventListener("controllerchange", done),
      );
      await navigator.serviceWorker.register("/worker.js");
      await controlled;
    });
  }
  const person = await people.create();

  await page.goto(`${sites.bank}/accounts`);
  await fillSignInForm(page, person);
  await expect(page).toHaveURL(`${sites.bank}/accounts`);
  await page.goto(`${sites.shop}/`);
  await expect(page.getByRole("banner")).toContainText(person.name);
  expect(await page.evaluate(() => navigator.serviceWorker.controller?.state)).toBe("activated");
  await page.getByRole("button", { name: "Sign out" }).click();
  await expect(page.getByRole("main")).toContainText("You signed out.");
  await expect(page.getByRole("banner")).not.toContainText(person.name);
});
