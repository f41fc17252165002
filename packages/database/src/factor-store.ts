import type { AuditActor } from "./audit-event-store.ts";
import type { MakeRecord } from "./change-record.ts";
import type { LastWay, RemovalPolicy } from "./ways-in.ts";

/** Factors of a user besides the password. */
export interface Factors {
  /** Time at which the user turned one-time codes on; `null`: off. */
  readonly codesSince: Date | null;
  readonly passkeys: number;
  /** Unused recovery codes. */
  readonly recoveryCodes: number;
}

/** Factors that `removeAll` removed, and the ways to sign in that are left. */
export interface FactorsRemoved {
  readonly codes: boolean;
  readonly passkeys: number;
  readonly recoveryCodes: number;
  readonly sessionsEnded: number;
  /**
   * `none`: the user signs in with another provider, or chooses a password by a link. `too-short`: the password must be changed
   * at the next sign-in.
   */
  readonly password: "none" | "too-short" | "stands-alone";
}

/** Reason for which one-time codes are not turned off. */
export type RemovalFault =
  /** They are off. */
  "none" | LastWay;

/**
 * One-time codes (RFC 6238) and recovery codes. The hub verifies one-time codes; `PendingSignInStore` consumes both
 * kinds.
 */
export interface FactorStore {
  of(personId: string): Promise<Factors>;
  /** Whether the user has a factor that can complete a sign-in. Recovery codes alone are none. */
  has(personId: string): Promise<boolean>;
  /** Secret of the one-time codes, as the hub sealed it. */
  sealedSecretOf(personId: string): Promise<string | null>;
  /**
   * Turns one-time codes on, and stores recovery codes unless the user has some.
   *
   * @param factor.step time step of the code that confirmed the secret; that code is not accepted again
   * @param factor.asFirstFactor refuses if the user has a passkey: only a password was proved
   * @returns whether the recovery codes were stored; `null`: one-time codes are on already, or the user is disabled
   */
  turnOnCodes(
    factor: {
      readonly personId: string;
      readonly sealed: string;
      readonly step: number;
      readonly recoveryCodes: readonly string[];
      readonly asFirstFactor?: boolean;
    },
    record: MakeRecord,
  ): Promise<{ readonly recoveryCodesStored: boolean } | null>;
  /**
   * Turns one-time codes off; with the last factor the recovery codes, links and pending sign-ins go too.
   *
   * @returns `null`: done
   */
  turnOffCodes(
    personId: string,
    policy: Pick<RemovalPolicy, "operatorsNeedFactor">,
    record: MakeRecord,
  ): Promise<RemovalFault | null>;
  /**
   * Removes one-time codes, passkeys and recovery codes, and ends all sessions and pending sign-ins. Links are void, and known
   * browsers unknown: they were made when a factor protected the account. A password that was accepted beside a factor must be
   * changed at the next sign-in.
   *
   * @param by actor of the events of the ended sessions
   * @returns `null`: the user has neither one-time codes nor passkeys, or is disabled or removed
   */
  removeAll(
    personId: string,
    by: AuditActor,
    record: MakeRecord<FactorsRemoved>,
  ): Promise<FactorsRemoved | null>;
  /** Replaces all recovery codes. */
  replaceRecoveryCodes(personId: string, codes: readonly string[], record: MakeRecord): Promise<void>;
}
