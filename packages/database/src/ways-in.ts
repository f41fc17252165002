/** The one rule for what must be left when a user's way to sign in is removed. The caller holds the lock of the user. */
import type { PrismaTransaction } from "./prisma-client.ts";

/** A way to sign in, or a factor, that is to be removed. */
export type RemovedWay =
  | { readonly passkey: string }
  | { readonly codes: true }
  | { readonly account: { readonly provider: string; readonly providerAccountId: string } };

/** Reason for which it stays. */
export type LastWay =
  /** The user has no other way to sign in: no password, no passkey, no account at a provider that can be used. */
  | "last-way-in"
  /** It is the last factor, and the password was accepted as one of two. */
  | "password-too-short"
  /** It is the last factor of an operator, and the policy requires one. */
  | "operator-needs-one";

export interface RemovalPolicy {
  /** Whether an operator keeps the last factor. */
  readonly operatorsNeedFactor: boolean;
  /** Ids of the providers that can be used at present. */
  readonly providers: readonly string[];
}

interface WaysLeft {
  readonly operator: boolean;
  /** `null`: there is none. */
  readonly standsAlone: boolean | null;
  readonly passkey: boolean;
  readonly codes: boolean;
  readonly account: boolean;
}

/** @returns `lastWay`: the reason to keep it, or `null`; `lastFactor`: whether no factor is left without it */
export async function judgeRemoval(
  transaction: PrismaTransaction,
  personId: string,
  removed: RemovedWay,
  policy: RemovalPolicy,
): Promise<{ readonly lastWay: LastWay | null; readonly lastFactor: boolean }> {
  const left = await waysLeft(transaction, personId, removed, policy.providers);
  const lastFactor = !left.passkey && !left.codes;
  return { lastWay: lastWayOf(left, removed, policy, lastFactor), lastFactor };
}

function lastWayOf(
  { operator, standsAlone, passkey, account }: WaysLeft,
  removed: RemovedWay,
  { operatorsNeedFactor }: RemovalPolicy,
  lastFactor: boolean,
): LastWay | null {
  // One-time codes alone sign nobody in.
  if (!("codes" in removed) && standsAlone === null && !passkey && !account) return "last-way-in";
  if ("account" in removed || !lastFactor) return null;
  if (operator && operatorsNeedFactor) return "operator-needs-one";
  return standsAlone === false ? "password-too-short" : null;
}

async function waysLeft(
  transaction: PrismaTransaction,
  personId: string,
  removed: RemovedWay,
  providers: readonly string[],
): Promise<WaysLeft> {
  const passkey = "passkey" in removed ? removed.passkey : null;
  const { provider, providerAccountId } =
    "account" in removed ? removed.account : { provider: null, providerAccountId: null };
  const [left] = await transaction.$queryRaw<WaysLeft[]>`
    SELECT u.operator, c.stands_alone AS "standsAlone",
      EXISTS (SELECT FROM passkeys WHERE person_id = u.id AND id IS DISTINCT FROM ${passkey}) AS passkey,
      NOT ${"codes" in removed} AND EXISTS (SELECT FROM totp_factors WHERE person_id = u.id) AS codes,
      EXISTS (SELECT FROM accounts WHERE user_id = u.id AND provider = ANY (${[...providers]}::text[])
        AND (provider, provider_account_id) IS DISTINCT FROM (${provider}::text, ${providerAccountId}::text)) AS account
    FROM users u LEFT JOIN password_credentials c ON c.user_id = u.id WHERE u.id = ${personId}::uuid`;
  if (left === undefined) throw new Error("the user is locked, and gone");
  return left;
}
