/**
 * Single-use links: addresses, lifetimes, and the refusal of a link that cannot be used. Opening a link changes nothing,
 * because mail scanners and previews open links too; the form on its page uses it.
 */
import type { LinkPurpose, VerificationTokenStore } from "@gatehouse/database";
import { HubError, type RefusalLink } from "../http/hub-error.ts";
import { randomToken } from "../settings/secret-keys.ts";

interface LinkKind {
  readonly path: string;
  readonly lifeSeconds: number;
}

/** A reset lets in whoever reads the mail, so its link is short-lived; the others wait for people who are away. */
export const linkKinds = {
  "sign-up": { path: "/sign-up/account", lifeSeconds: 86_400 },
  invitation: { path: "/invitation", lifeSeconds: 7 * 86_400 },
  "password-reset": { path: "/reset-password", lifeSeconds: 600 },
  "email-change": { path: "/email-change", lifeSeconds: 86_400 },
} as const satisfies Record<LinkPurpose, LinkKind>;

export interface MakeLinkNeeds {
  readonly hubUrl: string;
  readonly verificationTokens: Pick<VerificationTokenStore, "create">;
}

export interface LinkToMake {
  readonly purpose: LinkPurpose;
  readonly email: string;
  readonly personId: string | null;
  /** The link goes to the address and nowhere else, so using it proves the address. */
  readonly mailed: boolean;
  /** The queued mail: the link is void if the user's links were voided since it was queued. */
  readonly mailId?: string;
  readonly destination?: Readonly<Record<string, string>>;
}

/** Stores a link. @returns its address, which is the only place with its secret */
export async function makeLink(needs: MakeLinkNeeds, link: LinkToMake): Promise<string> {
  return `${needs.hubUrl}${await makeLinkPath(needs, link)}`;
}

/** Stores a link. @returns its path and query */
export async function makeLinkPath(
  { verificationTokens }: Pick<MakeLinkNeeds, "verificationTokens">,
  link: LinkToMake,
): Promise<string> {
  const { purpose, email, personId, mailed, mailId, destination = {} } = link;
  const { path, lifeSeconds } = linkKinds[purpose];
  const token = `LINK-${randomToken()}`;
  const facts = { mailed, destination };
  await verificationTokens.create({ token, mailId, purpose, email, personId, facts, lifeSeconds });
  return linkPath(path, token);
}

export function linkPath(path: string, token: string): string {
  return `${path}?${new URLSearchParams({ link: token })}`;
}

/** @param next the way to another link, or onward */
export function linkUnusable(purpose: LinkPurpose, next: RefusalLink): HubError {
  const sentences: Readonly<Record<LinkPurpose, readonly string[]>> = {
    "sign-up": [
      "It was used already, or it is more than a day old. Nothing was changed.",
      "If your account exists already, sign in. Otherwise ask for another link.",
    ],
    invitation: [
      "It was used already, it was withdrawn, or it is more than seven days old. Nothing was changed.",
      "If you set up your account already, sign in. Otherwise ask for another link.",
    ],
    "password-reset": [
      "It was used already, it was withdrawn, or it is more than ten minutes old. This time, nothing was changed.",
      "If it was you who used it, sign in with your new password. Otherwise ask for another link.",
    ],
    "email-change": [
      "It was used already, it was withdrawn, or it is more than a day old. This time, nothing was changed.",
      "Look at your account page. If it still shows the old address, enter the new one there again.",
    ],
  };
  return new HubError(410, "link_unusable", "This link does not work any more", sentences[purpose], {}, next);
}
