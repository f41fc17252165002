/** A single-page app with oidc-client-ts, whose `UserManager` keeps the tokens in the session storage. */
import { UserManager } from "oidc-client-ts";
import { onButtons, readSettings, show } from "./page.js";

const { issuer, clientId, redirectUri, home, scope } = readSettings();
const manager = new UserManager({
  authority: issuer,
  client_id: clientId,
  redirect_uri: redirectUri,
  post_logout_redirect_uri: home,
  scope,
  automaticSilentRenew: false,
});

if (location.pathname === new URL(redirectUri).pathname) {
  const { profile } = await manager.signinCallback();
  history.replaceState(null, "", "/");
  show(`Signed in: ${profile.name}, ${profile.email}`);
}
let accessToken = (await manager.getUser())?.access_token;

onButtons({
  "Sign in": () => manager.signinRedirect(),
  async Userinfo() {
    const address = await manager.metadataService.getUserInfoEndpoint();
    const response = await fetch(address, { headers: { authorization: `Bearer ${accessToken}` } });
    if (!response.ok) throw new Error(`userinfo answered ${response.status}`);
    const { name, email } = await response.json();
    show(`Userinfo: ${name}, ${email}`);
  },
  async Refresh() {
    const before = accessToken;
    accessToken = (await manager.signinSilent())?.access_token;
    show(accessToken === before ? "The same token" : "Refreshed");
  },
  async Revoke() {
    await manager.revokeTokens(["access_token"]);
    show("Revoked");
  },
  "Sign out": () => manager.signoutRedirect(),
});
