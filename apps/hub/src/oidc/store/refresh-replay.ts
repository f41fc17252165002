/**
 * A refresh token works once, and reuse revokes the whole family. A retry of the same request within a few seconds gets
 * the same answer, because clients lose answers and send concurrent requests. The stored answer is encrypted with a key
 * made from the refresh token, of which the database holds only the hash, and opens only for the same request of the
 * same site.
 *
 * @see RFC 9700, section 4.14.2
 */
import { setTimeout as pause } from "node:timers/promises";
import type { OidcArtifactStore, RefreshExchangeStore } from "@gatehouse/database";
import { calculateJwkThumbprint, decodeProtectedHeader } from "jose";
import { purposeKeys } from "../../settings/secret-keys.ts";
import {
  type Adapter,
  currentContext,
  errors,
  type KoaContextWithOIDC,
  type Provider,
} from "../issuer/provider.ts";

export interface RefreshNeeds {
  readonly oidcArtifacts: Pick<OidcArtifactStore, "destroy">;
  readonly refreshExchanges: RefreshExchangeStore;
}

/** State of a refresh token's exchange until the response is sent. */
type Exchange =
  | { readonly kind: "begun"; readonly token: string; readonly at: Date }
  | { readonly kind: "answered"; readonly body: object };

const exchanges = new WeakMap<object, Exchange>();
/** Pause between two reads of an exchange that another request has begun; an exchange takes some milliseconds. */
const pauseMilliseconds = 25;

/** Stops oidc-provider from giving another answer. */
export class AlreadyAnswered extends errors.InvalidGrant {
  constructor() {
    super("already answered");
  }
}

/** Lets an exchange consume a refresh token. Introspection (RFC 7662) still reports a consumed token as inactive. */
export function refreshTokenAdapter(adapter: Adapter, needs: RefreshNeeds): Adapter {
  return {
    ...adapter,
    async find(id) {
      const found = await adapter.find(id);
      if (found === undefined || !isRefreshing(currentContext())) return found;
      const { consumed: _, ...unconsumed } = found;
      return unconsumed;
    },
    async consume(id) {
      const ctx = currentContext();
      if (ctx === undefined) throw new Error("a refresh token is consumed in a request");
      const exchange = await begin(needs.refreshExchanges, id);
      if (exchange.state === "begun") {
        exchanges.set(ctx, { kind: "begun", token: id, at: exchange.at });
        return;
      }
      const answer = exchange.state === "answered" ? await openAnswer(ctx, id, exchange.answer) : null;
      if (answer !== null) {
        exchanges.set(ctx, { kind: "answered", body: JSON.parse(answer) });
        throw new AlreadyAnswered();
      }
      const grantId = (await adapter.find(id))?.grantId;
      if (grantId !== undefined) await needs.oidcArtifacts.destroy("Grant", grantId);
      throw new errors.InvalidGrant("refresh token already used");
    },
  };
}

/** Stores answers before they go out, and repeats stored answers. */
export function repeatRefreshAnswers(
  provider: Provider,
  { refreshExchanges }: Pick<RefreshNeeds, "refreshExchanges">,
): void {
  provider.use(async (context, next) => {
    await next();
    const ctx = context as KoaContextWithOIDC;
    const exchange = exchanges.get(ctx);
    if (exchange?.kind === "answered") {
      ctx.status = 200;
      ctx.body = exchange.body;
    }
    if (exchange?.kind !== "begun" || ctx.status !== 200) return;
    const sealed = sealWith(exchange.token).seal(JSON.stringify(ctx.body), await requestOf(ctx));
    if (await refreshExchanges.finish(exchange.token, exchange.at, sealed)) return;
    // This exchange took so long that a retry has begun it again; the response to the retry counts.
    ctx.status = 400;
    ctx.body = { error: "invalid_grant", error_description: "grant request is invalid" };
  });
}

async function begin(refreshExchanges: RefreshExchangeStore, token: string) {
  for (;;) {
    const exchange = await refreshExchanges.begin(token);
    if (exchange.state !== "under-way") return exchange;
    await pause(pauseMilliseconds);
  }
}

async function openAnswer(ctx: KoaContextWithOIDC, token: string, sealed: string): Promise<string | null> {
  return sealWith(token).open(sealed, await requestOf(ctx));
}

function sealWith(token: string) {
  return purposeKeys([token], "refresh-answer");
}

/** Identity of a request: client, parameters and key (DPoP; the proof was verified before). */
async function requestOf({ oidc, request }: KoaContextWithOIDC): Promise<string> {
  const proof = request.headers.dpop;
  const { jwk } = typeof proof === "string" ? decodeProtectedHeader(proof) : {};
  const key = jwk === undefined ? "" : await calculateJwkThumbprint(jwk);
  const { scope, resource } = oidc.params ?? {};
  return JSON.stringify([oidc.client?.clientId, scope, resource, key]);
}

function isRefreshing(ctx: KoaContextWithOIDC | undefined): boolean {
  return ctx?.oidc.route === "token" && ctx.oidc.params?.grant_type === "refresh_token";
}
