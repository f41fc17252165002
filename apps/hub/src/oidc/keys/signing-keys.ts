/**
 * The keys that tokens are signed with. A key is published a day before it signs and stays published until the last
 * token it signed is over, so that nobody who keeps a copy of the key set ever meets a token it cannot verify. Its
 * public half is remembered longer, for ID tokens that come back as a hint.
 */
import type { Database, SigningKey } from "@gatehouse/database";
import { exportJWK, generateKeyPair, type JWK } from "jose";
import type { PurposeKeys } from "../../secret-keys.ts";

export type SigningAlgorithm = "ES256" | "RS256";
export const algorithms: readonly SigningAlgorithm[] = ["ES256", "RS256"];

const day = 86_400;
/** How long before it signs a key is published. */
const waitSeconds = day;
/** How long a key signs. */
const rotateAfterSeconds = 90 * day;
/** Longer than any token lives that is verified by its signature. */
const overlapSeconds = 2 * day;

/** Keys with which an issuer is opened. */
export interface OpenedKeys {
  /** Published keys; the first of each algorithm signs. */
  readonly keys: readonly OpenedKey[];
  /** Public halves of keys no longer published, to verify ID tokens sent as a hint. */
  readonly retired: readonly JWK[];
}

/** A key with its private half, to be handed to nobody but the issuer. */
export interface OpenedKey {
  readonly kid: string;
  readonly algorithm: SigningAlgorithm;
  readonly jwk: JWK;
  /** It signs now; else it is only published. */
  readonly signs: boolean;
}

/**
 * Seals everything with the newest secret, so that the older ones can be taken off the list. At every start: that is
 * when the list changes.
 */
export async function resealKeys({ signingKeys }: Database, seals: PurposeKeys): Promise<void> {
  const { keys, retired } = await signingKeys.list();
  for (const { kid, sealed } of [...keys, ...retired]) {
    const text = seals.open(sealed, kid);
    if (text !== null) await signingKeys.reseal(kid, seals.seal(text, kid));
  }
}

/**
 * A key that is due comes first. Where none is, because a clock that was ahead made keys and was put right, the first
 * signs all the same: no token at all would be worse than one whose key some have yet to fetch.
 */
export async function openSigningKeys(database: Database, seals: PurposeKeys): Promise<OpenedKeys> {
  const { keys, retired } = await database.signingKeys.list();
  await forgetPrivateHalves(database, retired, seals);
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
  { signingKeys }: Database,
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

/** A clock that was ahead may have had a key forget it, and was put right since. */
function isPrivate(jwk: JWK): boolean {
  return jwk.d !== undefined;
}

/** @see RFC 7517, section 4; RFC 7518, sections 6.2.1 and 6.3.1 */
const publicMembers = ["kty", "kid", "alg", "use", "crv", "x", "y", "n", "e"];

export function publicHalf(jwk: JWK): JWK {
  return Object.fromEntries(Object.entries(jwk).filter(([name]) => publicMembers.includes(name))) as JWK;
}

/**
 * Makes what is due: a first key of each algorithm at once, a successor a day before the newest has signed long
 * enough. Of several processes one does it.
 *
 * @param force makes a successor of each whatever the time (`keys rotate`)
 * @returns how many were made
 */
export async function rotateSigningKeys(
  database: Database,
  seals: PurposeKeys,
  force: boolean,
): Promise<number> {
  const { now, keys } = await database.signingKeys.list();
  let made = 0;
  for (const algorithm of algorithms) {
    const usable = keys.filter((key) => {
      const jwk = key.algorithm === algorithm ? openKey(key, seals) : null;
      return jwk !== null && isPrivate(jwk);
    });
    const isFirst = usable.length === 0;
    const unlessNewerThanSeconds = isFirst ? 60 : force ? 0 : rotateAfterSeconds - waitSeconds;
    // Making a key is work that would be done every minute, for the database to say that none is due.
    if (usable.some((key) => secondsSinceMade(key, now) < unlessNewerThanSeconds)) continue;
    const due = { ...(await createKey(algorithm, seals)), algorithm, overlapSeconds };
    const added = await database.signingKeys.add({
      ...due,
      waitSeconds: isFirst ? 0 : waitSeconds,
      // A second process that found the same key due finds it made.
      unlessNewerThanSeconds,
    });
    if (added) made += 1;
  }
  return made;
}

/** At most: a first key was made when it began to sign, and not a day before as is assumed of it here. */
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
