/**
 * The OpenID Connect issuer: the one file that knows oidc-provider's constructor. What it keeps goes through
 * `artifact-adapter.ts`, who somebody is comes from the central session, who asks from the registrations.
 */
import type { JWK } from "jose";
import type { Hub } from "../../hub.ts";
import { passwordAcr } from "../../session/acr.ts";
import { loadGrant } from "../grant/grant.ts";
import { interactionRules } from "../interaction/ask-before.ts";
import { flowAddress } from "../interaction/restart.ts";
import { type OpenedKey, publicHalf } from "../keys/signing-keys.ts";
import { claimsOfScope, ownScopes } from "../scope/claim-scopes.ts";
import { createAdapter } from "../store/adapter.ts";
import { answerRefreshesTwice } from "../store/refresh-replay.ts";
import { detectReplays, judgeAssertion } from "../store/replay-detection.ts";
import { acceptRequest } from "../store/request-context.ts";
import { findAccount } from "./account.ts";
import { letDocumentsBeKept, nameNoTypeOfNothing, settleBeforeAnswers } from "./answers.ts";
import { accessTokenLife, isForApiOf, resourceServer } from "./api.ts";
import { limitOrigins } from "./browser-origins.ts";
import { createClientAdapter } from "./client-metadata.ts";
import { judgeClients } from "./clients.ts";
import { logIssuance, logRefusals, noteUses } from "./events.ts";
import { createProvider, drawFormPages } from "./form-pages.ts";
import { recogniseHints } from "./id-token-hint.ts";
import { explainOutages } from "./outage.ts";
import { type Configuration, errors, type KoaContextWithOIDC, type Provider } from "./provider.ts";
import { replaceMember } from "./provider-internals.ts";
import { judgeRequest, refuseDeepClaims } from "./request-rules.ts";
import { throttleSecrets } from "./secret-throttle.ts";
import { subjects } from "./subject.ts";

/** Lives of what is issued, in seconds. */
const lives = {
  AccessToken: accessTokenLife,
  AuthorizationCode: 60,
  ClientCredentials: 15 * 60,
  DeviceCode: 10 * 60,
  Grant: 90 * 86_400,
  IdToken: 15 * 60,
  Interaction: 3600,
  RefreshToken: 30 * 86_400,
  Session: 86_400,
};

/** Dependencies of an issuer, and its pages. */
export interface IssuerSurroundings {
  readonly hub: Pick<
    Hub,
    | "settings"
    | "database"
    | "sites"
    | "cookies"
    | "log"
    | "logout"
    | "clock"
    | "deviceThrottle"
    | "wrongSecrets"
  >;
  readonly keys: readonly OpenedKey[];
  /** Public halves of retired keys. */
  readonly retiredKeys: readonly JWK[];
  /** HMAC key of pairwise subjects; never changes. */
  readonly pairwiseSecret: string;
  /** Draws a page about a request that cannot be answered by a redirect. */
  readonly explain: (
    ctx: KoaContextWithOIDC,
    error: { readonly code: string; readonly description: string; readonly expired: boolean },
  ) => Promise<void>;
  /** Draws the question whether to sign out. */
  readonly askSignOut: (ctx: KoaContextWithOIDC) => Promise<void>;
  /** Called when a session has been ended because a site asked for it, before the browser goes on. */
  readonly noteSignOut: (ctx: KoaContextWithOIDC) => void;
  readonly saySignedOut: (ctx: KoaContextWithOIDC) => Promise<void>;
  /** Sends on whoever came to sign out and is signed out already. */
  readonly leaveSignedOut: (ctx: KoaContextWithOIDC) => Promise<void>;
}

