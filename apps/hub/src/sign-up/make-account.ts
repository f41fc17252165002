/** Uses the link of a sign-up or an invitation: makes the account with its first credential, in one transaction. */
import type { FirstCredential, Person, VerificationToken, VerificationTokenStore } from "@gatehouse/database";
import type { HubChangeRecord } from "../audit/change-record.ts";
import { actorOf, type HubAuditEvent } from "../audit/record-audit.ts";
import { HubError } from "../http/hub-error.ts";
import type { Call } from "../http/route.ts";
import { waitWords } from "../http/wait-words.ts";
import type { MailToQueue } from "../mail/queue-mail.ts";
import type { NewAccountScreen } from "../screen/screen.ts";
import type { SignUpMode } from "../settings/env.ts";
import { loginAddress, loginPath, repeatedFields, signUpPath } from "../sign-in/login-address.ts";
import { destinationParameters } from "./destination.ts";
import type { FederatedIdentity } from "./federated-identity.ts";
import { linkUnusable } from "./link.ts";

export interface MakeAccountNeeds {
  readonly verificationTokens: Pick<VerificationTokenStore, "acceptInvitation" | "signUp">;
  /** Unless it is off, users whose invitation is void request another link. */
  readonly signUpMode: SignUpMode;
}

/** The link that a page was opened with. */
export interface OpenedLink {
  readonly kind: NewAccountScreen["kind"];
  readonly token: string;
  readonly link: VerificationToken;
  /** The account at a provider that will sign the user in; `null`: a password or a passkey will. */
  readonly identity: FederatedIdentity | null;
}

/** Whether the hub made the link for an account at a provider instead of mailing it: without that account it permits nothing. */
export const needsProvider = ({ kind, link }: Pick<OpenedLink, "kind" | "link">): boolean =>
  kind === "sign-up" && link.facts.mailed !== true;

export interface NewAccount {
  /** Id of the invited user, or a new one for a sign-up. */
  readonly id: string;
  readonly username: string;
  readonly name: string;
  readonly credential: FirstCredential;
}

export type Made =
  | { readonly outcome: "made"; readonly person: Person }
  | { readonly outcome: "username-taken" | "passkey-taken" };

/** @throws HubError if the link was used meanwhile, or another user has its address or the account at the provider */
export async function makeAccount(
  needs: MakeAccountNeeds,
  call: Call,
  opened: OpenedLink,
  { id, username, name, credential }: NewAccount,
): Promise<Made> {
  const { kind, token } = opened;
  const { verificationTokens } = needs;
  const record = () => recordOf(call, opened, id, credential);
  const result =
    kind === "invitation"
      ? await verificationTokens.acceptInvitation(token, { name, ...credential }, record)
      : await verificationTokens.signUp(token, { id, username, name, ...credential }, record);
  if (result === null) throw accountLinkUnusable(needs, kind);
  switch (result.outcome) {
    case "email-taken":
      throw emailTaken(opened);
    case "account-taken":
      throw accountTaken(opened);
    case "username-taken":
    case "passkey-taken":
      return { outcome: result.outcome };
    default: {
      const { person } = result;
      call.log.info({ event: "account.made", kind, person: id, address: call.address }, "account made");
      return { outcome: "made", person };
    }
  }
}

function recordOf(call: Call, opened: OpenedLink, id: string, credential: FirstCredential): HubChangeRecord {
  const about = { actor: actorOf(call, id), personId: id };
  const events = eventsOf(about, opened, credential);
  return needsProvider(opened) ? { events, mail: accountMade(call, opened, id) } : { events };
}

function eventsOf(
  about: Pick<HubAuditEvent, "actor" | "personId">,
  { kind, identity }: OpenedLink,
  credential: FirstCredential,
): HubAuditEvent[] {
  if ("password" in credential) return [{ kind, ...about, facts: { credential: "password" } }];
  if ("upstreamAccount" in credential) {
    const { provider } = credential.upstreamAccount;
    return [
      { kind, ...about, facts: { credential: "provider" } },
      { kind: "provider-linked", ...about, facts: { provider, name: identity?.provider } },
    ];
  }
  const { name } = credential.passkey;
  return [
    { kind, ...about, facts: { credential: "passkey" } },
    { kind: "passkey-added", ...about, facts: { name } },
  ];
}

export const accountLinkUnusable = (
  { signUpMode }: Pick<MakeAccountNeeds, "signUpMode">,
  kind: OpenedLink["kind"],
): HubError =>
  linkUnusable(
    kind,
    kind === "sign-up" || signUpMode !== "off"
      ? { label: "Ask for another link", href: signUpPath }
      : { label: "Go to sign in", href: loginPath },
  );

export const tooManyNames = ({ link }: OpenedLink, retryInSeconds: number): HubError =>
  new HubError(
    429,
    "too_many_attempts",
    "Please wait a little",
    [
      `Many usernames were sent with this link, or from your network. You can send another one in ${waitWords(retryInSeconds)}.`,
      "There is no account yet. If the link has expired then, ask for another one.",
    ],
    { "retry-after": String(retryInSeconds) },
    toSignIn(link),
  );

/** A link from before the operator closed the sign-up. */
export const signUpClosed = (): HubError =>
  new HubError(
    403,
    "sign_up_closed",
    "No new accounts here",
    [
      "Since this link was sent, the people who run the hub stopped taking new accounts. No account was created.",
      "Ask them to invite you.",
    ],
    {},
    { label: "Go to sign in", href: loginPath },
  );

/** Tells the owner of the address, who was not asked by a mailed link. */
function accountMade(
  { address, userAgent }: Call,
  { link, identity }: OpenedLink,
  personId: string,
): MailToQueue {
  const facts = { name: identity?.provider ?? "", address, userAgent };
  return { kind: "account-made", recipient: link.email, personId, facts };
}

const toSignIn = ({ facts }: VerificationToken) => ({
  label: "Go to sign in",
  href: loginAddress(repeatedFields(destinationParameters(facts))),
});

function accountTaken({ link, identity }: OpenedLink): HubError {
  return new HubError(
    409,
    "upstream_linked_elsewhere",
    "Connected to another account",
    [
      `That account of ${identity?.provider} signs in a user here already, so this account was not created. Nothing was changed.`,
      `Sign in with ${identity?.provider}, or open the link again and choose another way to sign in.`,
    ],
    {},
    toSignIn(link),
  );
}

/** The proof of the account at the provider has expired, or belongs to another browser. */
export function providerGone(link: VerificationToken): HubError {
  return new HubError(
    410,
    "sign_up_expired",
    "Start again",
    [
      "This sign-up was begun in another browser, or more than ten minutes ago. There is no account yet.",
      "Sign in with the other provider again.",
    ],
    {},
    toSignIn(link),
  );
}

export function emailTaken({ link, identity }: OpenedLink): HubError {
  return new HubError(
    409,
    "email_taken",
    "This address has an account already",
    [
      "An account was made for this email address in the meantime, so no second one was created.",
      identity === null
        ? "Sign in with it. If you did not choose its password, choose “Forgot your password?” there."
        : `Sign in to it in your present way, then connect ${identity.provider} on its Security page.`,
    ],
    {},
    toSignIn(link),
  );
}
