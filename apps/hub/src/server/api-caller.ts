/** Identifies callers of the hub's own API, and checks that their credential allows the call. */
import type { ApiAuthentication, ApiRefusal, ApiScheme } from "../http/api-scheme.ts";
import { type Call, json, type RawAnswer } from "../http/route.ts";

export type ApiIdentified =
  | Extract<ApiAuthentication, { outcome: "proved" }>
  | { readonly answer: RawAnswer };

/**
 * @param schemes in the order of the challenges
 * @param scope required by the route
 */
export async function identifyApiCaller(
  schemes: readonly ApiScheme[],
  call: Call,
  scope: string,
): Promise<ApiIdentified> {
  const [, name = "", credentials = ""] =
    /^(\S+)(?: +(.*))?$/s.exec(call.header("authorization") ?? "") ?? [];
  const scheme = schemes.find((one) => one.name.toLowerCase() === name.toLowerCase());
  if (scheme === undefined) return { answer: refuse(schemes, call, credentialsMissing) };
  const proved = await scheme.prove(call, credentials);
  if (proved.outcome === "refused") return { answer: refuse(schemes, call, proved.refusal, scheme) };
  if (!proved.credential.scopes.includes(scope)) {
    call.log.warn(
      { event: "scope.refused", person: proved.person.id, credential: proved.credential.id, scope },
      "API call refused",
    );
    return { answer: refuse(schemes, call, scopeMissing(scope), scheme) };
  }
  return proved;
}

const credentialsMissing: ApiRefusal = {
  status: 401,
  code: "credentials_missing",
  message:
    "Send your username and an app password, or an access token. Users make app passwords on their account page.",
};

function scopeMissing(scope: string): ApiRefusal {
  const message = `The credential is valid, but does not allow this call. Use one that allows ${scope}.`;
  return { status: 403, code: "insufficient_scope", message, scope };
}

/**
 * Lists the accepted schemes, except after too many wrong attempts: then no other credential would be accepted either.
 *
 * @see RFC 9110, section 11.6.1
 */
function refuse(
  schemes: readonly ApiScheme[],
  call: Call,
  refusal: ApiRefusal,
  scheme?: ApiScheme,
): RawAnswer {
  const { status, code, message, scope, retryInSeconds } = refusal;
  const challenges = schemes.map((one) => one.challenge(one === scheme ? refusal : undefined));
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
