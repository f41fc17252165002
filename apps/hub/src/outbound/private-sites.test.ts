/** A hub that calls no site on its own network says which setting decides that. */
import { createTicketId } from "@gatehouse/cas/server";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openTestHub, TestBrowser, type TestHub, type TestPerson } from "../test-hub.ts";

let opened: TestHub;
let alice: TestPerson;
const callback = "https://shop.localhost:4430/pgt";
beforeAll(async () => {
  opened = await openTestHub({
    environment: { ALLOW_LOOPBACK_SITES: "off" },
    sites: ({ shop }) => ({
      shop: shop.registration({
        cas: { services: [shop.service], proxy: { callbacks: [callback], targets: ["bank"] } },
      }),
    }),
  });
  alice = await opened.createPerson();
});
afterAll(() => opened.close());

async function validate(more: string): Promise<string> {
  const query = `?${new URLSearchParams({ service: opened.shop.service })}`;
  const browser = new TestBrowser(opened);
  const { location } = await browser.signIn(alice, query);
  const ticket = new URL(location).searchParams.get("ticket") ?? createTicketId("ST");
  return (await browser.get(`/cas/serviceValidate${query}&ticket=${ticket}${more}`)).body;
}

test("CAS 2.5.4 the response names the setting if a proxy callback is not called", async () => {
  const body = await validate(`&pgtUrl=${encodeURIComponent(callback)}`);
  expect(body).toContain('code="INVALID_PROXY_CALLBACK"');
  expect(body).toMatch(
    /at an address that this server may not call\. .* only with ALLOW_LOOPBACK_SITES=on\./,
  );
});

test("CAS 2.3.3 the log names the setting if a logout request is not sent", async () => {
  await validate("");
  await opened.hub.database.sessions.end({ personId: alice.id }, "signed-out");
  await opened.hub.logout.drain();
  const told = opened.lines.map((line) => JSON.parse(line)).filter(({ event }) => event === "logout.tried");
  expect(told.at(-1)).toMatchObject({
    level: "warn",
    site: "shop",
    detail: "address_forbidden",
    fix: expect.stringContaining("ALLOW_LOOPBACK_SITES=on"),
  });
  expect(opened.shop.received).toEqual([]);
});
