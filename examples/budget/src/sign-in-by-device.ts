/** The device flow, for a terminal without a browser of its own (RFC 8628). */
import * as client from "openid-client";
import { renderUnicodeCompact } from "uqr";
import { BudgetError } from "./budget-error.ts";
import type { Settings } from "./env.ts";
import { findIssuer, toKeep, wanted } from "./issuer.ts";
import type { KeptTokens } from "./kept-tokens.ts";

/** @param say shows a line to the user */
export async function signInByDevice(settings: Settings, say: (line: string) => void): Promise<KeptTokens> {
  const issuer = await findIssuer(settings);
  const { prompt: _, ...asked } = wanted(settings);
  const begun = await client.initiateDeviceAuthorization(issuer, asked);
  say(`On any device, open\n\n  ${begun.verification_uri}\n\nand enter the code\n\n  ${begun.user_code}\n`);
  // The page behind the picture shows the code, and the user compares it with this one. @see RFC 8628, section 5.4
  const { verification_uri_complete: withCode } = begun;
  if (withCode !== undefined)
    say(`Or scan this, and compare the code:\n\n${renderUnicodeCompact(withCode)}\n`);
  try {
    return toKeep(await client.pollDeviceAuthorizationGrant(issuer, begun));
  } catch (error) {
    if (!(error instanceof client.ResponseBodyError)) throw error;
    const expired = error.error === "expired_token";
    const message = expired
      ? "Nobody entered the code in time. Start again."
      : "The hub gave no access. Nothing was kept.";
    throw new BudgetError(error.error, message, error);
  }
}
