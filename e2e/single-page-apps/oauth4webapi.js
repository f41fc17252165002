/** A single-page app with oauth4webapi. Its tokens are in the memory of the page. */
import * as oauth from "oauth4webapi";
import { onButtons, readSettings, show } from "./page.js";

const { issuer, clientId, redirectUri, home, scope } = readSettings();
const client = { client_id: clientId };
const authentication = oauth.None();
const server = await oauth
  .discoveryRequest(new URL(issuer))
  .then((response) => oauth.processDiscoveryResponse(new URL(issuer), response));
let tokens;

if (location.pathname === new URL(redirectUri).pathname) {
  const { state, nonce, verifier } = JSON.parse(sessionStorage.getItem("flow") ?? "{}");
  const answer = oauth.validateAuthResponse(server, client, new URL(location.href), state);
  history.replaceState(null, "", "/");
  tokens = await oauth.processAuthorizationCodeResponse(
    server,
    client,
    await oauth.authorizationCodeGrantRequest(server, client, authentication, answer, redirectUri, verifier),
    { expectedNonce: nonce, requireIdToken: true },
  );
  const { name, email } = oauth.getValidatedIdTokenClaims(tokens);
  show(`Signed in: ${name}, ${email}`);
}

onButtons({
  async "Sign in"() {
    const [state, nonce, verifier] = [
      oauth.generateRandomState(),
      oauth.generateRandomNonce(),
      oauth.generateRandomCodeVerifier(),
    ];
    sessionStorage.setItem("flow", JSON.stringify({ state, nonce, verifier }));
    const query = new URLSearchParams({
      client_id: clientId,
      redirect_uri: redirectUri,
      response_type: "code",
      scope,
      state,
      nonce,
      code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
      code_challenge_method: "S256",
    });
    location.assign(`${server.authorization_endpoint}?${query}`);
  },
  async Userinfo() {
    const { sub } = oauth.getValidatedIdTokenClaims(tokens);
    const response = await oauth.userInfoRequest(server, client, tokens.access_token);
    const { name, email } = await oauth.processUserInfoResponse(server, client, sub, response);
    show(`Userinfo: ${name}, ${email}`);
  },
  async Refresh() {
    const [before, token] = [tokens.access_token, tokens.refresh_token];
    const response = await oauth.refreshTokenGrantRequest(server, client, authentication, token);
    tokens = await oauth.processRefreshTokenResponse(server, client, response);
    show(tokens.access_token === before ? "The same token" : "Refreshed");
  },
  async Revoke() {
    const response = await oauth.revocationRequest(server, client, authentication, tokens.access_token);
    await oauth.processRevocationResponse(response);
    show("Revoked");
  },
  "Sign out"() {
    const query = new URLSearchParams({
      id_token_hint: tokens.id_token,
      post_logout_redirect_uri: home,
    });
    location.assign(`${server.end_session_endpoint}?${query}`);
  },
});
