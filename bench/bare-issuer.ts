/**
 * oidc-provider by itself, with the store in memory that it brings along: what a round costs where nothing outlives
 * the process and nobody decides anything. One site, one person, the algorithms and the rules of the hub's issuer.
 */
import { generateKeyPairSync } from "node:crypto";
import { createServer } from "node:http";
import { Provider } from "oidc-provider";

const { SITE_ID = "", SITE_SECRET = "", REDIRECT_URI = "", PORT = "" } = process.env;
const personId = "alice";
const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });

const provider = new Provider(`http://127.0.0.1:${PORT}`, {
  jwks: {
    keys: [{ ...(privateKey.export({ format: "jwk" }) as object), alg: "ES256", use: "sig" } as never],
  },
  clients: [
    {
      client_id: SITE_ID,
      client_secret: SITE_SECRET,
      redirect_uris: [REDIRECT_URI],
      response_types: ["code"],
      grant_types: ["authorization_code", "refresh_token", "client_credentials"],
      id_token_signed_response_alg: "ES256",
    },
  ],
  claims: { openid: ["sub"], profile: ["name", "preferred_username"], email: ["email", "email_verified"] },
  pkce: { required: () => true },
  conformIdTokenClaims: true,
  rotateRefreshToken: true,
  // The hub gives one for `offline_access`, which takes a page; here the page is left out.
  issueRefreshToken: async () => true,
  features: {
    devInteractions: { enabled: false },
    clientCredentials: { enabled: true },
    introspection: {
      enabled: true,
      allowedPolicy: async (_ctx, client, token) => token.clientId === client.clientId,
    },
  },
  findAccount: async (_ctx, id) => ({
    accountId: id,
    claims: async () => ({
      sub: id,
      name: "Alice",
      preferred_username: "alice",
      email: "alice@example.com",
      email_verified: false,
    }),
  }),
  async loadExistingGrant({ oidc: { client, session } }) {
    const grantId = session?.grantIdFor(client?.clientId ?? "");
    if (grantId !== undefined) return provider.Grant.find(grantId);
    const grant = new provider.Grant({ accountId: personId, clientId: SITE_ID });
    grant.addOIDCScope("openid profile email");
    await grant.save();
    return grant;
  },
});
const answer = provider.callback();

createServer(async (request, response) => {
  if (request.url === "/healthz") return void response.end("ok");
  if (request.url !== "/sign-in") return answer(request, response);
  const session = new provider.Session();
  session.loginAccount({ accountId: personId, transient: true });
  await session.save(86_400);
  response.setHeader("set-cookie", `_session=${session.jti}; path=/`).end();
}).listen(Number(PORT), "127.0.0.1");
