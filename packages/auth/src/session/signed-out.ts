import type { EndedStanding, EndReason } from "./standing.ts";

/** Reason why a session ended. `hub-unavailable`: the hub cannot be asked right now. */
export type SignedOutReason = EndReason | "hub-unavailable";

/** The end of a user's session. */
export interface SignedOut {
  readonly reason: SignedOutReason;
  /** The reason as an English sentence; the site adds the next step. */
  readonly sentence: string;
}

const sentences: Readonly<Partial<Record<SignedOutReason, string>>> = {
  absolute: "You had been signed in for as long as we allow, so you were signed out.",
  "signed-out": "You were signed out here when you signed out elsewhere.",
  "ended-elsewhere": "You were signed out from another browser.",
  replaced: "You signed in again in this browser, which ended the sign-in before.",
  disabled: "Your account is not in use at present, so you were signed out.",
  "password-changed": "Your password was changed, so you were signed out.",
  "ended-by-operator": "You were signed out by the operator of the sign-in.",
  "hub-unavailable": "We cannot check your sign-in right now.",
};

/** Time during which the same page may ask again: Next.js asks several times per page. */
const tellingMs = 5_000;
/** Maximum age of a sign-out that is shown: later the browser may have another user. */
const recentMs = 60_000;
/** Ends caused by the user. */
const ownDoing: readonly SignedOutReason[] = ["signed-out", "ended-elsewhere", "replaced"];

/**
 * Whether to show why this sign-in ended: on one page, once. An end caused by the user is shown for at most a minute after
 * this site learned of it.
 */
export function isWorthTelling({ reason, end }: Pick<EndedStanding, "reason" | "end">, now: number): boolean {
  if (end.toldAt === null && ownDoing.includes(reason) && now - end.heardAt > recentMs) return false;
  end.toldAt ??= now;
  return now - end.toldAt <= tellingMs;
}

/** Confirmation of the user's own sign-out at this site. */
export const signedOutHere: SignedOut = { reason: "signed-out", sentence: "You signed out." };

/** A reason with its sentence; an unknown reason has a general sentence. */
export function signedOut(reason: SignedOutReason, idleSeconds: number | null = null): SignedOut {
  const idle = `You were signed out after ${idleSeconds === null ? "some time" : inWords(idleSeconds)} without activity.`;
  return { reason, sentence: reason === "idle" ? idle : (sentences[reason] ?? "You were signed out.") };
}

const units = [
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
  ["second", 1],
] as const;

/** In the largest unit that divides the time evenly: 90 minutes, not an hour and a half. */
function inWords(seconds: number): string {
  const [unit, size] = units.find(([, each]) => seconds % each === 0) ?? ["second", 1];
  const amount = seconds / size;
  return `${amount} ${unit}${amount === 1 ? "" : "s"}`;
}
