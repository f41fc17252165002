import type { RequestParameters } from "@gatehouse/cas/server";
import type { CentralSession, EndReason, FoundSession } from "@gatehouse/database";
import type { LoginScreen } from "../screen/screen.ts";

const shownReasons = [
  "idle",
  "absolute",
  "ended-elsewhere",
  "signed-out",
  "disabled",
  "password-changed",
  "ended-by-operator",
] as const;

/**
 * The reason that the form shows for asking for the password. In order: the end of the browser's last session as the hub
 * knows it, the reason that the site passes on, and `renew`.
 */
export function reasonForForm(
  found: FoundSession,
  parameters: RequestParameters,
  renew: boolean,
): {
  readonly reason: LoginScreen["reason"] | undefined;
  readonly username: string;
  /** The living session, for which the user has to enter the password again. */
  readonly session: CentralSession | null;
} {
  if (found.state === "alive")
    return {
      reason: renew ? reasonToRenew(parameters) : undefined,
      username: found.session.person.username,
      session: found.session,
    };
  const username = found.state === "ended" && staysAtTheBrowser(found.reason) ? found.username : "";
  const candidates = [found.state === "ended" ? found.reason : undefined, parameters.get("reason")];
  const known = candidates.flatMap((candidate) => shownReasons.filter((reason) => reason === candidate));
  return { reason: known[0] ?? (renew ? "renew" : undefined), username, session: null };
}

function reasonToRenew(parameters: RequestParameters): "fresh-sign-in" | "renew" {
  return parameters.get("reason") === "fresh-sign-in" ? "fresh-sign-in" : "renew";
}

/**
 * Whether the form may name the user who was signed in. After an expired session the same user is probably still there;
 * after any other end, such as a remote sign-out of a shared computer, the browser may have another user.
 */
function staysAtTheBrowser(reason: EndReason): boolean {
  return reason === "idle" || reason === "absolute";
}
