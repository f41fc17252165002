/**
 * A real OpenID Connect issuer in the process (oidc-provider), at which a hub signs its users in. It asks for a sign-in on
 * every request, and can be told to misbehave.
 */
import { generateKeyPairSync } from "node:crypto";
import { once } from "node:events";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { createServer } from "node:http";
import { type JWTPayload, SignJWT } from "jose";
import { CookieJar } from "tough-cookie";
import { Provider } from "../oidc/issuer/provider.ts";
import { openListener } from "./open-listener.ts";

/** Claims of the account that signs in, besides `sub`. */
type Claims = Readonly<Record<string, unknown>>;

/** Answers instead of the issuer. @returns false: the issuer answers */
type Fault = (request: IncomingMessage, response: ServerResponse) => boolean;

export interface UpstreamIssuer {
  readonly origin: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** The account that signs in next; `null`: the user declines. */
  account: { readonly sub: string; readonly claims: Claims } | null;
  fault: Fault | null;
  /** Nonce of the latest authorization request. */
  readonly nonce: string;
  /** Follows an authorization request as a browser does. @returns the address of the callback */
  authorize(address: string): Promise<string>;
  /** Answers the token request with an ID token that deviates. @param foreignKey whether another key signs it */
  forge(claims: JWTPayload, options?: { readonly foreignKey?: boolean }): Promise<void>;
  close(): Promise<void>;
}

/** @param redirectUri callback of the hub */
export async function openUpstreamIssuer(redirectUri: string): Promise<UpstreamIssuer> {
  const { listener, origin } = await openListener();
  const [own, foreign] = [newKey(), newKey()];
  const [clientId, clientSecret] = ["gatehouse", "the secret of the hub at its upstream"];
  const provider = new Provider(origin, {
    jwks: { keys: [{ ...own.export({ format: "jwk" }), kid: "own", alg: "ES256", use: "sig" } as never] },
    clients: [
      {
        client_id: clientId,
        client_secret: clientSecret,
        redirect_uris: [redirectUri],
        response_types: ["code"],
        grant_types: ["authorization_code"],
        id_token_signed_response_alg: "ES256",
        require_auth_time: true,
      },
    ],
    claims: {
      openid: ["sub", "auth_time"],
      profile: ["name", "preferred_username"],
      email: ["email", "email_verified"],
    },
    pkce: { required: () => true },
    features: { devInteractions: { enabled: false } },
    findAccount: async (_ctx, sub) => ({
      accountId: sub,
      claims: async () => ({ sub, ...state.claims.get(sub) }),
    }),
    async loadExistingGrant({ oidc: { account } }) {
      const grant = new provider.Grant({ accountId: account?.accountId ?? "", clientId });
      grant.addOIDCScope("openid profile email");
      await grant.save();
      return grant;
    },
  });
  const state = { nonce: "", claims: new Map<string, Claims>() };
  const answer = provider.callback();
  const server: Server = createServer(async (request, response) => {
    const url = new URL(request.url ?? "/", origin);
    state.nonce = url.searchParams.get("nonce") ?? state.nonce;
    if (issuer.fault?.(request, response)) return;
    if (!url.pathname.startsWith("/interaction/")) return answer(request, response);
    const { account } = issuer;
    if (account !== null) state.claims.set(account.sub, account.claims);
    await provider.interactionFinished(
      request,
      response,
      account === null
        ? { error: "access_denied", error_description: "declined" }
        : { login: { accountId: account.sub } },
    );
  });
  server.listen(listener);
  const issuer: UpstreamIssuer = {
    origin,
    clientId,
    clientSecret,
    account: null,
    fault: null,
    get nonce() {
      return state.nonce;
    },
    async authorize(address) {
      const jar = new CookieJar();
      let next = address;
      for (let turns = 0; next.startsWith(origin) && turns < 10; turns += 1) {
        const cookie = await jar.getCookieString(next);
        const reply = await fetch(next, { headers: { cookie }, redirect: "manual" });
        for (const set of reply.headers.getSetCookie()) await jar.setCookie(set, next);
        const location = reply.headers.get("location");
        if (location === null) throw new Error(`the issuer answered ${reply.status}: ${await reply.text()}`);
        next = new URL(location, origin).href;
      }
      return next;
    },
    async forge(claims, { foreignKey = false } = {}) {
      const now = Math.floor(Date.now() / 1000);
      const honest = { iss: origin, aud: clientId, sub: "42", iat: now, exp: now + 300, auth_time: now };
      const token = new SignJWT({ ...honest, nonce: state.nonce, ...claims }).setProtectedHeader({
        alg: "ES256",
        kid: "own",
      });
      const id_token = await token.sign(foreignKey ? foreign : own);
      issuer.fault = (request, response) => {
        const body = {
          "/token": { access_token: "x", token_type: "Bearer", expires_in: 60, id_token },
          "/me": { sub: "42", email: "zoe@example.com", email_verified: true },
        }[request.url ?? ""];
        if (body === undefined) return false;
        response.setHeader("content-type", "application/json").end(JSON.stringify(body));
        return true;
      };
    },
    async close() {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
  return issuer;
}

function newKey() {
  return generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey;
}
