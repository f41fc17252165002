/** The sentences of the Activity section. */
import type { AuditKind, UnfinishedOutcome } from "../../src/audit/audit-kinds.ts";
import type { Activity } from "../../src/screen/screen.ts";

type Words = (event: Activity) => string;

const you = ({ by }: Activity) => (by === "operator" ? "The people who run Gatehouse" : "You");
const named = ({ name }: Activity) => (name === "" ? "" : ` “${name}”`);
const site = (event: Activity) => event.site ?? "A site";
/** Place of an app password's use: the site that forwarded it, nothing for the hub. */
const at = (event: Activity) => (event.site === null ? "" : ` at ${event.site}`);

/** Sentences about events, by kind. */
const done: Readonly<Record<AuditKind, Words>> = {
  "sign-in": (event) => `You signed in ${methodWords(event.amr)}`,
  "sign-out": () => "You signed out",
  "session-ended": (event) => endWords(event),
  "password-changed": (event) => `${you(event)} changed your password`,
  "password-reset": () => "You chose a new password with a link",
  "reset-link-made": () => "The people who run Gatehouse gave you a link to choose a new password",
  "links-voided": () => "The people who run Gatehouse voided the links that you had not used yet",
  "passkey-added": (event) => `You added a passkey${named(event)}`,
  "passkey-renamed": (event) => `You renamed a passkey${named(event)}`,
  "passkey-removed": (event) => `You removed a passkey${named(event)}`,
  "codes-on": () => "You switched one-time codes on",
  "codes-off": () => "You switched one-time codes off",
  "recovery-codes-made": () => "You made new recovery codes",
  "recovery-code-used": () => "You used a recovery code",
  "second-step-reset": () => "The people who run Gatehouse turned off your second step",
  "provider-linked": (event) => `You connected an account at another provider${named(event)}`,
  "provider-unlinked": (event) => `You disconnected an account at another provider${named(event)}`,
  "app-password-made": (event) => `You made the app password${named(event)}`,
  "app-password-used": (event) => `The app password${named(event)} was used for the first time${at(event)}`,
  "app-password-revoked": (event) => `${you(event)} revoked the app password${named(event)}`,
  "consent-given": (event) => `You allowed ${site(event)} what it asked for`,
  "consent-revoked": (event) => `${you(event)} disconnected ${site(event)}`,
  "token-issued": (event) => `${site(event)} learnt that you are signed in`,
  "token-revoked": (event) =>
    event.reason === "presented-again"
      ? `${site(event)} lost its access, because a code or token was used twice`
      : `${site(event)} gave up its access`,
  "sign-up": () => "You created this account",
  invitation: ({ by }) =>
    by === "operator" ? "The people who run Gatehouse invited you" : "You accepted an invitation",
  "email-changed": (event) => `${you(event)} changed your email address`,
  "profile-changed": () => "You changed your profile",
  "data-exported": () => "You downloaded your data",
  "deletion-due": () => "You asked for the deletion of this account",
  "deletion-cancelled": () => "You kept this account",
  "account-deleted": () => "The account was deleted",
  "user-added": () => "The people who run Gatehouse added you",
  "user-disabled": () => "The people who run Gatehouse disabled your account",
  "user-enabled": () => "The people who run Gatehouse enabled your account",
  "groups-changed": () => "The people who run Gatehouse changed your groups",
  "keys-rotated": () => "The people who run Gatehouse made new keys",
  "site-added": (event) => `The people who run Gatehouse added ${site(event)}`,
  "site-removed": (event) => `The people who run Gatehouse removed ${site(event)}`,
  "site-secret-renewed": (event) => `The people who run Gatehouse made a new secret for ${site(event)}`,
};

/** Sign-ins whose first step was right. */
const unfinished: Readonly<Record<UnfinishedOutcome, string>> = {
  factor_required: "A sign-in passed its first step, and was asked for the second one",
  set_up_required: "A sign-in passed its first step, and was asked to set up a second one",
  password_must_change: "A sign-in passed its first step, and was asked for a new password",
};

/** A refusal, by kind; `undefined`: the general sentence. */
const refused: Partial<Record<AuditKind, Words>> = {
  "sign-in": ({ outcome, isSecondStep }) => {
    if (isSecondStep) return "A sign-in was refused at its second step";
    if (outcome in unfinished) return unfinished[outcome as UnfinishedOutcome];
    if (outcome === "deletion_due")
      return "A program was refused, because you asked for the deletion of this account";
    return outcome === "too_many_attempts"
      ? "A sign-in had to wait, because there were many wrong tries"
      : "A sign-in was refused";
  },
  "password-changed": ({ outcome }) =>
    outcome === "too_many_attempts"
      ? "A change of your password had to wait, because there were many wrong tries"
      : "A change of your password was refused: the current password was wrong",
  "consent-given": (event) => `You did not allow ${site(event)} what it asked for`,
  "app-password-used": (event) => {
    const why =
      event.outcome === "deletion_due" ? ", because you asked for the deletion of this account" : "";
    return `An app password was refused${at(event)}${why}`;
  },
};

/** "You signed in with your password, in Firefox on Windows, from 192.0.2.7." */
export function activityWords(event: Activity): string {
  // A later version may have written other kinds.
  const kind = event.kind as AuditKind;
  const what: Words | undefined = event.outcome === "done" ? done[kind] : (refused[kind] ?? generalRefusal);
  const from = event.from === null ? "" : `, in ${event.from.browser}, from ${event.from.address}`;
  return `${what?.(event) ?? "Something changed in your account"}${from}.`;
}

const generalRefusal: Words = () => "A change of your account was refused";

function methodWords(amr: readonly string[]): string {
  const isPasskey = amr.includes("swk") || amr.includes("hwk");
  const first = amr.includes("fed") ? "with an account at another provider" : "with your password";
  if (isPasskey)
    return amr.some((one) => one === "pwd" || one === "fed") ? `${first} and a passkey` : "with a passkey";
  return amr.includes("otp") ? `${first} and a code` : first;
}

function endWords({ reason, by }: Activity): string {
  switch (reason) {
    case "idle":
      return "You were signed out after some time without activity";
    case "absolute":
      return "You were signed out, because you had been signed in for a long time";
    case "password-changed":
      return "You were signed out, because your password was changed";
    case "disabled":
      return "You were signed out, because your account was disabled";
    case "ended-by-operator":
      return "The people who run Gatehouse signed you out";
    default:
      return by === "hub"
        ? "The browser that you had not used for longest was signed out"
        : "You signed a browser out";
  }
}
