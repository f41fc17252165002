import { GatehouseAuthError } from "../log/gatehouse-auth-error.ts";
import type { Settings } from "../settings/settings.ts";
import { ApiRefusal, refusedAppPassword } from "./api-refusal.ts";
import { askHub, type HubReply } from "./ask-hub.ts";
import type { Caller } from "./judge-token.ts";

/** Strict, because no username is invalid UTF-8. */
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
/** Other text is probably the password of an account, which is not sent to the hub. */
const shape = /^gh_[A-Za-z0-9]{43}$/;

/**
 * Verifies an app password at the hub, for each call, so that a revoked one is refused in the next call.
 *
 * @param token68 the credentials after `Basic`
 * @throws {ApiRefusal}
 * @throws {GatehouseAuthError} when the hub cannot be asked
 * @see RFC 7617
 */
export async function verifyAppPassword(
  settings: Settings,
  request: Request,
  token68: string,
): Promise<Caller> {
  refuseOtherSites(request);
  const { user, password } = readUserAndPassword(token68);
  if (!shape.test(password))
    throw refusedAppPassword(
      401,
      "app_password_required",
      "Use an app password here, never the password of the account. Users make app passwords on their account page at the hub.",
    );
  const { siteId, siteSecret } = settings;
  const reply = await askHub(`${settings.hubUrl}/api/v1/app-passwords/verify`, {
    authorization: `Basic ${Buffer.from(`${siteId}:${siteSecret}`).toString("base64")}`,
    "content-type": "application/json",
    body: JSON.stringify({ user, password }),
  });
  if (reply.status === 429) throw tooMany(reply);
  return parseAnswer(reply, siteId);
}

function parseAnswer({ status, json }: HubReply, siteId: string): Caller {
  if (status === 401) throw new GatehouseAuthError("site_rejected");
  const { active, sub, scopes } = json;
  if (status === 200 && active === false) throw wrong();
  if (status !== 200 || active !== true || typeof sub !== "string" || !Array.isArray(scopes))
    throw new GatehouseAuthError("hub_answer");
  // The hub's lists hold scopes of many sites, each under its site's name.
  const own = scopes.map(String).filter((scope) => scope.startsWith(`${siteId}:`));
  const names = own.map((scope) => scope.slice(siteId.length + 1));
  return { personId: sub, siteId: null, scopes: new Set(names) };
}

/** Browsers send credentials typed into their own dialog with every later request, also for pages of other sites. */
function refuseOtherSites(request: Request): void {
  if (["same-origin", "none"].includes(request.headers.get("sec-fetch-site") ?? "none")) return;
  const message = "This was sent by a page of another site. Call from a program, not from a page.";
  throw new ApiRefusal(403, "cross_site_request", message);
}

/** @see RFC 7617, sections 2 and 2.1 */
function readUserAndPassword(token68: string) {
  const text = /^[A-Za-z0-9+/]+={0,2}$/.test(token68) ? decode(token68) : "";
  const colon = text.indexOf(":");
  // The hub takes no longer ones.
  if (colon === -1 || text.length > 1_000 || /\p{Cc}/u.test(text)) throw wrong();
  return { user: text.slice(0, colon), password: text.slice(colon + 1) };
}

function decode(base64: string): string {
  try {
    return utf8.decode(Buffer.from(base64, "base64")).normalize("NFC");
  } catch {
    return "";
  }
}

function wrong(): ApiRefusal {
  const message =
    "Username and app password do not belong together, or the app password is revoked, has expired or is not for this site.";
  return refusedAppPassword(401, "credentials_wrong", message);
}

/** The hub counts wrong passwords only; right ones are still accepted. */
function tooMany({ retryAfter }: HubReply): ApiRefusal {
  const message = "There were too many wrong app passwords. Wait, then try again.";
  const headers = { "retry-after": retryAfter ?? "60" };
  return new ApiRefusal(429, "too_many_attempts", message, { headers });
}
