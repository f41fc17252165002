/** Finds out who calls the hub's own API, and whether what she proved herself with allows it. */
import { appPasswordScheme } from "../app-password/app-password-scheme.ts";
import { accessTokenScheme } from "../oidc/issuer/access-token-scheme.ts";
import type { ApiRefusal, ApiScheme, Proved } from "./api-scheme.ts";
import { type Call, json, type Written } from "./route.ts";

/** Every way there is, in the order in which the challenge lists them. */
const apiSchemes: readonly ApiScheme[] = [appPasswordScheme, accessTokenScheme];

export type ApiIdentified = Extract<Proved, { outcome: "proved" }> | { readonly answer: Written };

/** @param scope what the route asks for */
export async function identifyApiCaller(call: Call, scope: string): Promise<ApiIdentified> {
  const [, name = "", credentials = ""] =
    /^(\S+)(?: +(.*))?$/s.exec(call.header("authorization") ?? "") ?? [];
  const scheme = apiSchemes.find((one) => one.name.toLowerCase() === name.toLowerCase());
  if (scheme === undefined) return { answer: refuse(call, credentialsMissing) };
  const proved = await scheme.prove(call, credentials);
  if (proved.outcome === "refused") return { answer: refuse(call, proved.refusal, scheme) };
  if (!proved.credential.scopes.includes(scope)) {
    call.log.warn(
      { event: "api.scope-missing", person: proved.person.id, credential: proved.credential.id, scope },
      "call of the API refused",
    );
    return { answer: refuse(call, scopeMissing(scope), scheme) };
  }
  return proved;
}

const credentialsMissing: ApiRefusal = {
  status: 401,
  code: "credentials_missing",
  message:
    "Send your user name and an app password, or an access token. People make app passwords on their account page.",
};

function scopeMissing(scope: string): ApiRefusal {
  const message = `What you sent is right, but does not allow this. Use one that allows ${scope}.`;
  return { status: 403, code: "insufficient_scope", message, scope };
}

/**
 * Other credentials may help, unless there were too many: such answers say which kinds there are.
 *
 * @see RFC 9110, section 11.6.1
 */
function refuse(call: Call, refusal: ApiRefusal, scheme?: ApiScheme): Written {
  const { status, code, message, scope, retryInSeconds } = refusal;
  const challenges = apiSchemes.map((one) => one.challenge(one === scheme ? refusal : undefined));
  return json(
    status,
    { error: code, message, ...(scope !== undefined && { scope }), reference: call.requestId },
    {
      headers: {
        "x-request-id": call.requestId,
        ...(status !== 429 && { "www-authenticate": challenges.join(", ") }),
        ...(retryInSeconds !== undefined && { "retry-after": String(retryInSeconds) }),
      },
    },
  );
}
