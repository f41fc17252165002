/** Passwords as Argon2id hashes. The only place that imports the hashing library. */
import { availableParallelism } from "node:os";
import { type Algorithm, hash, verify } from "@node-rs/argon2";
import { createAttemptQueue } from "./attempt-queue.ts";
import { hashCost } from "./hash-cost.ts";
import { isTooLong } from "./password-rule.ts";

const parameters = { algorithm: 2 satisfies Algorithm, ...hashCost } as const;

/** Each hash takes 19 MB and a core while it is computed: more at once would take memory and save no time. */
const hashQueue = createAttemptQueue({ atOnce: availableParallelism(), waiting: Number.POSITIVE_INFINITY });
const computeHash = <Result>(work: () => Promise<Result>, priority = 0) =>
  hashQueue.run("hash", work, priority);

const { memoryCost, timeCost, parallelism } = parameters;
const prefix = `$argon2id$v=19$m=${memoryCost},t=${timeCost},p=${parallelism}$`;

/** Hash for unknown users, whose verification then takes as long as that of known ones: a salt and a result of zeros. */
const nobodysHash = `${prefix}${"A".repeat(22)}$${"A".repeat(43)}`;

/** Verifications that may wait before strangers are turned away, about three seconds of work. */
const mostWaiting = 250 * availableParallelism();

/** Whether so many verifications wait that another would take seconds. */
export function isHashingBusy(): boolean {
  return hashQueue.waiting("hash") >= mostWaiting;
}

/** @returns a PHC string */
export function hashPassword(password: string): Promise<string> {
  return computeHash(() => hash(password.normalize("NFC"), parameters));
}

/**
 * Verifies a password in the time one verification takes, whether or not there is a hash. A text that is longer than any
 * password is wrong without a verification.
 *
 * @param passwordHash PHC string; `null` for an unknown user or one without a password
 * @param options.first before those that wait
 */
export async function verifyPassword(
  passwordHash: string | null,
  password: string,
  { first = false } = {},
): Promise<boolean> {
  if (isTooLong(password)) return false;
  const expected = passwordHash ?? nobodysHash;
  const right = await computeHash(() => verify(expected, password.normalize("NFC")), first ? 1 : 0);
  return right && passwordHash !== null;
}

/** Whether the hash was made with other parameters than `parameters`. */
export function isOutdated(passwordHash: string): boolean {
  return !passwordHash.startsWith(prefix);
}
