import type { SignedOutReason } from "@gatehouse/auth";

const SENTENCES: Readonly<Partial<Record<SignedOutReason, string>>> = {
  absolute: "You had been signed in for as long as we allow, so you were signed out.",
  "ended-elsewhere": "You were signed out from another browser.",
  replaced: "You signed in again in this browser, which ended the sign-in before.",
  disabled: "Your account was switched off, so you were signed out.",
  "password-changed": "Your password was changed, so you were signed out.",
  "ended-by-operator": "You were signed out by the people who run the sign-in.",
  "hub-unavailable": "We cannot ask at the moment whether you are signed in.",
};

/** Why somebody is signed out, as one calm sentence. What nobody knows is said without a reason. */
export function signedOutSentence(reason: SignedOutReason, idleLimit: string): string {
  if (reason === "idle") return `You were signed out after ${idleLimit} without activity.`;
  return SENTENCES[reason] ?? "You were signed out.";
}
