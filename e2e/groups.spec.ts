/** Users in few groups and in thousands, one after another in one browser. */
import { createHash, randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, fillSignInForm, gatehouseTest as test } from "@gatehouse/testing";
import { OwnHub } from "./own-hub.ts";
import { OwnSite } from "./own-site.ts";

const password = "a pass phrase of this journey";
const groups = (count: number) => Array.from({ length: count }, (_, index) => `Department ${index}`);

for (const [site, protocol] of [
  ["shop", "cas"],
  ["bank", "oidc"],
] as const) {
  test(`by ${protocol}, the session has all groups, from none to 2000 and back`, async ({
    page,
    browserFaults,
  }) => {
    const folder = await mkdtemp(join(tmpdir(), "gatehouse-groups-"));
    const secret = randomBytes(32).toString("hex");
    const hub = await OwnHub.inFolder(join(folder, "data"), { SITES_DIR: folder });
    const settings = { HUB_URL: hub.origin, SITE_SECRET: secret, DATA_DIR: folder };
    const own = await OwnSite.start(site, () => settings);
    try {
      await writeFile(
        join(folder, `${site}.json`),
        JSON.stringify(registration(site, protocol, own.origin, secret)),
      );
      await hub.start();
      for (const [turn, count] of [0, 2_000, 3, 60, 2_000, 0].entries()) {
        const username = `member-${turn}`;
        await hub.createPerson(username, password, { groups: groups(count) });
        await page.goto(`${own.origin}/api/auth/sign-in?returnTo=/`);
        await fillSignInForm(page, { username, password });
        await expect(page).toHaveURL(`${own.origin}/`);
        await expect(page.getByRole("banner")).toContainText(username);
        const session = await page.evaluate(() => fetch("/api/auth/session").then((reply) => reply.json()));
        expect(session.user).toMatchObject({ username, groups: groups(count) });
        await page.getByRole("button", { name: "Sign out" }).click();
        await expect(page.getByRole("main")).toContainText("You signed out.");
      }
    } finally {
      await browserFaults.closePages();
      await own.stop();
      await hub.stop();
      await rm(folder, { recursive: true });
    }
  });
}

function registration(id: string, protocol: "cas" | "oidc", origin: string, secret: string) {
  const callback = `${origin}/api/auth/callback/gatehouse`;
  const logoutUrl = `${origin}/api/auth/logout-request`;
  const cas = { services: [callback], attributes: ["id", "name", "email", "groups"], logoutUrl };
  const oidc = {
    redirectUris: [callback],
    postLogoutRedirectUris: [`${origin}/`],
    backchannelLogoutUrl: logoutUrl,
    scopes: ["openid", "profile", "email", "groups"],
  };
  const sha256 = createHash("sha256").update(secret).digest("hex");
  const common = { id, name: id, url: `${origin}/`, firstParty: true, secret: { sha256 } };
  return { ...common, ...(protocol === "cas" ? { cas } : { oidc }) };
}
