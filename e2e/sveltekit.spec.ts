/** A site in SvelteKit with @auth/sveltekit, built as its authors build it, at its own origin. */
import { randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gatehouseTest as base, expect, fillSignInForm } from "@gatehouse/testing";
import getPort from "get-port";
import { OwnHub } from "./own-hub.ts";
import { originOf } from "./own-origin.ts";
import { openSvelteKitSite } from "./sveltekit-site/open-sveltekit-site.ts";

const person = { username: "olga", password: "a password of this test", name: "Olga Orlova" };

const test = base.extend<{ site: { readonly hub: OwnHub; readonly origin: string } }>({
  site: async ({ browserFaults }, use) => {
    const folder = await mkdtemp(join(tmpdir(), "gatehouse-sveltekit-"));
    const clientSecret = randomBytes(32).toString("hex");
    const hub = await OwnHub.inFolder(join(folder, "data"), {
      SITES_DIR: folder,
      KIT_SITE_SECRET: clientSecret,
    });
    const port = await getPort({ host: "127.0.0.1" });
    const origin = originOf("elsewhere", port);
    const registration = {
      id: "kit",
      name: "The kit",
      url: `${origin}/`,
      firstParty: true,
      secret: { environment: "KIT_SITE_SECRET" },
      oidc: {
        redirectUris: [`${origin}/auth/callback/gatehouse`],
        postLogoutRedirectUris: [`${origin}/`],
      },
    };
    await writeFile(join(folder, "kit.json"), JSON.stringify(registration));
    const issuer = `${hub.origin}/oidc`;
    const [close] = await Promise.all([
      openSvelteKitSite({ port, origin, issuer, clientId: "kit", clientSecret }),
      hub.start(),
    ]);
    await hub.createPerson(person.username, person.password, { name: person.name });
    await use({ hub, origin });
    await browserFaults.closePages();
    await Promise.all([close(), hub.stop()]);
    await rm(folder, { recursive: true, force: true });
  },
});
test.setTimeout(120_000);

test("a site in SvelteKit signs in, reads name and email address, and signs out at the hub too", async ({
  page,
  site,
}) => {
  await page.goto(site.origin);
  await page.getByRole("button", { name: "Sign in" }).click();
  await fillSignInForm(page, person);
  await expect(page.getByRole("status")).toHaveText("Signed in: Olga Orlova, olga@example.com");
  await page.getByRole("button", { name: "Sign out" }).click();
  await expect(page.getByRole("button", { name: "Sign in" })).toBeVisible();
  await expect(page).toHaveURL(`${site.origin}/`);
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByLabel("Username or email")).toBeVisible();
});
