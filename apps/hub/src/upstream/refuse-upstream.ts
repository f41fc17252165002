/** Refusals of a sign-in with another provider, each with the way on. */
import { HubError, type RefusalLink } from "../http/hub-error.ts";
import type { UpstreamSetting } from "../settings/upstream-settings.ts";

export type UpstreamRefusal =
  /** The provider cannot be reached, or answers what is no answer. */
  | "unreachable"
  /** Its answer is forged, damaged, or of another sign-in. */
  | "invalid"
  /** No such sign-in was begun in this browser, or it was used or has expired. */
  | "expired"
  /** The user declined at the provider. */
  | "declined"
  /** The provider refused. */
  | "refused"
  /** The provider did not ask the user to sign in again. */
  | "not-fresh"
  /** The address of the destination is too long to keep. */
  | "too-long"
  /** The account belongs to another user. */
  | "linked-elsewhere"
  /** The user has no other way to sign in. */
  | "last-way-in";

/** @param link leads back to the page with the button */
export function refuseUpstream(
  refusal: UpstreamRefusal,
  { name }: Pick<UpstreamSetting, "name">,
  link: RefusalLink,
): HubError {
  const { status, title, sentences } = refusals(name)[refusal];
  return new HubError(status, `upstream_${refusal.replaceAll("-", "_")}`, title, sentences, {}, link);
}

interface Words {
  readonly status: number;
  readonly title: string;
  readonly sentences: readonly string[];
}

const refusals = (name: string): Readonly<Record<UpstreamRefusal, Words>> => ({
  unreachable: {
    status: 502,
    title: `${name} does not answer`,
    sentences: [
      `The sign-in with ${name} failed, because ${name} cannot be reached at present. Nothing was changed.`,
      "Try again later, or sign in here in another way.",
    ],
  },
  invalid: {
    status: 400,
    title: `The answer of ${name} is not valid`,
    sentences: [
      `${name} sent an answer that this sign-in cannot accept. Nothing was changed.`,
      "Try again. If this comes back, sign in here in another way, and tell the people who run Gatehouse.",
    ],
  },
  expired: {
    status: 400,
    title: "Start again",
    sentences: [
      `This sign-in with ${name} was not begun in this browser, took longer than ten minutes, or was used already. Nothing was changed.`,
      "Go back and start again.",
    ],
  },
  declined: {
    status: 403,
    title: `${name} did not sign you in`,
    sentences: [
      `You or ${name} stopped the sign-in. Nothing was changed.`,
      "Go back to try again, or to sign in here in another way.",
    ],
  },
  refused: {
    status: 502,
    title: `${name} refused the sign-in`,
    sentences: [
      `${name} does not accept this sign-in at present. Nothing was changed.`,
      "Sign in here in another way. If this comes back, tell the people who run Gatehouse.",
    ],
  },
  "not-fresh": {
    status: 403,
    title: "Sign in in another way",
    sentences: [
      `You must sign in once more, and ${name} did not ask you to. Nothing was changed.`,
      "Go back and use your password or your passkey.",
    ],
  },
  "too-long": {
    status: 400,
    title: `${name} cannot be used here`,
    sentences: [
      `The address of the site that sent you is too long to keep while you are at ${name}.`,
      "Go back and sign in in another way.",
    ],
  },
  "linked-elsewhere": {
    status: 409,
    title: "Connected to another account",
    sentences: [
      `That account of ${name} signs in another user here, so it was not connected. Nothing was changed.`,
      `If the other account is yours too, sign in to it and disconnect ${name} there first.`,
    ],
  },
  "last-way-in": {
    status: 409,
    title: "Your only way to sign in",
    sentences: [
      `Without ${name} you could no longer sign in, so it stays connected. Nothing was changed.`,
      "Set up a password or a passkey first.",
    ],
  },
});