/** @see OpenID Connect Core 1.0; RFC 9700 (what is left out: implicit, password grant, open registration) */
export function createIssuer(surroundings: IssuerSurroundings): Provider {
  const { hub, keys } = surroundings;
  const { hubUrl, secure } = hub.settings;
  const provider = createProvider(`${hubUrl}/oidc`, configuration(surroundings), hub.sites);
  // Behind the guard the address is always the public one; `mount-issuer.ts` says its scheme.
  provider.proxy = true;
  explainOutages(provider, hub.log);
  limitOrigins(provider, hub.sites);
  letDocumentsBeKept(provider);
  nameNoTypeOfNothing(provider);
  throttleSecrets(provider, hub.wrongSecrets, hub.settings.trustedProxies);
  drawFormPages(provider, hub.sites, {
    leave: surroundings.leaveSignedOut,
    sayOver: (ctx) => surroundings.explain(ctx, { code: "session_mismatch", description: "", expired: true }),
  });
  judgeClients(provider, hub.sites);
  recogniseHints(provider, [...keys.map(({ jwk }) => publicHalf(jwk)), ...surroundings.retiredKeys]);
  keepCentralSessions(provider, hub.clock);
  // The answer that is kept for a second asking is one whose tokens are.
  answerRefreshesTwice(provider, hub.database);
  detectReplays(provider, hub.database);
  settleBeforeAnswers(provider);
  provider.on("authorization.accepted", acceptRequest);
  provider.on("end_session.success", surroundings.noteSignOut);
  logRefusals(provider, hub.log);
  logIssuance(provider, hub.log);
  noteUses(provider, hub);
  hub.log.debug({ event: "oidc.opened", keys: keys.length, secure }, "issuer opened");
  return provider;
}

function configuration(surroundings: IssuerSurroundings): Configuration {
  const { hub, keys } = surroundings;
  const { secure } = hub.settings;
  const names = subjects(hub.sites, surroundings.pairwiseSecret);
  const cookie = { httpOnly: true, sameSite: "lax", secure, signed: false, overwrite: true } as const;
  return {
    adapter: (kind) =>
      kind === "Client"
        ? createClientAdapter(hub.sites)
        : createAdapter(kind, {
            database: hub.database,
            ended: hub.logout.wake,
            deviceThrottle: hub.deviceThrottle,
            clock: hub.clock,
          }),
    jwks: { keys: keys.map(({ jwk }) => jwk) as NonNullable<Configuration["jwks"]>["keys"] },
    cookies: {
      names: {
        session: hub.cookies.nameOf("session"),
        interaction: hub.cookies.nameOf("interaction"),
        resume: hub.cookies.nameOf("resume"),
      },
      long: { ...cookie, path: "/" },
      short: cookie,
    },
    clientAuthMethods: ["client_secret_basic", "client_secret_post", "private_key_jwt", "none"],
    responseTypes: ["code"],
    extraParams: { response_type: judgeRequest },
    // `limitOrigins` decides which origins may read an answer.
    clientBasedCORS: () => true,
    subjectTypes: ["public", "pairwise"],
    scopes: [...ownScopes],
    // How and when somebody signed in is in every ID token.
    claims: { openid: ["sub", "acr", "amr", "auth_time"], ...claimsOfScope, iss: null, sid: null },
    acrValues: [passwordAcr],
    enabledJWA: signingAlgorithms,
    pkce: { required: (_ctx, client) => hub.sites.find(client.clientId)?.oidc?.pkce !== "optional" },
    ttl: lives,
    rotateRefreshToken: true,
    assertJwtClientAuthClaimsAndHeader: judgeAssertion,
    // The registration decides which claims an ID token contains: `account.ts`.
    conformIdTokenClaims: false,
    discovery: furtherMetadata,
    allowOmittingSingleRegisteredRedirectUri: false,
    expiresWithSession: async (_ctx, code) => !code.scopes.has("offline_access"),
    issueRefreshToken: async (_ctx, client, code) =>
      client.grantTypeAllowed("refresh_token") && code.scopes.has("offline_access"),
    findAccount: (ctx, id) => findAccount(hub, ctx, id),
    loadExistingGrant: (ctx) => loadGrant(hub, ctx),
    ...names,
    interactions: {
      policy: interactionRules(names.pairwiseIdentifier),
      url: (_ctx, interaction) => flowAddress(interaction),
    },
    renderError: async (ctx, out, error) => {
      const expired = error instanceof errors.SessionNotFound;
      await surroundings.explain(ctx, { code: out.error, description: out.error_description ?? "", expired });
    },
    features: features(surroundings),
  };
}

