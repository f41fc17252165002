/** Prefetches, pictures, frames and HEAD requests sign no user out and consume no ticket. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openTestHub, TestBrowser, type TestHub, type TestPerson } from "../test-hub.ts";

let opened: TestHub;
let alice: TestPerson;
beforeAll(async () => {
  opened = await openTestHub();
  alice = await opened.createPerson();
});
afterAll(() => opened.close());

async function signedIn(): Promise<TestBrowser> {
  const browser = new TestBrowser(opened);
  await browser.signIn(alice);
  return browser;
}

describe("ASVS 3.5.3 /cas/logout signs out only by a navigation", () => {
  test.each([
    { "sec-fetch-dest": "image" },
    { "sec-fetch-dest": "iframe" },
    { "sec-fetch-dest": "empty" },
    { "sec-fetch-dest": "empty", "sec-fetch-mode": "cors" },
    { "sec-fetch-dest": "iframe", "sec-fetch-mode": "navigate" },
    { "sec-fetch-dest": "document", "sec-purpose": "prefetch;prerender" },
    { purpose: "prefetch" },
  ])("not when loaded with %o", async (headers) => {
    const browser = await signedIn();
    const answer = await browser.get("/cas/logout", headers);
    expect([answer.status, answer.screen("refused").code]).toEqual([403, "not_a_navigation"]);
    expect((await browser.get("/account")).status).toBe(200);
  });

  test("not by HEAD", async () => {
    const browser = await signedIn();
    const answer = await browser.send("HEAD", "/cas/logout");
    expect([answer.status, answer.headers.allow]).toEqual([405, "GET"]);
    expect((await browser.get("/account")).status).toBe(200);
  });

  test.each([
    {},
    { "sec-fetch-dest": "document", "sec-fetch-mode": "navigate" },
    // Passed through a service worker.
    { "sec-fetch-dest": "empty", "sec-fetch-mode": "navigate" },
  ])("a navigation with %o signs out", async (headers) => {
    const browser = await signedIn();
    expect((await browser.get("/cas/logout", headers)).status).toBe(200);
    expect((await browser.get("/account")).status).toBe(303);
  });
});

test("RFC 9110 9.2.1 HEAD consumes no ticket", async () => {
  const browser = await signedIn();
  const { service } = opened.shop;
  const { location } = await browser.get(`/cas/login?${new URLSearchParams({ service })}`);
  const ticket = new URL(location ?? "").searchParams.get("ticket") ?? "";
  const validation = `/cas/serviceValidate?${new URLSearchParams({ service, ticket })}`;
  expect((await new TestBrowser(opened).send("HEAD", validation)).status).toBe(405);
  expect((await new TestBrowser(opened).get(validation)).body).toContain("authenticationSuccess");
});
