/** Verifies an app password, for the hub's API and for sites alike. */
import type { FoundAppPassword } from "@gatehouse/database";
import type { TriedFrom } from "../credential/wrong-tries.ts";
import type { Call } from "../http/route.ts";
import { isAppPasswordSecret } from "./app-password-secret.ts";

export type AppPasswordResult =
  | ({ readonly outcome: "verified" } & FoundAppPassword)
  | { readonly outcome: "refused"; readonly code: "app_password_required" | "credentials_wrong" }
  | { readonly outcome: "refused"; readonly code: "too_many_attempts"; readonly retryInSeconds: number };

/**
 * An unknown user, somebody else's app password, one that is revoked or expired and a disabled account take the same
 * way: one statement, one answer. What cannot be an app password is never held against the account's password, so that
 * nothing can be learnt about that here.
 */
export async function verifyAppPassword(
  call: Call,
  tried: { readonly userId: string; readonly password: string },
  from: TriedFrom,
): Promise<AppPasswordResult> {
  const isPossible = isAppPasswordSecret(tried.password);
  const found = isPossible
    ? await call.hub.database.appPasswords.findForUse(tried.userId, tried.password)
    : null;
  if (found !== null) {
    call.log.info(
      { event: "app-password.used", person: found.person.id, appPassword: found.appPassword.id, ...from },
      "app password used",
    );
    return { outcome: "verified", ...found };
  }
  return refuseTry(call, isPossible ? "credentials_wrong" : "app_password_required", from);
}

/** Counts it, and says so in the log without what was sent: a name can be a password typed into the wrong field. */
export async function refuseTry(
  call: Call,
  code: "app_password_required" | "credentials_wrong",
  from: TriedFrom,
): Promise<Extract<AppPasswordResult, { outcome: "refused" }>> {
  const retryInSeconds = await call.hub.wrongTries.count(from);
  const refused =
    retryInSeconds > 0 ? ({ code: "too_many_attempts", retryInSeconds } as const) : ({ code } as const);
  call.log.warn({ event: "app-password.refused", code: refused.code, ...from }, "app password refused");
  return { outcome: "refused", ...refused };
}
