/** `Basic` at the hub's API: username and app password. */
import type { ApiRefusal, ApiScheme } from "../http/api-scheme.ts";
import { readBasicCredentials } from "../http/basic-credentials.ts";
import type { Call } from "../http/route.ts";
import {
  type AppPasswordResult,
  refuseAttempt,
  type VerifyAppPasswordNeeds,
  verifyAppPassword,
} from "./verify-app-password.ts";

/** @see RFC 7617 */
export const appPasswordScheme = (needs: VerifyAppPasswordNeeds): ApiScheme => ({
  name: "Basic",
  // The scheme has no parameter for an error; the body describes it.
  challenge: () => 'Basic realm="gatehouse", charset="UTF-8"',
  async prove(call, token68) {
    if (isOtherSites(call)) return { outcome: "refused", refusal: crossSiteRequest };
    const credentials = readBasicCredentials(token68);
    const from = { address: call.address };
    const result =
      credentials === undefined
        ? await refuseAttempt(needs, call, "credentials_wrong", from)
        : await verifyAppPassword(needs, call, credentials, from);
    if (result.outcome === "refused") return { outcome: "refused", refusal: refusalOf(result) };
    const { person, appPassword } = result;
    const { id, name, scopes, expiresAt } = appPassword;
    return {
      outcome: "proved",
      person,
      credential: { kind: "app-password", id, name, scopes, expiresAt },
    };
  },
});

/** A browser repeats credentials typed into its own dialog in every later request, requests from other sites included. */
function isOtherSites(call: Call): boolean {
  return !["same-origin", "none"].includes(call.header("sec-fetch-site") ?? "none");
}

const crossSiteRequest: ApiRefusal = {
  status: 403,
  code: "cross_site_request",
  message: "A page of another site sent this request. Call the API from a program, not from a page.",
};

function refusalOf(result: Extract<AppPasswordResult, { outcome: "refused" }>): ApiRefusal {
  switch (result.code) {
    case "app_password_required":
      return {
        status: 401,
        code: result.code,
        message:
          "Use an app password here, never the password of the account. Users make app passwords on their account page.",
      };
    case "credentials_wrong":
      return {
        status: 401,
        code: result.code,
        message: "The app password is wrong, revoked or expired, or belongs to another username.",
      };
    case "deletion_due":
      return {
        status: 403,
        code: result.code,
        message:
          "The user asked for the deletion of this account. Sign in with a browser and keep the account first.",
      };
    case "too_many_attempts":
      return {
        status: 429,
        code: result.code,
        message: `Too many wrong app passwords came from this address. Wait ${result.retryInSeconds} seconds, then try again.`,
        retryInSeconds: result.retryInSeconds,
      };
  }
}
