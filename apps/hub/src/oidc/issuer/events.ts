/**
 * Records events of oidc-provider: issued and revoked codes and tokens, refusals, uses of a consent. Log lines name the
 * site, the user and the session, and never contain a code or token.
 */

import { databaseOutage } from "../../http/database-outage.ts";
import type { Log } from "../../log.ts";
import type { LogEvent } from "../../log-events.ts";
import type { SiteRegistry } from "../../site-registry/site-registry.ts";
import { AlreadyAnswered } from "../store/refresh-replay.ts";
import { currentSession, sessionOfRequest } from "../store/request-context.ts";
import type { ConsentUseNeeds } from "./api.ts";
import { logOutageOf, requestIdOf } from "./outage.ts";
import type { KoaContextWithOIDC, Provider } from "./provider.ts";

/** Kinds of token that can be introspected or revoked, by oidc-provider's names. */
const kinds = ["AccessToken", "RefreshToken", "ClientCredentials"] as const;

export function logIssuance(provider: Provider, log: Log): void {
  const info = (ctx: KoaContextWithOIDC, event: LogEvent, more: object, words: string): void =>
    log.info({ event, ...whereof(ctx), ...more }, words);

  provider.on("authorization.success", (ctx, answer?: { readonly code?: string }) => {
    if (answer?.code === undefined) return;
    const session = currentSession();
    const more = {
      person: session?.person.id,
      session: session?.id,
      sessionUid: session?.uid,
      scope: scopeOf(ctx),
    };
    info(ctx, "code.issued", more, "code issued");
  });
  provider.on("grant.success", (ctx) => {
    const grantType = String(ctx.oidc.params?.grant_type).replace("urn:ietf:params:oauth:grant-type:", "");
    const { access_token, id_token, refresh_token, scope } = (ctx.body ?? {}) as Record<string, unknown>;
    const given = Object.entries({ access_token, id_token, refresh_token }).filter(
      ([, token]) => token !== undefined,
    );
    const more = {
      ...{ person: personOf(ctx), session: sessionOfRequest()?.id, sessionUid: sessionUidOf(ctx), grantType },
      ...{ tokens: given.map(([kind]) => kind), scope },
    };
    if (grantType === "refresh_token") info(ctx, "tokens.refreshed", more, "tokens refreshed");
    else info(ctx, "tokens.issued", more, "tokens issued");
  });
  provider.on("device_authorization.success", (ctx) =>
    info(ctx, "device-code.issued", { scope: scopeOf(ctx) }, "device code issued"),
  );
  provider.on("pushed_authorization_request.success", (ctx) =>
    info(ctx, "request.pushed", {}, "request pushed"),
  );
  provider.on("grant.revoked", (ctx) =>
    info(ctx, "grant.revoked", { person: personOf(ctx) }, "all tokens of a grant revoked"),
  );
  provider.on("end_session.success", (ctx) => {
    const session = currentSession();
    if (session === null) return;
    info(
      ctx,
      "sign-out.accepted",
      { person: session.person.id, session: session.id },
      "signed out from a site",
    );
  });
  provider.use(async (context, next) => {
    await next();
    const ctx = context as KoaContextWithOIDC;
    if (ctx.oidc?.route === "revocation") logRevocation(ctx, log);
    if (ctx.oidc?.route === "introspection") logIntrospection(ctx, log);
  });
}

/** The answer is the same whether something was revoked or not. @see RFC 7009, section 2.2 */
function logRevocation(ctx: KoaContextWithOIDC, log: Log): void {
  const found = tokenOf(ctx);
  if (ctx.status !== 200 || found === undefined) return;
  const line = { ...whereof(ctx), kind: found.kind, person: found.token.accountId };
  if (found.token.clientId === ctx.oidc.client?.clientId)
    log.info({ event: "token.revoked", ...line }, "token revoked");
  else
    log.warn(
      { event: "revocation.refused", ...line, of: found.token.clientId },
      "the token is another site's",
    );
}

/** Introspecting an expired token is normal; introspecting another site's token is logged as a warning. */
function logIntrospection(ctx: KoaContextWithOIDC, log: Log): void {
  const found = tokenOf(ctx);
  const { active } = (ctx.body ?? {}) as { readonly active?: unknown };
  if (found === undefined || active !== false) return;
  log.warn(
    { event: "introspection.refused", ...whereof(ctx), kind: found.kind, of: found.token.clientId },
    "the token is for another site",
  );
}

