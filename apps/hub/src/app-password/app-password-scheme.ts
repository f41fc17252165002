/** `Basic` at the hub's API: user name and app password. */
import type { ApiRefusal, ApiScheme } from "../http/api-scheme.ts";
import { readBasicCredentials } from "../http/basic-credentials.ts";
import type { Call } from "../http/route.ts";
import { type AppPasswordResult, refuseTry, verifyAppPassword } from "./verify-app-password.ts";

/** @see RFC 7617 */
export const appPasswordScheme: ApiScheme = {
  name: "Basic",
  // The scheme has no words for what was wrong: the body says it.
  challenge: () => 'Basic realm="gatehouse", charset="UTF-8"',
  async prove(call, token68) {
    if (isOtherSites(call)) return { outcome: "refused", refusal: crossSiteRequest };
    const credentials = readBasicCredentials(token68);
    const from = { address: call.address };
    const result =
      credentials === undefined
        ? await refuseTry(call, "credentials_wrong", from)
        : await verifyAppPassword(call, credentials, from);
    if (result.outcome === "refused") return { outcome: "refused", refusal: refusalOf(result) };
    const { person, appPassword } = result;
    const { id, name, scopes, expiresAt } = appPassword;
    return {
      outcome: "proved",
      person,
      credential: { kind: "app-password", id, name, scopes, expiresAt },
    };
  },
};

/** What was typed into a browser's own window is sent along by that browser from then on, whoever makes it call. */
function isOtherSites(call: Call): boolean {
  return !["same-origin", "none"].includes(call.header("sec-fetch-site") ?? "none");
}

const crossSiteRequest: ApiRefusal = {
  status: 403,
  code: "cross_site_request",
  message: "This was sent by a page of another site. Call from a program, not from a page.",
};

function refusalOf(result: Extract<AppPasswordResult, { outcome: "refused" }>): ApiRefusal {
  switch (result.code) {
    case "app_password_required":
      return {
        status: 401,
        code: result.code,
        message:
          "Use an app password here, never the password of the account. People make app passwords on their account page.",
      };
    case "credentials_wrong":
      return {
        status: 401,
        code: result.code,
        message:
          "User name and app password do not belong together, or the app password is revoked or expired.",
      };
    case "too_many_attempts":
      return {
        status: 429,
        code: result.code,
        message: `There were too many wrong ones. Wait ${result.retryInSeconds} seconds, then try again.`,
        retryInSeconds: result.retryInSeconds,
      };
  }
}
