/**
 * Signing keys of tokens. A key is published a day before its first signature and until the last token that it signed has
 * expired, so that a cached key set verifies every token. Its public half is stored longer, to verify ID tokens that are
 * sent as hints.
 */
import type { SigningKey, SigningKeyStore } from "@gatehouse/database";
import { exportJWK, generateKeyPair, type JWK } from "jose";
import type { PurposeKeys } from "../../settings/secret-keys.ts";

export type SigningAlgorithm = "ES256" | "RS256";
export const algorithms: readonly SigningAlgorithm[] = ["ES256", "RS256"];

const day = 86_400;
/** Seconds between publication and first signature of a key. */
const waitSeconds = day;
/** Seconds for which a key signs. */
const rotateAfterSeconds = 90 * day;
/** Longer than the life of any signed token. */
const overlapSeconds = 2 * day;

/** Keys with which an issuer is opened. */
export interface OpenedKeys {
  /** Published keys; the first of each algorithm signs. */
  readonly keys: readonly OpenedKey[];
  /** Public halves of keys no longer published, to verify ID tokens sent as a hint. */
  readonly retired: readonly JWK[];
}

/** A key with its private half, which only the issuer may hold. */
export interface OpenedKey {
  readonly kid: string;
  readonly algorithm: SigningAlgorithm;
  readonly jwk: JWK;
  /** Whether the key signs; otherwise it is only published. */
  readonly signs: boolean;
}

/** Seals all keys with the newest secret, so that older ones can be removed from `HUB_SECRETS`. Runs at every start. */
export async function resealKeys(signingKeys: SigningKeyStore, seals: PurposeKeys): Promise<void> {
  const { keys, retired } = await signingKeys.list();
  for (const { kid, sealed } of [...keys, ...retired]) {
    const text = seals.open(sealed, kid);
    if (text !== null) await signingKeys.reseal(kid, seals.seal(text, kid));
  }
}

/**
 * Opens the keys; due keys come first. If none is due, because a clock that was ahead made keys and was corrected, the
 * first one signs anyway: a key that some clients have yet to fetch is better than no token.
 */
export async function openSigningKeys(signingKeys: SigningKeyStore, seals: PurposeKeys): Promise<OpenedKeys> {
  const { keys, retired } = await signingKeys.list();
  await forgetPrivateHalves(signingKeys, retired, seals);
  const signing = new Set<string>();
  const opened: OpenedKey[] = [];
  const halves: JWK[] = [];
  for (const key of [...keys, ...retired]) {
    const jwk = openKey(key, seals);
    if (jwk === null || !isAlgorithm(key.algorithm)) continue;
    if (retired.includes(key) || !isPrivate(jwk)) {
      halves.push(publicHalf(jwk));
      continue;
    }
    const { kid, algorithm } = key;
    opened.push({ kid, algorithm, jwk, signs: !signing.has(algorithm) });
    signing.add(algorithm);
  }
  return { keys: opened, retired: halves };
}

/** Keeps only the public half of a key that no longer signs. */
async function forgetPrivateHalves(
  signingKeys: SigningKeyStore,
  retired: readonly SigningKey[],
  seals: PurposeKeys,
): Promise<void> {
  for (const key of retired) {
    const jwk = openKey(key, seals);
    if (jwk !== null && isPrivate(jwk))
      await signingKeys.reseal(key.kid, seals.seal(JSON.stringify(publicHalf(jwk)), key.kid));
  }
}

/** @returns `null` when its secret is no longer in `HUB_SECRETS`: the key can neither sign nor be published */
function openKey({ kid, algorithm, sealed }: SigningKey, seals: PurposeKeys): JWK | null {
  const text = isAlgorithm(algorithm) ? seals.open(sealed, kid) : null;
  return text === null ? null : (JSON.parse(text) as JWK);
}

/** The private half is missing if a clock that was ahead had it deleted, and was corrected since. */
function isPrivate(jwk: JWK): boolean {
  return jwk.d !== undefined;
}

/** @see RFC 7517, section 4; RFC 7518, sections 6.2.1 and 6.3.1 */
const publicMembers = ["kty", "kid", "alg", "use", "crv", "x", "y", "n", "e"];

export function publicHalf(jwk: JWK): JWK {
  return Object.fromEntries(Object.entries(jwk).filter(([name]) => publicMembers.includes(name))) as JWK;
}

/**
 * Makes the keys that are due: a first key of each algorithm at once, a successor a day before the newest has signed for
 * `rotateAfterSeconds`. Of several processes, one makes them.
 *
 * @param force makes a successor of each algorithm at once (`keys rotate`)
 * @returns the number of keys made
 */
export async function rotateSigningKeys(
  signingKeys: SigningKeyStore,
  seals: PurposeKeys,
  force: boolean,
): Promise<number> {
  const { now, keys } = await signingKeys.list();
  let made = 0;
  for (const algorithm of algorithms) {
    const usable = keys.filter((key) => {
      const jwk = key.algorithm === algorithm ? openKey(key, seals) : null;
      return jwk !== null && isPrivate(jwk);
    });
    const isFirst = usable.length === 0;
    const unlessNewerThanSeconds = isFirst ? 60 : force ? 0 : rotateAfterSeconds - waitSeconds;
    // Otherwise a key would be generated every minute, only for the database to refuse it.
    if (usable.some((key) => secondsSinceMade(key, now) < unlessNewerThanSeconds)) continue;
    const due = { ...(await createKey(algorithm, seals)), algorithm, overlapSeconds };
    const added = await signingKeys.add({
      ...due,
      waitSeconds: isFirst ? 0 : waitSeconds,
      // A second process that found the same key due adds none.
      unlessNewerThanSeconds,
    });
    if (added) made += 1;
  }
  return made;
}

/** Upper bound: a first key was made when it began to sign, not a day earlier as assumed here. */
function secondsSinceMade({ signsFrom }: SigningKey, now: Date): number {
  return (now.getTime() - signsFrom.getTime()) / 1000 + waitSeconds;
}

async function createKey(
  algorithm: SigningAlgorithm,
  seals: PurposeKeys,
): Promise<{ readonly kid: string; readonly sealed: string }> {
  const { privateKey } = await generateKeyPair(algorithm, { extractable: true, modulusLength: 2048 });
  const kid = crypto.randomUUID();
  const jwk = { ...(await exportJWK(privateKey)), kid, alg: algorithm, use: "sig" };
  return { kid, sealed: seals.seal(JSON.stringify(jwk), kid) };
}

function isAlgorithm(value: string): value is SigningAlgorithm {
  return algorithms.some((one) => one === value);
}
