/** Users with passkeys, for tests of a hub: the ceremonies without a browser. */
import { testRecord } from "@gatehouse/database/test-record";
import {
  askForRegistration,
  type RegisterPasskeyNeeds,
  registerPasskey,
} from "../passkey/register-passkey.ts";
import type { BrowserAnswer, TestBrowser, TestHub, TestPerson } from "../test-hub.ts";
import {
  type Deviations,
  SoftwareAuthenticator,
  type SoftwareAuthenticatorOptions,
} from "./software-authenticator.ts";

/** Gives a user a passkey. */
export async function givePasskey(
  { hub, origin }: TestHub,
  { id, username }: TestPerson,
  options: Omit<SoftwareAuthenticatorOptions, "origin"> = {},
): Promise<SoftwareAuthenticator> {
  const needs: RegisterPasskeyNeeds = {
    clock: hub.clock,
    keys: hub.keys,
    loginTickets: hub.database.loginTickets,
    passkeys: hub.database.passkeys,
    relyingParty: hub.relyingParty,
  };
  const use = { person: { id, username, name: username }, boundTo: "fixture" };
  const authenticator = new SoftwareAuthenticator({ ...options, origin });
  const answer = authenticator.create((await askForRegistration(needs, use)) as never);
  const { outcome } = await registerPasskey(needs, { log: hub.log, userAgent: "" }, answer, use, {
    recoveryCodes: [],
    record: testRecord,
  });
  if (outcome !== "added") throw new Error(outcome);
  return authenticator;
}

/** A sign-in form of a browser, with the answer of an authenticator. */
export interface PasskeyForm {
  readonly action: string;
  readonly fields: Readonly<Record<string, string>>;
}

/** Opens the sign-in page and lets the authenticator answer. */
export async function answerSignIn(
  browser: TestBrowser,
  authenticator: SoftwareAuthenticator,
  { query = "", ...deviations }: Deviations & { readonly query?: string } = {},
): Promise<PasskeyForm> {
  const { passkey } = (await browser.get(`/cas/login${query}`)).screen("login");
  const hidden = Object.fromEntries(passkey.hidden.map(({ name, value }) => [name, value]));
  const answer = authenticator.get(passkey.options as never, deviations);
  return { action: passkey.action, fields: { ...hidden, passkey: answer } };
}

/** Signs in with a passkey, as the sign-in page does. */
export async function signInWithPasskey(
  browser: TestBrowser,
  authenticator: SoftwareAuthenticator,
  more: Deviations & { readonly query?: string; readonly rememberMe?: string } = {},
): Promise<BrowserAnswer> {
  const { rememberMe, ...rest } = more;
  const { action, fields } = await answerSignIn(browser, authenticator, rest);
  return browser.post(action, { ...fields, ...(rememberMe === undefined ? {} : { rememberMe }) });
}