/** @see RFC 8414, section 2; Initiating User Registration via OpenID Connect 1.0, section 4.1 (prompt_values_supported) */
const furtherMetadata = {
  introspection_endpoint_auth_methods_supported: [
    "client_secret_basic",
    "client_secret_post",
    "private_key_jwt",
  ],
  revocation_endpoint_auth_methods_supported: [
    "client_secret_basic",
    "client_secret_post",
    "private_key_jwt",
    "none",
  ],
  prompt_values_supported: ["none", "login", "consent"],
};

const signingAlgorithms = {
  idTokenSigningAlgValues: ["RS256", "ES256"],
  userinfoSigningAlgValues: ["RS256", "ES256"],
  introspectionSigningAlgValues: ["RS256", "ES256"],
  authorizationSigningAlgValues: ["RS256", "ES256"],
  clientAuthSigningAlgValues: ["RS256", "PS256", "ES256", "EdDSA"],
  requestObjectSigningAlgValues: ["RS256", "PS256", "ES256", "EdDSA"],
  dPoPSigningAlgValues: ["ES256", "EdDSA", "RS256", "PS256"],
} as Configuration["enabledJWA"];

function features(surroundings: IssuerSurroundings): Configuration["features"] {
  const { sites } = surroundings.hub;
  return {
    devInteractions: { enabled: false },
    backchannelLogout: { enabled: true },
    claimsParameter: { enabled: true, assertClaimsParameter: refuseDeepClaims },
    clientCredentials: { enabled: true },
    // Its pages are routes of the hub: `device.ts`.
    deviceFlow: { enabled: true },
    dPoP: { enabled: true },
    introspection: {
      enabled: true,
      // A site learns about its own tokens, an API about those that are for it.
      allowedPolicy: async (_ctx, client, token) =>
        token.clientId === client.clientId ||
        isForApiOf(sites.find(client.clientId), token, surroundings.hub),
    },
    pushedAuthorizationRequests: { enabled: true },
    requestObjects: { enabled: false },
    revocation: {
      enabled: true,
      // RFC 7009, 2.1: a site ends its own tokens and nobody else's.
      allowedPolicy: async (_ctx, client, token) => token.clientId === client.clientId,
    },
    resourceIndicators: {
      enabled: true,
      getResourceServerInfo: async (ctx, resource, client) =>
        resourceServer(surroundings.hub, resource, sites.find(client.clientId), ctx.oidc.requestParamScopes),
      useGrantedResource: async () => true,
    },
    rpInitiatedLogout: {
      enabled: true,
      logoutSource: (ctx) => surroundings.askSignOut(ctx),
      postLogoutSuccessSource: (ctx) => surroundings.saySignedOut(ctx),
    },
    userinfo: { enabled: true },
  };
}

function keepCentralSessions(provider: Provider, clock: () => Date): void {
  // The age of a sign-in (max_age) is measured by the clock that dated it, which a test may move.
  replaceMember(
    provider,
    "Session.prototype.past",
    () =>
      function past(seconds) {
        return Math.floor(clock().getTime() / 1000) - (this.loginTs ?? 0) > seconds;
      },
  );
  // The token of a central session changes only at sign-in.
  replaceMember(
    provider,
    "Session.prototype.resetIdentifier",
    (original) =>
      function reset() {
        if (this.id.startsWith("TGT-")) this.touched = true;
        else original.call(this);
      },
  );
}
