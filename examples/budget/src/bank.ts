/** The bank's API, with an access token that is renewed when it has to be. */
import * as client from "openid-client";
import { BudgetError } from "./budget-error.ts";
import type { Settings } from "./env.ts";
import { findIssuer, toKeep } from "./issuer.ts";
import { forgetTokens, type KeptTokens, keepTokens, readTokens } from "./kept-tokens.ts";

/** One that ends this soon is renewed before it is used. */
const soon = 10_000;

/** @param path such as `/transactions`, below the API's address */
export async function askBank(settings: Settings, path: string, init: RequestInit = {}): Promise<unknown> {
  const kept = await readTokens(settings.tokensFile);
  if (kept === null) throw new BudgetError("signed_out", "You are not signed in. Run sign-in first.");
  const fresh = kept.expiresAt - soon > Date.now() ? kept : await renew(settings, kept);
  const answer = await send(settings, path, init, fresh);
  if (answer.status !== 401) return read(answer);
  // Taken back, or its session is over: the hub says which when it is asked for another one.
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
      "Your access was taken back, or it has run out. Run sign-in to ask for it again.",
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
