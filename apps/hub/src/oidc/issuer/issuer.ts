/**
 * The OpenID Connect issuer: the configuration of oidc-provider. It stores its objects through `store/adapter.ts`, takes
 * the user from the central session, and takes its clients from the registrations.
 */
import type { RecordAudit } from "../../audit/record-audit.ts";
import type { Throttle } from "../../credential/throttle.ts";
import type { Cookies } from "../../http/cookies.ts";
import type { Settings } from "../../settings/env.ts";
import { acrValues } from "../../site-registry/acr-values.ts";
import type { ApiSources } from "../../site-registry/known-apis.ts";
import type { SiteRegistry } from "../../site-registry/site-registry.ts";
import { type GrantNeeds, loadGrant } from "../grant/grant.ts";
import { interactionRules } from "../interaction/ask-before.ts";
import { shortDevicePath } from "../interaction/device.ts";
import { flowAddress } from "../interaction/restart.ts";
import { type OpenedKeys, publicHalf } from "../keys/signing-keys.ts";
import { claimsOfScope, ownScopes } from "../scope/claim-scopes.ts";
import { type AdapterNeeds, createAdapter } from "../store/adapter.ts";
import { repeatRefreshAnswers } from "../store/refresh-replay.ts";
import { detectReplays, validateAssertion } from "../store/replay-detection.ts";
import { acceptRequest } from "../store/request-context.ts";
import { type AccountNeeds, findAccount } from "./account.ts";
import {
  allowMetadataCaching,
  omitTypeOfEmptyBodies,
  saveBeforeResponding,
  shortenDeviceAddress,
} from "./answers.ts";
import { accessTokenLife, type ConsentUseNeeds, isForApiOf, resourceServer, signInFacts } from "./api.ts";
import { limitOrigins } from "./browser-origins.ts";
import { createClientAdapter } from "./client-metadata.ts";
import { validateClients } from "./clients.ts";
import { logIssuance, logRefusals, recordConsentUses } from "./events.ts";
import { drawFormPages, formPost } from "./form-pages.ts";
import { acceptRetiredKeysInHints } from "./id-token-hint.ts";
import { keepOfflineAccess, outlivesSession } from "./offline-access.ts";
import { explainOutages } from "./outage.ts";
import type { IssuerPages } from "./pages.ts";
import { type Configuration, errors, type Provider } from "./provider.ts";
import { createProvider, replaceMember } from "./provider-internals.ts";
import { refuseDeepClaims, validateRequest } from "./request-rules.ts";
import { throttleSecrets } from "./secret-throttle.ts";
import { subjects } from "./subject.ts";
import { createTokenAudit } from "./token-audit.ts";

/** Lives of stored objects, in seconds. */
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

export type IssuerNeeds = AccountNeeds &
  AdapterNeeds &
  ApiSources &
  ConsentUseNeeds &
  GrantNeeds & {
    readonly cookies: Pick<Cookies, "nameOf">;
    readonly settings: Pick<Settings, "hubUrl" | "secure" | "trustedProxies">;
    readonly sites: Pick<SiteRegistry, "find" | "list">;
    readonly recordAudit: RecordAudit;
    readonly throttle: Pick<Throttle, "count">;
  };

/** Keys with which an issuer is opened. */
export interface IssuerKeys extends OpenedKeys {
  /** HMAC key of pairwise subjects; never changes. */
  readonly pairwiseSecret: string;
}

/**
 * @throws StartError when oidc-provider is not as `provider-internals.ts` expects
 * @see OpenID Connect Core 1.0; RFC 9700 (left out: implicit, password grant, open registration)
 */
export function createIssuer(needs: IssuerNeeds, opened: IssuerKeys, pages: IssuerPages): Provider {
  const { hubUrl, secure, trustedProxies } = needs.settings;
  const { log, sites } = needs;
  const provider = createProvider(`${hubUrl}/oidc`, configuration(needs, opened, pages), {
    form_post: formPost(sites),
  });
  // The guard admits only the public address; `mount.ts` sets its scheme.
  provider.proxy = true;
  explainOutages(provider, log);
  limitOrigins(provider, sites);
  allowMetadataCaching(provider);
  omitTypeOfEmptyBodies(provider);
  shortenDeviceAddress(provider, hubUrl + shortDevicePath);
  throttleSecrets(provider, needs.throttle, trustedProxies);
  drawFormPages(provider, sites, {
    leave: pages.leaveSignedOut,
    sayOver: (ctx) => pages.explain(ctx, { code: "session_mismatch", description: "", expired: true }),
  });
  validateClients(provider, sites);
  acceptRetiredKeysInHints(provider, [...opened.keys.map(({ jwk }) => publicHalf(jwk)), ...opened.retired]);
  keepCentralSessions(provider, needs.clock);
  // Outside of `saveBeforeResponding`: an answer is kept for a retry only after its tokens are stored.
  repeatRefreshAnswers(provider, needs);
  detectReplays(provider, needs);
  saveBeforeResponding(provider, createTokenAudit(provider, needs.recordAudit, trustedProxies));
  provider.on("authorization.accepted", acceptRequest);
  provider.on("end_session.success", pages.noteSignOut);
  logRefusals(provider, log);
  logIssuance(provider, log);
  recordConsentUses(provider, needs);
  log.debug({ event: "issuer.opened", keys: opened.keys.length, secure }, "issuer opened");
  return provider;
}

