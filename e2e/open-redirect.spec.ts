/** Neither the hub nor a site redirects to an address from a parameter. */
import { expect, fillSignInForm, signIn, gatehouseTest as test } from "@gatehouse/testing";
import { recordNavigations } from "./record-navigations.ts";

const evil = "evil.example";
const withOtherScheme = (origin: string) =>
  origin.startsWith("https:") ? origin.replace("https:", "http:") : origin.replace("http:", "https:");
const services = (sites: { shop: string; hub: string }) => [
  `http://${evil}/`,
  `https://${evil}/api/auth/callback/gatehouse`,
  `//${evil}/`,
  `${sites.shop}@${evil}/api/auth/callback/gatehouse`,
  `${sites.shop}.${evil}/api/auth/callback/gatehouse`,
  `${sites.shop}\\@${evil}/api/auth/callback/gatehouse`,
  `http://${evil}#${sites.shop}/api/auth/callback/gatehouse`,
  `http://${evil}?${sites.shop}/api/auth/callback/gatehouse`,
  `${sites.shop}/api/auth/callback/gatehouse/../../../elsewhere`,
  `${sites.shop}/anything-else`,
  `${withOtherScheme(sites.shop)}/api/auth/callback/gatehouse`,
  `${sites.shop.replace(/:\d+$/, ":1")}/api/auth/callback/gatehouse`,
  "javascript:alert(1)",
  "data:text/html,<h1>hello",
];

const returnPaths = (sites: { shop: string }) => [
  `http://${evil}/`,
  `//${evil}/`,
  `/\\${evil}/`,
  `\\\\${evil}/`,
  `/\t/${evil}/`,
  `/.//${evil}/`,
  `/%2e//${evil}/`,
  `${sites.shop}@${evil}/`,
  "javascript:alert(1)",
  `/api/auth/sign-in?returnTo=//${evil}/`,
  `%2F%2F${evil}/`,
];

test("the hub explains an unknown service and does not redirect, signed in or not", async ({
  page,
  people,
  sites,
}) => {
  const person = await people.create();
  const visited = recordNavigations(page);
  for (const signedIn of [false, true]) {
    if (signedIn) await signIn(page, person);
    for (const service of services(sites)) {
      visited.length = 0;
      const answer = await page.goto(`${sites.hub}/cas/login?${new URLSearchParams({ service })}`);
      expect(answer?.status(), service).toBe(403);
      await expect(page.getByRole("heading", { level: 1 })).toHaveText("This site is not registered here");
      expect(visited.map(({ origin }) => origin)).toEqual([sites.hub]);
    }
  }
});

test("a sign-out with an unknown service stays at the hub", async ({ page, sites }) => {
  const visited = recordNavigations(page);
  for (const service of services(sites).filter((address) => !address.startsWith(`${sites.shop}/`))) {
    await page.goto(`${sites.hub}/cas/logout?${new URLSearchParams({ service })}`);
    expect(new URL(page.url()).origin, service).toBe(sites.hub);
  }
  expect(new Set(visited.map(({ origin }) => origin))).toEqual(new Set([sites.hub]));
});

test("a sign-in form with a changed service does not redirect", async ({ page, people, sites }) => {
  const person = await people.create();
  await page.goto(`${sites.shop}/api/auth/sign-in?returnTo=/`);
  await page.evaluate((host) => {
    const field = document.querySelector<HTMLInputElement>("input[name=service]");
    if (field) field.value = `http://${host}/`;
  }, evil);
  const visited = recordNavigations(page);
  await fillSignInForm(page, person);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("This site is not registered here");
  expect(visited.map(({ origin }) => origin)).toEqual([sites.hub]);
});

for (const name of ["shop", "bank"] as const) {
  test(`the ${name} returns only to its own pages`, async ({ page, people, sites }) => {
    const person = await people.create();
    await signIn(page, person);
    const own = new Set(Object.values(sites));
    const visited = recordNavigations(page);
    for (const returnTo of returnPaths(sites)) {
      for (const route of ["sign-in", "recognise"]) {
        visited.length = 0;
        await page.goto(`${sites[name]}/api/auth/${route}?${new URLSearchParams({ returnTo })}`);
        expect(new URL(page.url()).origin, returnTo).toBe(sites[name]);
        expect(new URL(page.url()).pathname, returnTo).not.toMatch(/^\/api\/|^\/\//);
        expect(visited.filter(({ origin }) => !own.has(origin))).toEqual([]);
      }
    }
  });
}
