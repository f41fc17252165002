/** A hub in production: no test door, users and sites created on the command line. */
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  gatehouseTest as base,
  expect,
  expectSignedInOn,
  expectSignedOutEverywhere,
  fillSignInForm,
  type Person,
} from "@gatehouse/testing";
import { OwnHub } from "./own-hub.ts";
import { OwnSite } from "./own-site.ts";

interface Production {
  readonly hub: OwnHub;
  readonly shop: string;
  readonly bank: string;
  readonly person: Person;
  /** The link that `user add` printed. */
  readonly invitation: string;
}

const test = base.extend<{ production: Production }>({
  production: async ({ browserFaults }, use) => {
    const folder = await mkdtemp(join(tmpdir(), "gatehouse-production-"));
    const registrations = join(folder, "sites");
    await mkdir(registrations);
    const hub = await OwnHub.inFolder(join(folder, "data"), {
      HUB_MODE: "production",
      LOGIN_THROTTLE: "on",
      SITES_DIR: registrations,
      // Both sites run on this machine.
      ALLOW_LOOPBACK_SITES: "on",
    });
    await hub.start();
    const start = (site: "shop" | "bank", protocol: "cas" | "oidc") =>
      OwnSite.start(site, async (origin) => {
        const added = await hub.runCommand("site", "add", site, origin, "--protocol", protocol);
        return { DATA_DIR: folder, ...(added as { HUB_URL: string; SITE_URL: string; SITE_SECRET: string }) };
      });
    const [shop, bank] = [await start("shop", "cas"), await start("bank", "oidc")];
    const added = await hub.runCommand(
      "user",
      "add",
      "paula",
      "--email",
      "paula@example.com",
      "--name",
      "Paula",
    );
    const { link, ...paula } = added as Omit<Person, "name" | "password"> & { readonly link: string };
    const person = { ...paula, name: "Paula", password: "seven green boats at noon" };
    await use({ hub, shop: shop.origin, bank: bank.origin, person, invitation: link });
    await browserFaults.closePages();
    await Promise.all([shop.stop(), bank.stop()]);
    await hub.stop();
    await rm(folder, { recursive: true });
  },
});
test.setTimeout(180_000);

test("in production: no demo users, a password chosen by the user, sign-in by CAS, recognition by OpenID Connect, sign-out everywhere", async ({
  page,
  request,
  production: { hub, shop, bank, person, invitation },
}) => {
  await page.goto(invitation);
  await expect(page.getByLabel("Username")).toHaveValue(person.username);
  await page.getByLabel("Your name").fill(person.name);
  await page.getByLabel("Password", { exact: true }).fill(person.password);
  await page.getByRole("button", { name: "Set up your account" }).click();
  await page.waitForURL(/\/cas\/login\/set-up|\/account$/);
  await page.goto(`${hub.origin}/cas/logout`);

  await page.goto(shop);
  await page.getByRole("banner").getByRole("link", { name: "Sign in" }).click();
  await fillSignInForm(page, { username: "alice", password: "correct horse battery staple" });
  await expect(page.getByRole("alert")).toContainText("do not belong together");
  await fillSignInForm(page, person);
  await expect(page).toHaveURL(`${shop}/`);
  await expectSignedInOn(page, shop, person);
  await page.goto(`${bank}/accounts`);
  await expect(page).toHaveURL(`${bank}/accounts`);
  await expectSignedInOn(page, bank, person);

  await page.goto(shop);
  await page.getByRole("button", { name: "Sign out" }).click();
  await expect(page.getByRole("main")).toContainText("You signed out. ");
  await expectSignedOutEverywhere(page, [shop, bank]);

  // By the form, because the central session has ended.
  await page.goto(`${bank}/accounts`);
  await expect(page).toHaveURL(new RegExp(`^${hub.origin}/cas/login`));
  await fillSignInForm(page, person);
  await expect(page).toHaveURL(`${bank}/accounts`);
  await expectSignedInOn(page, bank, person);
  expect((await request.post(`${hub.origin}/test/v1/sweep`)).status()).toBe(404);
  // Over https, behind the proxy of examples/nginx.
  expect(await hub.runCommand("doctor")).toMatchObject({
    mode: "production",
    hub: "running",
    proxyFaults: [],
  });
});
