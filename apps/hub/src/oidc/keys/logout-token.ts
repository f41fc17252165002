/** Logout tokens, which tell an OpenID Connect site that a session has ended. */
import { SignJWT } from "jose";
import type { Hub } from "../../hub.ts";
import type { RegisteredSite } from "../../site-registry/registered-site.ts";

const twoMinutes = 120;

/**
 * @param sid the name under which the site knows the session
 * @see OpenID Connect Back-Channel Logout 1.0, section 2.4
 */
export async function createLogoutToken(
  hub: Pick<Hub, "settings" | "issuer" | "siteClock">,
  site: RegisteredSite,
  sid: string,
): Promise<string> {
  const alg = site.oidc?.idTokenAlgorithm ?? "RS256";
  const key = hub.issuer.keys.find(({ algorithm, signs }) => algorithm === alg && signs);
  if (key === undefined) throw new Error(`there is no key for ${alg}`);
  const now = Math.floor(hub.siteClock().getTime() / 1000);
  return new SignJWT({ sid, events: { "http://schemas.openid.net/event/backchannel-logout": {} } })
    .setProtectedHeader({ alg, kid: key.kid, typ: "logout+jwt" })
    .setIssuer(`${hub.settings.hubUrl}/oidc`)
    .setAudience(site.id)
    .setIssuedAt(now)
    .setExpirationTime(now + twoMinutes)
    .setJti(crypto.randomUUID())
    .sign(key.jwk);
}
