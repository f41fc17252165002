/** Logout tokens: they notify an OpenID Connect site that a session has ended. */
import { SignJWT } from "jose";
import type { RegisteredSite } from "../../site-registry/registered-site.ts";
import type { OpenedKey } from "./signing-keys.ts";

const twoMinutes = 120;

export interface LogoutTokenNeeds {
  readonly issuer: string;
  /** Published keys; the first of each algorithm signs. */
  readonly keys: readonly OpenedKey[];
  /** Real time, because sites check the token by their own clocks. */
  readonly siteClock: () => Date;
}

/**
 * @param sid the name under which the site knows the session
 * @see OpenID Connect Back-Channel Logout 1.0, section 2.4
 */
export async function createLogoutToken(
  needs: LogoutTokenNeeds,
  site: RegisteredSite,
  sid: string,
): Promise<string> {
  const alg = site.oidc?.idTokenAlgorithm ?? "RS256";
  const key = needs.keys.find(({ algorithm, signs }) => algorithm === alg && signs);
  if (key === undefined) throw new Error(`there is no key for ${alg}`);
  const now = Math.floor(needs.siteClock().getTime() / 1000);
  return new SignJWT({ sid, events: { "http://schemas.openid.net/event/backchannel-logout": {} } })
    .setProtectedHeader({ alg, kid: key.kid, typ: "logout+jwt" })
    .setIssuer(needs.issuer)
    .setAudience(site.id)
    .setIssuedAt(now)
    .setExpirationTime(now + twoMinutes)
    .setJti(crypto.randomUUID())
    .sign(key.jwk);
}
