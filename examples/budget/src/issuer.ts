/** Signing in at the hub, as a program that can keep no secret. */
import * as client from "openid-client";
import { BudgetError } from "./budget-error.ts";
import type { Settings } from "./env.ts";
import type { KeptTokens } from "./kept-tokens.ts";

/** What is asked for; a person may decline either of the bank's. Never `transfers.write`. */
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

/** What goes into every request for access, by browser and by device alike. */
export function wanted({ bankUrl }: Settings): Record<string, string> {
  // Access that goes on while she is away has to be asked for each time: OpenID Connect Core 1.0, section 11.
  return { scope, prompt: "consent", resource: `${bankUrl}/api` };
}

export function toKeep(answer: client.TokenEndpointResponse, before?: KeptTokens): KeptTokens {
  return {
    accessToken: answer.access_token,
    refreshToken: answer.refresh_token ?? before?.refreshToken ?? null,
    expiresAt: Date.now() + (answer.expires_in ?? 0) * 1000,
  };
}
