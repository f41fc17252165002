/** Logs the issuer's refusals: reason, site and the reference that the page shows. */
import type Provider from "oidc-provider";
import type { KoaContextWithOIDC } from "oidc-provider";
import { databaseOutage } from "../../http/database-outage.ts";
import type { Log } from "../../log.ts";
import { AnsweredBefore } from "../store/refresh-replay.ts";
import { logOutageOf, requestIdOf } from "./outage.ts";

const events = [
  "server_error",
  "authorization.error",
  "grant.error",
  "introspection.error",
  "revocation.error",
  "userinfo.error",
  "pushed_authorization_request.error",
  "end_session.error",
  "end_session_confirm.error",
];

/** Normal answers to `prompt=none`. OpenID Connect Core 1.0, section 3.1.2.6 */
const silentAnswers = new Set(["login_required", "interaction_required", "consent_required"]);

export function logRefusals(provider: Provider, log: Log): void {
  for (const event of events)
    provider.on(event as "server_error", (ctx, error) => {
      if (error instanceof AnsweredBefore) return;
      const outage = event === "server_error" ? databaseOutage(error) : undefined;
      if (outage !== undefined) return logOutageOf(ctx.res, log, outage);
      // Each visitor whom a site does not know is asked about so; nothing was refused.
      if (ctx.oidc?.params?.prompt === "none" && silentAnswers.has(error.message)) return;
      const level = event === "server_error" ? "error" : "warn";
      log[level](
        {
          event: `oidc.${event}`,
          requestId: requestIdOf(ctx.res),
          site: ctx.oidc?.client?.clientId,
          err: event === "server_error" ? error : undefined,
          reason: reasonOf(error),
          address: error.message === "invalid_redirect_uri" ? addressOf(ctx) : undefined,
        },
        "refused",
      );
    });
}

/** Which address to register. Without its query, where sites put what is theirs. */
function addressOf({ oidc }: KoaContextWithOIDC): string {
  return String(oidc?.params?.redirect_uri ?? "")
    .replace(/[?#].*/s, "")
    .slice(0, 200);
}

function reasonOf(error: unknown): string {
  const {
    error: code,
    error_description: description,
    error_detail: detail,
  } = (error ?? {}) as Record<string, unknown>;
  return [code, description, detail]
    .filter((part) => typeof part === "string")
    .join(": ")
    .slice(0, 300);
}
