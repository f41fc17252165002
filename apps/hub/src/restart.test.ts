/** A restart of the hub keeps sessions, consumed tickets, undelivered sign-outs and, while the old secret is listed, forms. */
import { afterEach, expect, test } from "vitest";
import { openTestHub, TestBrowser, type TestHub } from "./test-hub.ts";
import { createTestDatabase } from "./test-support/test-database.ts";

const older = "the older secret of this test with 32 characters";
const newer = "the newer secret of this test with 32 characters";
const opened: TestHub[] = [];
afterEach(async () => {
  for (const hub of opened.splice(0)) await hub.close();
});

async function start(DATABASE_URL: string, HUB_SECRETS = older): Promise<TestHub> {
  const hub = await openTestHub({ environment: { DATABASE_URL, HUB_SECRETS } });
  opened.push(hub);
  return hub;
}

test("sessions stay valid, and consumed tickets stay consumed", async () => {
  const url = await createTestDatabase();
  const before = await start(url);
  const person = await before.createPerson();
  const browser = new TestBrowser(before);
  const form = await browser.get(`/cas/login?${new URLSearchParams({ service: before.shop.service })}`);
  const { username, password } = person;
  const fields = { ...browser.hiddenFields(form), username, password };
  const flow = browser.cookies.get("gatehouse-flow") ?? "";
  const { location } = await browser.post("/cas/login", fields);
  const ticket = new URL(location).searchParams.get("ticket") ?? "";
  const validate = `/cas/serviceValidate?${new URLSearchParams({ service: before.shop.service, ticket })}`;
  expect((await browser.get(validate)).body).toContain("authenticationSuccess");

  const after = await start(url);
  expect((await browser.carryOver(after).get("/account")).status).toBe(200);
  expect((await new TestBrowser(after).get(validate)).body).toContain("INVALID_TICKET");
  const replaying = new TestBrowser(after);
  replaying.cookies.set("gatehouse-flow", flow);
  await replaying.post("/cas/login", { ...fields, service: "" });
  expect(replaying.cookies.has("TGC-gatehouse")).toBe(false);
});

test("a sign-out that was not delivered before the restart is delivered after it", async () => {
  const url = await createTestDatabase();
  const before = await start(url);
  const browser = new TestBrowser(before);
  const query = `?${new URLSearchParams({ service: before.shop.service })}`;
  const { location } = await browser.signIn(await before.createPerson(), query);
  const ticket = new URL(location).searchParams.get("ticket") ?? "";
  await browser.get(`/cas/serviceValidate${query}&ticket=${ticket}`);
  const token = browser.cookies.get("TGC-gatehouse") ?? "";
  // As if the process ended right after the statement.
  await before.hub.database.sessions.end({ token }, "signed-out");
  const after = await start(url);
  await after.hub.runUpkeep();
  expect([...before.shop.told(), ...after.shop.told()]).toEqual([ticket]);
});

test("with a new secret in front, earlier forms and notes stay valid; without the old secret they do not", async () => {
  const url = await createTestDatabase();
  const before = await start(url);
  const { username, password } = await before.createPerson();
  const browser = new TestBrowser(before);
  const forms = [await browser.get("/cas/login"), await browser.get("/cas/login")] as const;
  const submit = async (hub: TestHub, form: (typeof forms)[number]) => {
    const same = browser.carryOver(hub);
    await same.post("/cas/login", { ...browser.hiddenFields(form), username, password });
    return same.cookies.has("TGC-gatehouse");
  };
  expect(await submit(await start(url, `${newer},${older}`), forms[0])).toBe(true);
  expect(await submit(await start(url, newer), forms[1])).toBe(false);
});
