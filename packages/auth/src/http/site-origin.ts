import { GatehouseAuthError } from "../log/gatehouse-auth-error.ts";
import type { SiteLog } from "../log/site-log.ts";
import type { Settings } from "../settings/settings.ts";
import { originInBrowser } from "./request-headers.ts";

interface Parts {
  readonly settings: Pick<Settings, "siteUrl">;
  readonly log: SiteLog;
}

/**
 * Logs, once, that the browser uses another address of the site than SITE_URL. This changes no behaviour.
 */
export function noteOtherOrigin({ settings, log }: Parts, headers: Headers): void {
  const said = originInBrowser(headers);
  if (said === null || said === settings.siteUrl) return;
  log.writeOnce(new GatehouseAuthError("site_url_other_name", whereItIs(said, settings.siteUrl)), {
    level: "warn",
  });
}

/**
 * A sentence for the log when something failed and the addresses differ; else nothing.
 *
 * Next.js sets `X-Forwarded-Proto` and `X-Forwarded-Host` from the connection when no proxy sent them, so they help to
 * explain a failure, but are no reason for a warning on their own.
 */
export function originsApart({ settings: { siteUrl } }: Pick<Parts, "settings">, headers: Headers): string {
  const said = originInBrowser(headers);
  if (said !== null) return said === siteUrl ? "" : whereItIs(said, siteUrl);
  const asked = forwardedOrigin(headers);
  if (asked === null || asked === siteUrl) return "";
  return `The request was for ${asked}, and SITE_URL is ${siteUrl}: unless a proxy in front changed the address, browsers use another one than SITE_URL.`;
}

function whereItIs(said: string, siteUrl: string): string {
  return `The browser is at ${said}, and SITE_URL is ${siteUrl}.`;
}

function forwardedOrigin(headers: Headers): string | null {
  const first = (name: string) => headers.get(name)?.split(",")[0]?.trim();
  const [proto, host] = [first("x-forwarded-proto"), first("x-forwarded-host")];
  const url = proto && host ? URL.parse(`${proto}://${host}`) : null;
  return url && /^https?:$/.test(url.protocol) ? url.origin : null;
}
