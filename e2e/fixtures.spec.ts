/** The fixtures: users and clock are reset after a test, and every fault of a browser is reported. */
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import {
  BrowserFaults,
  Clock,
  expect,
  expectSignedOutOn,
  type FaultKind,
  fillSignInForm,
  People,
  signIn,
  gatehouseTest as test,
} from "@gatehouse/testing";
import { originOf } from "./own-origin.ts";

test("a user is removed and signed out after the test", async ({ page, sites }) => {
  const people = new People();
  const person = await people.create();
  await signIn(page, person, { at: sites.shop });

  await people.removeAll();

  await expectSignedOutOn(page, sites.shop);
  await page.goto(`${sites.hub}/cas/login`);
  await fillSignInForm(page, person);
  await expect(page).toHaveTitle(/^Error/);
});

test("two users of one name are separate", async ({ people }) => {
  const [one, other] = [
    await people.create({ name: "Kim Example" }),
    await people.create({ name: "Kim Example" }),
  ];
  expect(one.name).toBe(other.name);
  for (const key of ["id", "username", "email", "password"] as const) expect(one[key]).not.toBe(other[key]);
});

test("an invalid duration is refused, and the clock does not move", async () => {
  const clock = new Clock();
  for (const duration of ["", "31", "m", "-5m", "1.5h", "0s", "31 m", "31M"])
    await expect(clock.advance(duration), duration).rejects.toThrow("is not a duration");
});

test("@clock the clock is reset after a test", async ({ page, people, sites }) => {
  const clock = new Clock();
  await clock.advance("7d");
  await clock.reset();

  const person = await people.create();
  await signIn(page, person);
  await page.goto(`${sites.hub}/account/sessions`);
  const since = await page.getByRole("main").locator("time").first().getAttribute("datetime");
  expect(Math.abs(Date.parse(since ?? "") - Date.now())).toBeLessThan(3_600_000);
});

const policy = { "content-security-policy": "script-src 'self'; form-action 'self'" };
const faults: readonly [FaultKind, said: string, headers: Record<string, string>, html: string][] = [
  ["console error", "alas", {}, "<script>console.error('alas')</script>"],
  ["console error", "/missing.png", {}, "<img src=/missing.png>"],
  ["page error", "not caught", {}, "<script>throw new Error('not caught')</script>"],
  ["blocked cookie", "__Host-narrow", { "set-cookie": "__Host-narrow=1; Path=/narrow; Secure" }, ""],
  ["blocked cookie", "Domain=elsewhere.localhost", { "set-cookie": "a=1; Domain=elsewhere.localhost" }, ""],
  ["policy violation", "script-src", policy, "<script>document.title = 'ran'</script>"],
  [
    "policy violation",
    "form-action",
    policy,
    "<form action=http://other.localhost:1><button>Send</button></form>",
  ],
];
for (const [kind, said, headers, html] of faults) {
  test(`a ${kind} fails a test that does not expect it: ${said}`, async ({ browser, browserFaults }) => {
    browserFaults.expect(kind, said);
    const server = createServer((request, response) => {
      if (request.url !== "/")
        return void response.writeHead(request.url === "/missing.png" ? 404 : 204).end();
      response.writeHead(200, { "content-type": "text/html", ...headers }).end(`<!doctype html>${html}`);
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    const own = new BrowserFaults();
    const context = await browser.newContext();
    own.watch(context);
    const page = await context.newPage();
    await page.goto(originOf("old", (server.address() as AddressInfo).port));
    for (const button of await page.getByRole("button").all()) await button.click({ noWaitAfter: true });
    await expect.poll(() => message(own)).toMatch(new RegExp(`${kind} on .*${said}`));
    await context.close();
    server.closeAllConnections();
    server.close();
  });
}

/** @returns the message of `verify`; empty when nothing was found */
function message(faults: BrowserFaults): string {
  try {
    faults.verify();
    return "";
  } catch (error) {
    return String(error);
  }
}

test("an expected fault that does not occur fails the test", () => {
  const faults = new BrowserFaults();
  faults.expect("blocked cookie", "gatehouse");
  expect(message(faults)).toContain("expected, but did not come: blocked cookie gatehouse");
});
