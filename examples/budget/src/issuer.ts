/** Sign-in at the hub as a public client. */
import * as client from "openid-client";
import { BudgetError } from "./budget-error.ts";
import type { Settings } from "./env.ts";
import type { KeptTokens } from "./kept-tokens.ts";

/** Requested scopes. Users may decline each of the bank's. Without `transfers.write`. */
const scope = "openid offline_access accounts.read transactions.read";

export async function findIssuer({ hubUrl }: Settings): Promise<client.Configuration> {
  const execute = hubUrl.startsWith("http:") ? [client.allowInsecureRequests] : [];
  try {
    return await client.discovery(new URL(`${hubUrl}/oidc`), "budget", undefined, client.None(), { execute });
  } catch (error) {
    throw new BudgetError(
      "hub_silent",
      `${hubUrl} does not answer as a Gatehouse hub. Is it started?`,
      error,
    );
  }
}

/** Parameters of every authorization request, by browser and by device. */
export function wanted({ bankUrl }: Settings): Record<string, string> {
  // Offline access requires consent each time: OpenID Connect Core 1.0, section 11.
  return { scope, prompt: "consent", resource: `${bankUrl}/api` };
}

export function toKeep(answer: client.TokenEndpointResponse, before?: KeptTokens): KeptTokens {
  return {
    accessToken: answer.access_token,
    refreshToken: answer.refresh_token ?? before?.refreshToken ?? null,
    expiresAt: Date.now() + (answer.expires_in ?? 0) * 1000,
  };
}
