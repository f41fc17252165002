/** Uses the link of a sign-up or an invitation: makes the account with its first credential, in one transaction. */
import type { FirstCredential, Person, VerificationToken, VerificationTokenStore } from "@gatehouse/database";
import { actorOf, type HubAuditEvent } from "../audit/record-audit.ts";
import { HubError } from "../http/hub-error.ts";
import type { Call } from "../http/route.ts";
import type { NewAccountScreen } from "../screen/screen.ts";
import { loginAddress, loginPath, repeatedFields, signUpPath } from "../sign-in/login-address.ts";
import { destinationParameters } from "./destination.ts";
import { linkUnusable } from "./link.ts";

export interface MakeAccountNeeds {
  readonly verificationTokens: Pick<VerificationTokenStore, "acceptInvitation" | "signUp">;
}

/** The link that a page was opened with. */
export interface OpenedLink {
  readonly kind: NewAccountScreen["kind"];
  readonly token: string;
  readonly link: VerificationToken;
}

export interface NewAccount {
  /** Of the invited user; of a sign-up, a new one. */
  readonly id: string;
  readonly username: string;
  readonly name: string;
  readonly credential: FirstCredential;
}

export type Made =
  | { readonly outcome: "made"; readonly person: Person }
  | { readonly outcome: "username-taken" | "passkey-taken" };

/** @throws HubError if the link was used meanwhile, or its address got an account otherwise */
export async function makeAccount(
  { verificationTokens }: MakeAccountNeeds,
  call: Call,
  { kind, token, link }: OpenedLink,
  { id, username, name, credential }: NewAccount,
): Promise<Made> {
  const events = eventsOf(call, kind, id, credential);
  const result =
    kind === "invitation"
      ? await verificationTokens.acceptInvitation(token, { name, ...credential }, events)
      : await verificationTokens.signUp(token, { id, username, name, ...credential }, events);
  if (result === null) throw accountLinkUnusable(kind);
  switch (result.outcome) {
    case "email-taken":
      throw emailTaken(link);
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

function eventsOf(
  call: Call,
  kind: OpenedLink["kind"],
  id: string,
  credential: FirstCredential,
): HubAuditEvent[] {
  const about = { actor: actorOf(call, id), personId: id };
  if ("password" in credential) return [{ kind, ...about, facts: { credential: "password" } }];
  const { name } = credential.passkey;
  return [
    { kind, ...about, facts: { credential: "passkey" } },
    { kind: "passkey-added", ...about, facts: { name } },
  ];
}

export const accountLinkUnusable = (kind: OpenedLink["kind"]): HubError =>
  linkUnusable(
    kind,
    kind === "sign-up"
      ? { label: "Ask for another link", href: signUpPath }
      : { label: "Go to sign in", href: loginPath },
  );

export function emailTaken({ facts }: VerificationToken): HubError {
  return new HubError(
    409,
    "email_taken",
    "This address has an account already",
    [
      "An account was made for this e-mail address after the link was sent. There is no second one.",
      "Sign in with it. If you did not choose its password, choose “Forgot your password?” there.",
    ],
    {},
    { label: "Go to sign in", href: loginAddress(repeatedFields(destinationParameters(facts))) },
  );
}
