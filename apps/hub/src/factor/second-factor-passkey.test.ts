/** A passkey as the second step of a sign-in, over HTTP. */
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { openTestHub, TestBrowser, type TestHub, type TestPerson } from "../test-hub.ts";
import { givePasskey } from "../test-support/passkey-fixture.ts";
import type { Deviations, SoftwareAuthenticator } from "../test-support/software-authenticator.ts";

let opened: TestHub;
let alice: TestPerson;
let key: SoftwareAuthenticator;
let browser: TestBrowser;
beforeAll(async () => {
  opened = await openTestHub();
});
beforeEach(async () => {
  alice = await opened.createPerson();
  key = await givePasskey(opened, alice);
  browser = new TestBrowser(opened);
});
afterAll(() => opened.close());

const sessionsOf = ({ id }: TestPerson) => opened.hub.database.sessions.listOf(id);
const atShop = () => `?${new URLSearchParams({ service: opened.shop.service })}`;
/** The form of the second step, after the password. */
async function begin(person = alice, one = browser) {
  const page = await one.follow(await one.signIn(person, atShop()));
  const { passkey } = page.screen("second-factor");
  if (passkey === null) throw new Error("no passkey is offered");
  const fields = Object.fromEntries(passkey.hidden.map(({ name, value }) => [name, value]));
  return { action: passkey.action, fields, options: passkey.options as never };
}
type Step = Awaited<ReturnType<typeof begin>>;
const answerWith = ({ action, fields, options }: Step, one = key, deviations: Deviations = {}) =>
  browser.post(action, { ...fields, passkey: one.get(options, deviations) });

test("ASVS 6.3.3 a password alone does not sign in a user with a passkey", async () => {
  const { location } = await browser.signIn(alice);
  expect(location).toBe("/cas/login/factor");
  expect(await sessionsOf(alice)).toEqual([]);
});

test("password and passkey complete the sign-in, with the methods of both", async () => {
  const answer = await answerWith(await begin());
  expect(answer.location).toContain(`${opened.shop.service}?ticket=ST-`);
  expect(await sessionsOf(alice)).toMatchObject([{ amr: ["pwd", "swk", "user", "mfa"] }]);
});

test("a passkey of another user is refused, and the page offers to try again", async () => {
  const bob = await opened.createPerson();
  const keyOfBob = await givePasskey(opened, bob);
  const page = (await answerWith(await begin(), keyOfBob)).screen("second-factor");
  expect(page.error?.code).toBe("passkey_unknown");
  expect([await sessionsOf(alice), await sessionsOf(bob)]).toEqual([[], []]);
});

test.each<[string, Deviations]>([
  ["for another origin", { origin: "https://evil.example" }],
  ["without user verification", { userVerified: false }],
  ["with a wrong signature", { tampered: true }],
])("an answer %s is refused", async (_, deviations) => {
  const page = (await answerWith(await begin(), key, deviations)).screen("second-factor");
  expect(page.error?.code).toBe("passkey_invalid");
  expect(await sessionsOf(alice)).toEqual([]);
});

test("an answer to the challenge of another pending sign-in is refused", async () => {
  const other = new TestBrowser(opened);
  const { options } = await begin(alice, other);
  const page = await answerWith({ ...(await begin()), options });
  expect(page.screen("second-factor").error?.code).toBe("passkey_expired");
});

test("of 20 concurrent answers to one challenge one starts a session", async () => {
  const { action, fields, options } = await begin();
  const form = { ...fields, passkey: key.get(options) };
  await Promise.all(Array.from({ length: 20 }, () => browser.carryOver().post(action, form)));
  expect(await sessionsOf(alice)).toHaveLength(1);
});