interface FoundToken {
  readonly accountId?: string;
  readonly clientId?: string;
}

function tokenOf(ctx: KoaContextWithOIDC): { readonly kind: string; readonly token: FoundToken } | undefined {
  const entities = ctx.oidc.entities as Readonly<Record<string, FoundToken | undefined>>;
  const kind = kinds.find((one) => entities[one] !== undefined);
  const token = kind && entities[kind];
  return kind === undefined || token === undefined ? undefined : { kind, token };
}

function whereof(ctx: KoaContextWithOIDC): object {
  return { requestId: requestIdOf(ctx.res), site: ctx.oidc?.client?.clientId };
}

function personOf({ oidc: { entities } }: KoaContextWithOIDC): string | undefined {
  return entities.Account?.accountId ?? entities.AccessToken?.accountId ?? entities.RefreshToken?.accountId;
}

/** The session's `uid`, from the presented or the issued token: tokens that outlive a session are issued without looking
 * the session up. */
function sessionUidOf({ oidc: { entities } }: KoaContextWithOIDC): string | undefined {
  const { AuthorizationCode: code, RefreshToken: refresh, AccessToken: access } = entities;
  return code?.sessionUid ?? refresh?.sessionUid ?? access?.sessionUid;
}

function scopeOf({ oidc }: KoaContextWithOIDC): string {
  return String(oidc.params?.scope ?? "").slice(0, 300);
}

/** Endpoints whose refusals oidc-provider reports. */
const endpoints = [
  "authorization",
  "grant",
  "introspection",
  "revocation",
  "userinfo",
  "pushed_authorization_request",
  "end_session",
  "end_session_confirm",
] as const;

/** Normal answers to `prompt=none`. OpenID Connect Core 1.0, section 3.1.2.6 */
const silentAnswers = new Set([
  "login_required",
  "interaction_required",
  "consent_required",
  "account_selection_required",
]);

export function logRefusals(provider: Provider, log: Log): void {
  provider.on("server_error", (ctx, error) => {
    if (error instanceof AlreadyAnswered) return;
    const outage = databaseOutage(error);
    if (outage !== undefined) return logOutageOf(ctx.res, log, outage);
    if (isSilentAnswer(ctx, error)) return;
    const line = { ...whereof(ctx), err: error, reason: reasonOf(error) };
    log.error({ event: "oidc-request.failed", ...line }, "failed");
  });
  for (const endpoint of endpoints)
    provider.on(`${endpoint}.error` as "grant.error", (ctx, error) => {
      if (error instanceof AlreadyAnswered || isSilentAnswer(ctx, error)) return;
      const address = error.message === "invalid_redirect_uri" ? addressOf(ctx) : undefined;
      const line = { ...whereof(ctx), endpoint, reason: reasonOf(error), address };
      log.warn({ event: "oidc-request.refused", ...line }, "refused");
    });
}

/** Sites send this request for every visitor who is not signed in; nothing was refused. */
function isSilentAnswer(ctx: KoaContextWithOIDC, error: Error): boolean {
  return ctx.oidc?.params?.prompt === "none" && silentAnswers.has(error.message);
}

/** The address to register, without its query, which may hold data of the site. */
function addressOf({ oidc }: KoaContextWithOIDC): string {
  return String(oidc?.params?.redirect_uri ?? "")
    .replace(/[?#].*/s, "")
    .slice(0, 200);
}

function reasonOf(error: unknown): string {
  const {
    error: code,
    error_description: description,
    error_detail: detail,
  } = (error ?? {}) as Record<string, unknown>;
  return [code, description, detail]
    .filter((part) => typeof part === "string")
    .join(": ")
    .slice(0, 300);
}

/**
 * Records token responses of third-party sites as uses of the consent, for the account page. The response does not wait
 * for it: a lost record only makes "last used" on that page outdated.
 */
export function recordConsentUses(
  provider: Provider,
  { consents, log, sites }: ConsentUseNeeds & { readonly sites: Pick<SiteRegistry, "find"> },
): void {
  provider.on("grant.success", ({ oidc: { account, client } }) => {
    if (account === undefined || client === undefined || sites.find(client.clientId)?.firstParty !== false)
      return;
    consents
      .touch(account.accountId, client.clientId, "")
      .catch((error) => log.error({ err: error }, "use of a consent not written"));
  });
}
