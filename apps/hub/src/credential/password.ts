/** Passwords as Argon2id hashes. The only place that imports the hashing library. */
import { type Algorithm, hash, verify } from "@node-rs/argon2";

/** OWASP's first choice for Argon2id. After a change, each hash is renewed at its user's next sign-in. */
const parameters = {
  algorithm: 2 satisfies Algorithm,
  memoryCost: 19_456,
  timeCost: 2,
  parallelism: 1,
} as const;

/** Hash for unknown users, whose verification then takes as long as that of known ones. */
let nobodysHash: Promise<string> | undefined;

/** @returns a PHC string */
export function hashPassword(password: string): Promise<string> {
  return hash(password.normalize("NFC"), parameters);
}

/**
 * Verifies a password in the time one verification takes, whether or not there is a hash.
 *
 * @param passwordHash PHC string; `null` for an unknown user or one without a password
 */
export async function verifyPassword(passwordHash: string | null, password: string): Promise<boolean> {
  nobodysHash ??= hashPassword(crypto.randomUUID());
  const right = await verify(passwordHash ?? (await nobodysHash), password.normalize("NFC"));
  return right && passwordHash !== null;
}

/** Whether the hash was made with other parameters than `parameters`. */
export function isOutdated(passwordHash: string): boolean {
  const { memoryCost, timeCost, parallelism } = parameters;
  return !passwordHash.startsWith(`$argon2id$v=19$m=${memoryCost},t=${timeCost},p=${parallelism}$`);
}
