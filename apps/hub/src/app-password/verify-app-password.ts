/** The format of app passwords, and their verification for the hub's API and for sites alike. */
import { randomInt } from "node:crypto";
import type { AppPasswordStore, FoundAppPassword } from "@gatehouse/database";
import { actorOf, type HubAuditEvent, type RecordAudit } from "../audit/record-audit.ts";
import type { AttemptSource, Throttle } from "../credential/throttle.ts";
import type { Call } from "../http/route.ts";

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const shape = /^gh_[A-Za-z0-9]{43}$/;

/**
 * Makes an app password: 256 random bits. Programs that look for lost secrets find it by `gh_` and its length; it has
 * only letters and digits, so that a double click selects all of it and no shell or form changes it.
 */
export function createAppPasswordSecret(): string {
  return `gh_${Array.from({ length: 43 }, () => alphabet.charAt(randomInt(alphabet.length))).join("")}`;
}

/**
 * Whether a text has the form of an app password. Other text is probably an account's password and is never looked up.
 */
export function isAppPasswordSecret(text: string): boolean {
  return shape.test(text);
}

export interface VerifyAppPasswordNeeds {
  readonly appPasswords: Pick<AppPasswordStore, "findForUse">;
  readonly throttle: Pick<Throttle, "count">;
  readonly recordAudit: RecordAudit;
}

export type AppPasswordResult =
  | ({ readonly outcome: "verified" } & FoundAppPassword)
  | {
      readonly outcome: "refused";
      readonly code: "app_password_required" | "credentials_wrong" | "deletion_due";
    }
  | { readonly outcome: "refused"; readonly code: "too_many_attempts"; readonly retryInSeconds: number };

/**
 * An unknown user, another user's app password, a revoked or expired one, and a disabled account take the same path:
 * one statement, one answer. Text that cannot be an app password is never compared with the account's password, so
 * nothing can be learnt about that here.
 */
export async function verifyAppPassword(
  needs: VerifyAppPasswordNeeds,
  call: Pick<Call, "log" | "userAgent">,
  tried: { readonly userId: string; readonly password: string },
  from: AttemptSource,
): Promise<AppPasswordResult> {
  const isPossible = isAppPasswordSecret(tried.password);
  const found = isPossible ? await needs.appPasswords.findForUse(tried.userId, tried.password) : null;
  // The right secret is no guess, so it counts in no throttle.
  if (found !== null && found.person.deletionDueAt !== null) {
    const of = { ...auditedSource(from, call), personId: found.person.id };
    await needs.recordAudit({ kind: "app-password-used", outcome: "deletion_due", ...of });
    return { outcome: "refused", code: "deletion_due" };
  }
  if (found !== null) {
    call.log.info(
      { event: "app-password.used", person: found.person.id, appPassword: found.appPassword.id, ...from },
      "app password used",
    );
    const { id, name, lastUsedAt } = found.appPassword;
    if (lastUsedAt === null)
      await needs.recordAudit({
        ...{ kind: "app-password-used", ...auditedSource(from, call), personId: found.person.id },
        facts: { appPassword: id, name },
      });
    return { outcome: "verified", ...found };
  }
  return refuseAttempt(needs, call, isPossible ? "credentials_wrong" : "app_password_required", from);
}

/** Counts and logs the attempt, without the sent username: it may be a password typed into the wrong field. */
export async function refuseAttempt(
  { throttle, recordAudit }: Pick<VerifyAppPasswordNeeds, "throttle" | "recordAudit">,
  call: Pick<Call, "log" | "userAgent">,
  code: "app_password_required" | "credentials_wrong",
  from: AttemptSource,
): Promise<Extract<AppPasswordResult, { outcome: "refused" }>> {
  const counted = await throttle.count("app-password", from);
  const refused = counted.allowed
    ? ({ code } as const)
    : ({ code: "too_many_attempts", retryInSeconds: counted.retryInSeconds } as const);
  await recordAudit({ kind: "app-password-used", outcome: refused.code, ...auditedSource(from, call) });
  call.log.warn({ event: "app-password.refused", code: refused.code, ...from }, "app password refused");
  return { outcome: "refused", ...refused };
}

/** A program at an address, or a site that passed the credentials on. */
function auditedSource(
  from: AttemptSource,
  { userAgent }: Pick<Call, "userAgent">,
): Pick<HubAuditEvent, "actor" | "siteId"> {
  return "site" in from
    ? { actor: { kind: "site", id: from.site }, siteId: from.site }
    : { actor: actorOf({ address: from.address, userAgent }) };
}
