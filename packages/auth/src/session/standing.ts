import type { GatehouseAuthError } from "../log/gatehouse-auth-error.ts";
import type { Acr } from "./acr.ts";

const hubReasons = [
  "signed-out",
  "ended-elsewhere",
  "idle",
  "absolute",
  "replaced",
  "disabled",
  "password-changed",
  "ended-by-operator",
  "unknown",
] as const;

/** The hub's reason for ending a session. */
export type EndReason = (typeof hubReasons)[number];

/** Reads a reason; `unknown` for one of a newer hub. */
export function parseReason(reason: unknown): EndReason {
  return hubReasons.find((known) => known === reason) ?? "unknown";
}

/** The end of a sign-in, as this process knows it. */
export interface RememberedEnd {
  /** `null` until the hub has given the reason. */
  reason: EndReason | null;
  idleSeconds: number | null;
  /** Time at which this process learned of the end, in milliseconds. */
  readonly heardAt: number;
  /** Time at which a page first showed the reason; `null`: not yet. */
  toldAt: number | null;
}

/** A sign-in that has ended. */
export interface EndedStanding {
  readonly state: "ended";
  readonly reason: EndReason;
  /** The idle timeout in seconds, if that was the reason and the hub gave it. */
  readonly idleSeconds: number | null;
  /** Shared by all callers, so that the reason is shown once. */
  readonly end: RememberedEnd;
}

/** State of a sign-in at the hub. `unclear`: the hub could not be asked. */
export type Standing =
  | {
      readonly state: "active";
      /** Time of the last authentication, in milliseconds by this machine's clock; null: the hub has not said. */
      readonly provedAt: number | null;
      /** Strength of the sign-in; null: the hub has not said. */
      readonly acr: Acr | null;
      /** Groups, if requested; null when not requested or not released by the hub. */
      readonly groups: readonly string[] | null;
    }
  | EndedStanding
  | { readonly state: "unclear"; readonly error: GatehouseAuthError };

/** The hub's answer about a session. */
export type HubAnswer =
  | {
      readonly state: "active";
      readonly provedAt: number | null;
      readonly acr: Acr | null;
      readonly groups: readonly string[] | null;
    }
  | { readonly state: "ended"; readonly reason: EndReason; readonly idleSeconds: number | null };

/** Result of one session check. */
export type CheckResult = HubAnswer | { readonly state: "unclear"; readonly error: GatehouseAuthError };