function configuration(needs: IssuerNeeds, opened: IssuerKeys, pages: IssuerPages): Configuration {
  const { cookies, settings, sites } = needs;
  const names = subjects(sites, opened.pairwiseSecret);
  const { secure } = settings;
  const cookie = { httpOnly: true, sameSite: "lax", secure, signed: false, overwrite: true } as const;
  return {
    adapter: (kind) => (kind === "Client" ? createClientAdapter(sites) : createAdapter(kind, needs)),
    jwks: { keys: opened.keys.map(({ jwk }) => jwk) as NonNullable<Configuration["jwks"]>["keys"] },
    cookies: {
      names: {
        session: cookies.nameOf("session"),
        interaction: cookies.nameOf("interaction"),
        resume: cookies.nameOf("resume"),
      },
      long: { ...cookie, path: "/" },
      short: cookie,
    },
    clientAuthMethods: ["client_secret_basic", "client_secret_post", "private_key_jwt", "none"],
    responseTypes: ["code"],
    extraParams: {
      response_type: (ctx) => {
        validateRequest(ctx);
        // Runs after oidc-provider's check of the scopes, which removes the scope.
        keepOfflineAccess(ctx, sites);
      },
    },
    // `limitOrigins` decides which origins may read an answer.
    clientBasedCORS: () => true,
    subjectTypes: ["public", "pairwise"],
    scopes: [...ownScopes],
    // Every ID token says how and when the user signed in.
    claims: { openid: ["sub", "acr", "amr", "auth_time"], ...claimsOfScope, iss: null, sid: null },
    acrValues: [...acrValues],
    extraTokenClaims: async (ctx) => signInFacts(ctx),
    enabledJWA: signingAlgorithms,
    pkce: { required: (_ctx, client) => sites.find(client.clientId)?.oidc?.pkce !== "optional" },
    ttl: lives,
    rotateRefreshToken: true,
    assertJwtClientAuthClaimsAndHeader: validateAssertion,
    // The registration decides which claims an ID token contains: `account.ts`.
    conformIdTokenClaims: false,
    discovery: furtherMetadata,
    allowOmittingSingleRegisteredRedirectUri: false,
    expiresWithSession: async (ctx, code) => !outlivesSession(ctx, code),
    issueRefreshToken: async (_ctx, client, code) =>
      client.grantTypeAllowed("refresh_token") && code.scopes.has("offline_access"),
    findAccount: (ctx, id) => findAccount(needs, ctx, id),
    loadExistingGrant: (ctx) => loadGrant(needs, ctx),
    ...names,
    interactions: {
      policy: interactionRules(names.pairwiseIdentifier, sites),
      url: (_ctx, interaction) => flowAddress(interaction),
    },
    renderError: async (ctx, out, error) => {
      const expired = error instanceof errors.SessionNotFound;
      pages.explain(ctx, { code: out.error, description: out.error_description ?? "", expired });
    },
    features: features(needs, pages),
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
  prompt_values_supported: ["none", "login", "consent", "select_account"],
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

function features(needs: IssuerNeeds, pages: IssuerPages): Configuration["features"] {
  const { sites } = needs;
  return {
    devInteractions: { enabled: false },
    backchannelLogout: { enabled: true },
    claimsParameter: { enabled: true, assertClaimsParameter: refuseDeepClaims },
    clientCredentials: { enabled: true },
    // Its pages are routes of the hub: `interaction/device.ts`.
    deviceFlow: { enabled: true },
    dPoP: { enabled: true },
    introspection: {
      enabled: true,
      // Sites introspect their own tokens, and APIs the tokens that are for them.
      allowedPolicy: async (_ctx, client, token) =>
        token.clientId === client.clientId || isForApiOf(sites.find(client.clientId), token, needs),
    },
    pushedAuthorizationRequests: { enabled: true },
    requestObjects: { enabled: false },
    revocation: {
      enabled: true,
      // RFC 7009, 2.1: sites revoke only their own tokens.
      allowedPolicy: async (_ctx, client, token) => token.clientId === client.clientId,
    },
    resourceIndicators: {
      enabled: true,
      getResourceServerInfo: async (ctx, resource, client) =>
        resourceServer(needs, resource, sites.find(client.clientId), ctx.oidc.requestParamScopes),
      useGrantedResource: async () => true,
    },
    rpInitiatedLogout: {
      enabled: true,
      logoutSource: pages.askSignOut,
      postLogoutSuccessSource: pages.saySignedOut,
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
