import type { EndedStanding, EndReason } from "./session-check.ts";
import type { Site } from "./site.ts";
import { parseCookies } from "./site-cookies.ts";

/** Why a person who was signed in is not any more. `hub-unavailable`: nobody can tell right now. */
export type SignedOutReason = EndReason | "hub-unavailable";

/** That a person who was signed in is not any more. */
export interface SignedOut {
  readonly reason: SignedOutReason;
  /** The same as one calm sentence in English; what to do next is the site's to say. */
  readonly sentence: string;
}

const sentences: Readonly<Partial<Record<SignedOutReason, string>>> = {
  absolute: "You had been signed in for as long as we allow, so you were signed out.",
  "signed-out": "You were signed out here when you signed out elsewhere.",
  "ended-elsewhere": "You were signed out from another browser.",
  replaced: "You signed in again in this browser, which ended the sign-in before.",
  disabled: "Your account is not in use at present, so you were signed out.",
  "password-changed": "Your password was changed, so you were signed out.",
  "ended-by-operator": "You were signed out by the people who run the sign-in.",
  "hub-unavailable": "We cannot check your sign-in right now.",
};

/** How long one page may take to say it: Next.js asks several times for one page. */
const tellingMs = 5_000;
/** After a sign-out somebody else may be at the browser: it is told to whoever comes within a minute. */
const recentMs = 60_000;
/** Ends that the user brought about. */
const ownDoing: readonly SignedOutReason[] = ["signed-out", "ended-elsewhere", "replaced"];

/**
 * Whether a page tells why this sign-in is over: one page does, once. An end that the user brought about is told for a
 * minute at most after this site heard of it.
 */
export function tellEnd({ reason, end }: Pick<EndedStanding, "reason" | "end">, now: number): boolean {
  if (end.toldAt === null && ownDoing.includes(reason) && now - end.heardAt > recentMs) return false;
  end.toldAt ??= now;
  return now - end.toldAt <= tellingMs;
}

/** What she did herself needs no reason, but an answer: it has worked. */
export const signedOutHere: SignedOut = { reason: "signed-out", sentence: "You signed out." };

/** Whether the browser has the note of a sign-out at this site. It decides about words alone. */
export function saysSignedOut({ cookies }: Pick<Site, "cookies">, headers: Headers): boolean {
  return parseCookies(headers.get("cookie")).has(cookies.signedOut);
}

/** A reason with its sentence; what nobody knows is said without a reason. */
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

/** In the largest unit that comes out even: 90 minutes, not an hour and a half. */
function inWords(seconds: number): string {
  const [unit, size] = units.find(([, each]) => seconds % each === 0) ?? ["second", 1];
  const amount = seconds / size;
  return `${amount} ${unit}${amount === 1 ? "" : "s"}`;
}
