/** Cookies and headers in a browser. */
import { expect, expectSignedInOn, signIn, gatehouseTest as test } from "@gatehouse/testing";

const isHttps = (origin: string) => origin.startsWith("https:");

test("every cookie is HttpOnly and SameSite, with names of its site", async ({ page, people, sites }) => {
  const person = await people.create();
  await page.goto(sites.shop);
  await page.getByRole("button", { name: "Add Tulips to basket" }).click();
  await signIn(page, person, { at: sites.shop });
  await page.goto(`${sites.bank}/accounts`);
  await expectSignedInOn(page, sites.bank, person);

  const namesOf = async (site: string) => {
    const cookies = await page.context().cookies(site);
    for (const { name, httpOnly, sameSite, path, domain, secure } of cookies) {
      expect(httpOnly, name).toBe(true);
      expect(secure, name).toBe(isHttps(site));
      expect(sameSite, name).toMatch(/^(Lax|Strict)$/);
      expect(path, name).toBe("/");
      expect(domain, `${name} is for its host alone`).toBe(new URL(site).hostname);
    }
    return cookies.map(({ name }) => name);
  };
  const [hub, shop, bank] = [await namesOf(sites.hub), await namesOf(sites.shop), await namesOf(sites.bank)];
  const prefix = isHttps(sites.hub) ? "__Host-" : "";
  expect(hub).toContain(`${prefix}TGC-gatehouse`);
  expect(shop).toContain(`${prefix}gatehouse-shop.session`);
  expect(bank).toContain(`${prefix}gatehouse-bank.session`);
  const all = [...hub, ...shop, ...bank];
  expect(new Set(all).size).toBe(all.length);
});

test("pages of all three forbid frames, foreign scripts, sniffing and caching", async ({
  page,
  people,
  sites,
}) => {
  const person = await people.create();
  const screens = [`${sites.hub}/`, `${sites.hub}/cas/login`, `${sites.hub}/nowhere`, sites.shop, sites.bank];
  await signIn(page, person);
  screens.push(`${sites.hub}/account`, `${sites.shop}/cart`, `${sites.bank}/accounts`);
  for (const screen of screens) {
    const headers = (await page.goto(screen))?.headers() ?? {};
    const policy = headers["content-security-policy"] ?? "";
    expect(policy, screen).toContain("default-src 'none'");
    expect(policy, screen).toContain("frame-ancestors 'none'");
    expect(policy, screen).not.toMatch(/unsafe-|\*/);
    expect(headers["x-content-type-options"], screen).toBe("nosniff");
    expect(headers["x-frame-options"], screen).toBe("DENY");
    expect(headers["referrer-policy"], screen).toBe("same-origin");
    expect(headers["cache-control"], screen).toMatch(/no-store/);
    expect(headers["x-powered-by"], screen).toBeUndefined();
  }
});

test("over https all three use HTTP/2 and HSTS", async ({ page, sites }) => {
  for (const site of Object.values(sites)) {
    const answer = await page.goto(site);
    const protocol = await page.evaluate(
      () => performance.getEntriesByType("navigation").map((entry) => entry.toJSON().nextHopProtocol)[0],
    );
    const hsts = answer?.headers()["strict-transport-security"];
    expect([protocol, hsts?.includes("max-age=63072000")], site).toEqual(
      isHttps(site) ? ["h2", true] : ["http/1.1", site === sites.hub ? undefined : true],
    );
  }
});

test("no screen violates its own policy", async ({ page, people, sites }) => {
  const complaints: string[] = [];
  page.on("console", (message) => {
    const isPolicy = /content security policy|trusted/i.test(message.text());
    if (isPolicy) complaints.push(`${page.url()}: ${message.text()}`);
  });
  const person = await people.create();
  await page.goto(sites.hub);
  await signIn(page, person, { at: sites.shop });
  await page.goto(`${sites.hub}/account`);
  for (const address of ["", "/cart", "/checkout", "/products/olive-oil", "/products/none", "/nowhere"]) {
    await page.goto(`${sites.shop}${address}`);
  }
  await page.goto(`${sites.shop}/api/auth/callback/gatehouse?ticket=ST-none`);
  for (const address of ["", "/accounts", "/accounts/none", "/nowhere"]) {
    await page.goto(`${sites.bank}${address}`);
  }
  await page.goto(`${sites.hub}/cas/logout`);
  expect(complaints).toEqual([]);
});

test("CSP3 7.1 each page of a site has one policy with its own nonce, whatever the browser sends", async ({
  request,
  sites,
}) => {
  const headers = { "content-security-policy": "script-src 'nonce-forged'" };
  const nonces = new Set<string>();
  const addresses = ["/", "/products/none", "/nowhere", "/api/nowhere"];
  for (const address of addresses.flatMap((path) => [`${sites.shop}${path}`, `${sites.bank}${path}`])) {
    const answer = await request.get(address, { headers });
    const policies = answer.headersArray().filter(({ name }) => /^content-security-policy/i.test(name));
    expect(policies, address).toHaveLength(1);
    const [, nonce = ""] = /script-src 'nonce-([^']+)' 'strict-dynamic'/.exec(policies[0]?.value ?? "") ?? [];
    expect(nonce, address).not.toBe("");
    const page = await answer.text();
    const scripts = page.match(/<script\b[^>]*>/g) ?? [];
    expect(scripts.length, address).toBeGreaterThan(0);
    for (const script of scripts) expect(script, address).toContain(`nonce="${nonce}"`);
    expect(page, address).not.toContain("forged");
    nonces.add(nonce);
  }
  expect(nonces.size).toBe(2 * addresses.length);
});

test("forwarding headers do not decide from where a site fetches its page for a missing address", async ({
  page,
  people,
  sites,
}) => {
  const person = await people.create();
  await signIn(page, person, { at: `${sites.bank}/accounts` });
  const headers = {
    "x-forwarded-proto": "https",
    "x-forwarded-host": "evil.example",
    "x-forwarded-port": "1",
  };
  for (const address of [`${sites.shop}/products/none`, `${sites.bank}/accounts/none`]) {
    const answer = await page.request.get(address, { headers });
    expect(answer.status(), address).toBe(404);
    expect(answer.headers()["content-security-policy"], address).toContain("'nonce-");
    expect(await answer.text(), address).toMatch(/<h1>(Not on our shelves|There is nothing here)<\/h1>/);
    const inside = answer.headers()["x-middleware-rewrite"] ?? "";
    expect(inside, `${address} says nothing about the machine`).toMatch(/^(\/[a-z-]+)?$/);
  }
});

test("the sign-in page transfers less than 50 kB of script", async ({ page, sites }) => {
  const bodies: Promise<number>[] = [];
  page.on("response", (response) => {
    if (response.request().resourceType() === "script")
      bodies.push(response.body().then(({ length }) => length));
  });
  await page.goto(`${sites.hub}/cas/login`);
  const sizes = await Promise.all(bodies);
  expect(sizes.length).toBeGreaterThan(0);
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(50_000);
});

test("the test door refuses requests without its key", async ({ request, sites }) => {
  for (const path of ["people", "clock", "sweep"]) {
    const answer = await request.post(`${sites.hub}/test/v1/${path}`, { data: {} });
    expect([401, 404]).toContain(answer.status());
  }
});
