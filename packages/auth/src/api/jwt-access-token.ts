import { createRemoteJWKSet, customFetch, errors, type JWTVerifyGetKey, jwtVerify } from "jose";
import { readText } from "../http/hub-answer.ts";
import { GatehouseAuthError } from "../log/gatehouse-auth-error.ts";
import type { Expected } from "./judge-token.ts";
import { type TokenFacts, tokenFacts } from "./judge-token.ts";

/** Time limit for the hub's keys. */
const timeoutMs = 3_000;
const algorithms = ["ES256", "RS256"];

/** Whether a token has three parts; opaque tokens have no dot. */
export function looksLikeJwt(token: string): boolean {
  return token.split(".").length === 3;
}

/** The hub's published keys. `jku`, `jwk` and `x5u` in a token are ignored. */
export function hubKeys(hubUrl: string): JWTVerifyGetKey {
  return createRemoteJWKSet(new URL(`${hubUrl}/oidc/jwks`), {
    timeoutDuration: timeoutMs,
    [customFetch]: fetchKeys,
  });
}

async function fetchKeys(url: string, options: RequestInit): Promise<Response> {
  const reply = await fetch(url, { ...options, cache: "no-store" }).catch((cause: unknown) => {
    throw new GatehouseAuthError("hub_unreachable", "", { cause });
  });
  if (reply.status === 200) return new Response(await readText(reply));
  await reply.body?.cancel();
  throw new GatehouseAuthError(
    reply.status === 429 || reply.status >= 500 ? "hub_unreachable" : "hub_answer",
  );
}

/**
 * @returns `null` for an invalid token, or one for another API
 * @throws {GatehouseAuthError} when the hub's keys cannot be fetched
 * @see RFC 9068, section 4; RFC 8725, sections 3.1 and 3.11 (algorithms, types)
 */
export async function verifyJwt(
  token: string,
  keys: JWTVerifyGetKey,
  { issuer, resource, now }: Expected & { readonly now: number },
): Promise<TokenFacts | null> {
  try {
    const { payload } = await jwtVerify(token, keys, {
      algorithms,
      typ: "at+jwt",
      issuer,
      audience: resource,
      requiredClaims: ["iss", "aud", "exp", "iat", "sub", "client_id", "jti"],
      currentDate: new Date(now),
    });
    return tokenFacts(payload, true);
  } catch (error) {
    if (!(error instanceof errors.JOSEError)) throw error;
    if (isOfTheKeySet(error)) throw new GatehouseAuthError("hub_answer", "", { cause: error });
    return null;
  }
}

/** Whether the hub's answer held no usable keys. */
function isOfTheKeySet({ code }: errors.JOSEError): boolean {
  return code === "ERR_JOSE_GENERIC" || code === "ERR_JWKS_INVALID";
}
