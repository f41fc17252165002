/**
 * Sites outside this repository, made by create-next-app and the guide, with the packages from their tarballs. One of them
 * with `npm test`; `npm run test:sites` has all.
 */
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { programs } from "@gatehouse/scripts/checkout";
import { expect, fillSignInForm, gatehouseTest as test } from "@gatehouse/testing";
import type { Page } from "@playwright/test";
import { OwnHub } from "../own-hub.ts";
import { freePort, OutsideSite, type Recipe } from "./outside-site.ts";

const recipes: readonly Recipe[] = [
  // create-next-app 16 sets `cacheComponents` unless told otherwise.
  { title: "Next.js 16", version: "16.4.3", options: [], protocol: "cas" },
  {
    title: "Next.js 16 in src/, without cacheComponents",
    version: "16.4.3",
    options: ["--src-dir", "--no-cache-components"],
    protocol: "oidc",
  },
];
const wanted = process.env.SITES === "all" ? recipes : recipes.slice(0, 1);

const person = { username: "nora", password: "seven green boats at noon" };

for (const recipe of wanted)
  test.describe
    .serial(recipe.title, () => {
      test.setTimeout(300_000);
      let folder: string;
      let hub: OwnHub;
      let site: OutsideSite;
      let port: number;
      let origin: string;

      test.beforeAll(async () => {
        folder = await mkdtemp(join(tmpdir(), "gatehouse-outside-"));
        const registrations = join(folder, "registrations");
        await mkdir(registrations);
        port = await freePort();
        origin = `http://news.localhost:${port}`;
        hub = await OwnHub.inFolder(join(folder, "data"), {
          SITES_DIR: registrations,
          ALLOW_LOOPBACK_SITES: "on",
        });
      });
      test.afterAll(async () => {
        await site?.stop();
        await hub?.stop();
        await rm(folder, { recursive: true, force: true, maxRetries: 5 });
      });

      test("npm installs the packages", async () => {
        site = await OutsideSite.create(folder, recipe);
        const { dependencies } = JSON.parse(await site.readFile("package.json"));
        expect(dependencies).toMatchObject({ "@gatehouse/auth": "file:vendor/gatehouse-auth-0.1.0.tgz" });
      });

      test("Node loads the entries that no bundler reads", async () => {
        const entries = ["@gatehouse/auth/security-headers", "@gatehouse/testing"];
        const print = (name: string) => `console.log(Object.keys(${name}).length > 0);`;
        for (const entry of entries) {
          expect(await site.runModule(print(`await import("${entry}")`), "module")).toContain("true");
          expect(await site.runModule(print(`require("${entry}")`), "commonjs")).toContain("true");
        }
      });

      test("its production build signs in at the hub and is signed out by it", async ({ page }) => {
        await hub.start();
        await hub.createPerson(person.username, person.password, { name: "Nora", groups: ["staff"] });
        const added = await hub.runCommand("site", "add", "news", origin, "--protocol", recipe.protocol);
        await site.writeSettings(added as Record<string, string>);
        await site.build();
        await site.start("start", port);
        const refused = await page.request.get(`${origin}/members`, { maxRedirects: 0 });
        // Either way it works without scripts. By `<meta>` when Next.js has sent the beginning of the page already.
        const redirect =
          refused.headers().location ?? /<meta [^>]*"refresh"[^>]*>/.exec(await refused.text())?.[0];
        expect(redirect).toContain("/api/auth/");
        await signInAndOut(page);
      });

      test("TypeScript accepts it with libraries checked, in versions 5 and 7", async () => {
        for (const compiler of [site.ownCompiler, join(programs, "tsc")])
          expect(await site.typeErrors(compiler)).toEqual([]);
      });

      test("in development it signs in as well", async ({ page }) => {
        test.skip(process.env.SITES !== "all", "npm run test:sites has it");
        await site.stop();
        await site.start("dev", port);
        await signInAndOut(page);
      });

      /** By the pages of the guide. */
      async function signInAndOut(page: Page): Promise<void> {
        await page.goto(origin);
        await page.getByRole("link", { name: "Members" }).click();
        await fillSignInForm(page, person);
        await expect(page).toHaveURL(`${origin}/members`);
        await expect(page.getByRole("main")).toContainText("Nora");
        await page.goto(`${hub.origin}/cas/logout`);
        await expect(page.getByRole("heading", { name: "You are signed out" })).toBeVisible();
        await page.goto(origin);
        await expect(page.getByRole("link", { name: "Sign in" })).toBeVisible();
        expect(site.log).not.toContain('"from":"gatehouse"');
      }
    });
