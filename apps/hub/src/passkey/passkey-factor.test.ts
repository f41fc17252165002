/** A passkey as second factor: of the user who is asked, for the question that was asked. */
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { openTestHub, type TestHub, type TestPerson } from "../test-hub.ts";
import { givePasskey } from "../test-support/passkey-fixture.ts";
import type { SoftwareAuthenticator } from "../test-support/software-authenticator.ts";
import { issueChallenge } from "./challenge.ts";
import { createPasskeyFactor, type PasskeyFactor } from "./passkey-factor.ts";
import { requestOptions } from "./passkey-options.ts";

let opened: TestHub;
let factor: PasskeyFactor;
let alice: TestPerson;
let key: SoftwareAuthenticator;
beforeAll(async () => {
  opened = await openTestHub();
  const { clock, database, keys, queueMail, recordAudit, relyingParty } = opened.hub;
  const { loginTickets, passkeys } = database;
  factor = createPasskeyFactor({
    clock,
    keys,
    loginTickets,
    passkeys,
    queueMail,
    recordAudit,
    relyingParty,
  });
});
beforeEach(async () => {
  alice = await opened.createPerson();
  key = await givePasskey(opened, alice);
});
afterAll(() => opened.close());

const use = () => ({ personId: alice.id, boundTo: "pending" });
async function ask() {
  const options = await factor.ask(use());
  if (options === null) throw new Error("no passkey");
  return options;
}
const verify = (answer: string, more: Partial<ReturnType<typeof use>> = {}) =>
  factor.verify({ log: opened.hub.log, address: "", userAgent: "" }, answer, { ...use(), ...more });

test("a user without a passkey is not asked for one", async () => {
  const bob = await opened.createPerson();
  expect(await factor.ask({ personId: bob.id, boundTo: "pending" })).toBeNull();
});

test("the user's passkeys are asked for, and one of them is accepted", async () => {
  const options = await ask();
  expect(options.allowCredentials.map(({ id }) => id)).toEqual([key.id]);
  expect(await verify(key.get(options))).toMatchObject({
    outcome: "verified",
    person: { id: alice.id },
    amr: ["swk", "user", "mfa"],
    passkeyId: key.id,
  });
});

test("an authenticator need not name the user who is known", async () => {
  expect(await verify(key.get(await ask(), { userHandle: null }))).toMatchObject({ outcome: "verified" });
});

test("a passkey of another user is refused", async () => {
  const bob = await opened.createPerson();
  const keyOfBob = await givePasskey(opened, bob);
  expect(await verify(keyOfBob.get(await ask()))).toMatchObject({
    outcome: "refused",
    code: "passkey_unknown",
  });
});

test("an answer to another question is refused: of another pending sign-in, or of the sign-in page", async () => {
  const expired = { outcome: "refused", code: "passkey_expired" };
  expect(await verify(key.get(await ask()), { boundTo: "other" })).toEqual(expired);
  const challenge = issueChallenge(opened.hub, { purpose: "sign-in", boundTo: "pending" });
  expect(await verify(key.get(requestOptions(opened.hub.relyingParty, challenge)))).toEqual(expired);
});

test("an answer is accepted once", async () => {
  const answer = key.get(await ask());
  expect(await verify(answer)).toMatchObject({ outcome: "verified" });
  expect(await verify(answer)).toEqual({ outcome: "refused", code: "passkey_expired" });
});
