/** Calls of the bank's API; renews the access token when it has to be. */
import * as client from "openid-client";
import { BudgetError } from "./budget-error.ts";
import type { Settings } from "./env.ts";
import { findIssuer, toKeep } from "./issuer.ts";
import { forgetTokens, type KeptTokens, keepTokens, readTokens } from "./kept-tokens.ts";

/** A token that expires within this time is renewed before it is used. */
const soon = 10_000;

/** @param path such as `/transactions`, below the API's address */
export async function askBank(settings: Settings, path: string, init: RequestInit = {}): Promise<unknown> {
  const kept = await readTokens(settings.tokensFile);
  if (kept === null) throw new BudgetError("signed_out", "You are not signed in. Run sign-in first.");
  const fresh = kept.expiresAt - soon > Date.now() ? kept : await renew(settings, kept);
  const answer = await send(settings, path, init, fresh);
  if (answer.status !== 401) return read(answer);
  // Revoked, or its session has ended: the renewal shows which.
  return read(await send(settings, path, init, await renew(settings, fresh)));
}

async function send(
  { bankUrl }: Settings,
  path: string,
  init: RequestInit,
  { accessToken }: KeptTokens,
): Promise<Response> {
  const headers = { ...init.headers, authorization: `Bearer ${accessToken}` };
  try {
    return await fetch(`${bankUrl}/api${path}`, { ...init, headers, redirect: "error" });
  } catch (error) {
    throw new BudgetError("bank_silent", `${bankUrl} does not answer. Is it started?`, error);
  }
}

async function renew(settings: Settings, kept: KeptTokens): Promise<KeptTokens> {
  try {
    if (kept.refreshToken === null) throw new Error("no refresh token");
    const issuer = await findIssuer(settings);
    const renewed = toKeep(await client.refreshTokenGrant(issuer, kept.refreshToken), kept);
    await keepTokens(settings.tokensFile, renewed);
    return renewed;
  } catch (error) {
    if (error instanceof BudgetError) throw error;
    await forgetTokens(settings.tokensFile);
    throw new BudgetError(
      "access_ended",
      "Your access was revoked or has expired. Run sign-in to ask for it again.",
      error,
    );
  }
}

async function read(answer: Response): Promise<unknown> {
  const body = (await answer.json().catch(() => ({}))) as {
    readonly error?: string;
    readonly message?: string;
  };
  if (answer.ok) return body;
  throw new BudgetError(
    body.error ?? "bank_refused",
    `The bank refused (${answer.status}): ${body.message ?? "it did not say why."}`,
  );
}
