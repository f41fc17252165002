/** Users with a second factor, for tests. */
import { poolOf } from "@gatehouse/database/test-pool";
import { testRecord } from "@gatehouse/database/test-record";
import { Secret, TOTP } from "otpauth";
import { createRecoveryCodes } from "../factor/recovery-codes.ts";
import { createTotpSecret } from "../factor/totp.ts";
import { randomToken } from "../settings/secret-keys.ts";
import type { TestBrowser, TestHub, TestPerson } from "../test-hub.ts";

export interface PersonWithCodes extends TestPerson {
  readonly secret: string;
  /** Ungrouped. */
  readonly recoveryCodes: readonly string[];
}

/** The code of a secret as an independent app shows it. @param steps away from the present one */
export function codeOf(opened: TestHub, secret: string, steps = 0): string {
  const timestamp = opened.hub.clock().getTime() + steps * 30_000;
  return new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp });
}

/** Creates a user with one-time codes and ten recovery codes. */
export async function createPersonWithCodes(opened: TestHub): Promise<PersonWithCodes> {
  return addCodes(opened, await opened.createPerson());
}

/** Gives a user one-time codes and ten recovery codes. */
export async function addCodes(opened: TestHub, person: TestPerson): Promise<PersonWithCodes> {
  const secret = createTotpSecret();
  const recoveryCodes = createRecoveryCodes();
  await opened.hub.database.factors.turnOnCodes(
    {
      personId: person.id,
      sealed: opened.hub.keys.totp.seal(secret, person.id),
      step: 0,
      recoveryCodes,
    },
    testRecord,
  );
  return { ...person, secret, recoveryCodes };
}

/** Sends the form of the second step. */
export async function enterFactor(
  browser: TestBrowser,
  address: string,
  typed: { readonly code: string } | { readonly recovery_code: string },
) {
  const { hidden, action } = (await browser.get(address)).screen("second-factor");
  return browser.post(action, {
    ...Object.fromEntries(hidden.map(({ name, value }) => [name, value])),
    ...typed,
  });
}

/** Gives the browser a session that began with the password alone, before the user had a factor. */
export async function startWeakSession(opened: TestHub, browser: TestBrowser, person: TestPerson) {
  const token = `TGT-${randomToken()}`;
  const session = await opened.hub.database.sessions.start({
    personId: person.id,
    token,
    userAgent: "",
    address: "127.0.0.1",
    longTerm: false,
    amr: ["pwd", "mfa"],
  });
  // No session without the factor starts for a user who has one.
  await poolOf(opened.hub.database).query("UPDATE sessions SET amr = '{pwd}' WHERE id = $1", [session.id]);
  browser.cookies.keep(opened.hub.cookies.write("session", token), {
    method: "GET",
    url: `${opened.origin}/`,
    crossSite: false,
    navigation: true,
  });
  return { ...session, amr: ["pwd"] };
}
