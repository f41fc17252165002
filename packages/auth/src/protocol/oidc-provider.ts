import { readJson } from "../http/hub-answer.ts";
import { GatehouseAuthError } from "../log/gatehouse-auth-error.ts";
import type { Settings } from "../settings/settings.ts";
import { HubIssuer } from "./hub-issuer.ts";
import { claims, claimsWithAcr, readIdToken } from "./id-token.ts";
import { LogoutTokenReader, readLogoutForm } from "./logout-token.ts";
import type { FlowReturn, SignInProtocol } from "./sign-in-protocol.ts";
import { parseStateWithFlow, stateWithFlow } from "./state-with-flow.ts";

/** Errors that answer `prompt=none` when the hub does not identify a user to this site. */
const nobody = ["login_required", "interaction_required", "consent_required", "account_selection_required"];
const silent = ["temporarily_unavailable", "server_error"];

/**
 * Sign-in by OpenID Connect: authorization code with PKCE, state and nonce, made and checked by next-auth.
 *
 * @param now the clock, in milliseconds
 * @see OpenID Connect Core 1.0, section 3.1; Back-Channel Logout 1.0; RP-Initiated Logout 1.0
 */
export function oidcProtocol({ hubUrl, siteId }: Settings, now: () => number): SignInProtocol {
  const hub = new HubIssuer(hubUrl, now);
  const logoutTokens = new LogoutTokenReader(hub, siteId, now);
  const readToken = (token: string) => readIdToken(token, { hub, siteId, now });
  return {
    provider: ({ siteSecret }, exchange) => ({
      type: "oidc",
      checks: ["state", "pkce", "nonce"],
      settings: {
        issuer: hub.issuer,
        clientSecret: siteSecret,
        client: { token_endpoint_auth_method: "client_secret_basic" },
        authorization: { params: { scope: "openid profile email", claims } },
      },
      async fetch(url, init) {
        if (url === hub.discoveryUrl) return hub.discovery();
        // The token endpoint is the only other request that is needed.
        const { token_endpoint } = await hub.metadata();
        if (exchange === null || url !== token_endpoint) throw new GatehouseAuthError("internal");
        const { reply, idToken } = await judge(siteId, await hub.fetch(url, init));
        exchange.identified(await readToken(idToken));
        return reply;
      },
    }),
    authenticationUrl,
    parseReturn: (settings, query) => parseReturn(settings, hub.issuer, query),
    signOutUrl: (settings, sessionIndex) => signOutUrl(settings, hub.issuer, sessionIndex),
    parseLogoutRequest: async (_settings, body) => logoutTokens.read(readLogoutForm(body)),
  };
}

/** @see OpenID Connect Core 1.0, sections 3.1.2.1 (prompt, max_age) and 5.5.1.1 (acr as an essential claim) */
const authenticationUrl: SignInProtocol["authenticationUrl"] = (settings, { flow, prepared }) => {
  const url = new URL(prepared);
  const state = prepared.searchParams.get("state") ?? "";
  url.searchParams.set("state", stateWithFlow(settings, flow, state));
  if (flow.purpose === "recognise") url.searchParams.set("prompt", "none");
  if (flow.maxAge !== null) url.searchParams.set("max_age", String(flow.maxAge));
  if (flow.acr !== null) url.searchParams.set("claims", JSON.stringify(claimsWithAcr(flow.acr)));
  return url.href;
};

function parseReturn(settings: Settings, issuer: string, query: URLSearchParams): FlowReturn | null {
  const names = ["state", "code", "error", "iss"];
  if (names.some((name) => query.getAll(name).length > 1)) return null;
  const [sent, code, error, iss] = names.map((name) => query.get(name));
  const returned = parseStateWithFlow(settings, sent ?? "");
  if (returned === null || (code == null) === (error == null)) return null;
  if (code != null && !/^[\w.~-]{1,2000}$/.test(code)) return null;
  // Otherwise a code of another issuer could be sent to the hub. RFC 9207, 2.4
  if (iss !== issuer) throw new GatehouseAuthError("issuer_mismatch");
  if (code != null) return { ...returned, ticket: code };
  return { ...returned, ticket: null, ...refusalOf(error ?? "") };
}

/**
 * The hub signs out without asking if `logout_hint` names the browser's session.
 *
 * @see RP-Initiated Logout 1.0, section 2 (logout_hint)
 */
function signOutUrl({ siteId, siteUrl }: Settings, issuer: string, sessionIndex: string | null): string {
  const url = new URL(`${issuer}/session/end`);
  url.searchParams.set("client_id", siteId);
  url.searchParams.set("post_logout_redirect_uri", `${siteUrl}/`);
  if (sessionIndex !== null) url.searchParams.set("logout_hint", sessionIndex);
  return url.href;
}

/** @see OpenID Connect Core 1.0, section 3.1.2.6; RFC 6749, section 4.1.2.1 */
function refusalOf(error: string): { readonly refusal?: GatehouseAuthError } {
  if (nobody.includes(error)) return {};
  if (silent.includes(error)) return { refusal: new GatehouseAuthError("hub_unreachable") };
  if (error === "access_denied") return { refusal: new GatehouseAuthError("declined") };
  if (error === "invalid_scope") return { refusal: new GatehouseAuthError("scope_refused") };
  const code = /^[a-z_]{1,60}$/.test(error) ? error : "an error without a name";
  return { refusal: new GatehouseAuthError("authorization_refused", `The hub answered ${code}.`) };
}

/** Checks the answer of the token endpoint and returns it with its ID token. RFC 6749, section 5 */
async function judge(siteId: string, reply: Response): Promise<{ reply: Response; idToken: string }> {
  const answer = (await readJson(reply)) as { id_token?: unknown; error?: unknown } | null;
  if (reply.status === 401 || answer?.error === "invalid_client") {
    const wanted = `SITE_SECRET must be the secret of site "${siteId}" at the hub.`;
    throw new GatehouseAuthError("site_rejected", wanted);
  }
  if (answer?.error === "invalid_grant") throw new GatehouseAuthError("ticket_refused");
  if (reply.status !== 200 || typeof answer?.id_token !== "string")
    throw new GatehouseAuthError("hub_answer");
  return { reply: Response.json(answer), idToken: answer.id_token };
}
