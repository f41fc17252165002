import type { Runtime } from "../settings/gatehouse-options.ts";
import { readSettings } from "../settings/settings.ts";
import type { ApiOptions } from "./api-options.ts";
import { verifyAppPassword } from "./app-password.ts";
import { Introspection } from "./introspection.ts";
import { type Caller, judgeToken } from "./judge-token.ts";
import { hubKeys, looksLikeJwt, verifyJwt } from "./jwt-access-token.ts";
import { type Credentials, readCredentials } from "./read-credentials.ts";

/** The caller, and the scheme of its credentials. */
export interface Identified {
  readonly caller: Caller;
  readonly scheme: Credentials["scheme"];
}

/**
 * Makes the function that identifies callers. It reads the settings at the first request with credentials; a wrong
 * environment is read again at the next.
 */
export function identifyCaller(
  options: ApiOptions<string>,
  { environment, now }: Pick<Runtime, "environment" | "now">,
) {
  const open = () => {
    const settings = readSettings(options.site, environment);
    const cacheMs = Math.min(Math.max(options.cacheSeconds ?? 0, 0), 5) * 1000;
    const introspection = new Introspection({ settings, cacheMs, now });
    const expected = { issuer: `${settings.hubUrl}/oidc`, resource: settings.siteUrl + options.path };
    return { settings, introspection, keys: hubKeys(settings.hubUrl), expected };
  };
  let opened: ReturnType<typeof open> | undefined;
  return async (request: Request): Promise<Identified> => {
    const { scheme, text } = await readCredentials(request, options.appPasswords === true);
    opened ??= open();
    const { settings, introspection, keys, expected } = opened;
    if (scheme === "Basic") return { scheme, caller: await verifyAppPassword(settings, request, text) };
    const facts = looksLikeJwt(text)
      ? await verifyJwt(text, keys, { ...expected, now: now() })
      : await introspection.facts(text);
    return { scheme, caller: judgeToken(facts, expected) };
  };
}
