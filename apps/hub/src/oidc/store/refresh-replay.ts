/**
 * A refresh token is good once, and used again it ends the family; but a browser or a tool that lost the answer, or
 * asked twice at once, gets the very same within a few seconds. The answer is kept sealed by the refresh token itself,
 * of which the database has the hash alone, and is opened by nothing but the same request of the same site.
 *
 * @see RFC 9700, section 4.14.2
 */
import { setTimeout as pause } from "node:timers/promises";
import type { Database } from "@gatehouse/database";
import { calculateJwkThumbprint, decodeProtectedHeader } from "jose";
import { purposeKeys } from "../../secret-keys.ts";
import {
  type Adapter,
  currentContext,
  errors,
  type KoaContextWithOIDC,
  type Provider,
} from "../issuer/provider.ts";

/** State of a refresh token's exchange until the response is sent. */
type Exchange =
  | { readonly kind: "begun"; readonly token: string; readonly at: Date }
  | { readonly kind: "answered"; readonly body: object };

const exchanges = new WeakMap<object, Exchange>();
/** Between looks at an exchange that is another request's. Such a one takes some milliseconds. */
const pauseMilliseconds = 25;

/** Stops oidc-provider from giving another answer. */
export class AnsweredBefore extends errors.InvalidGrant {
  constructor() {
    super("it was answered a moment ago");
  }
}

/** Spends refresh tokens by exchange. Whoever asks about one (RFC 7662) still hears that it is spent. */
export function refreshTokenAdapter(adapter: Adapter, database: Database): Adapter {
  return {
    ...adapter,
    async find(id) {
      const found = await adapter.find(id);
      if (found === undefined || !isRefreshing(currentContext())) return found;
      const { consumed: _, ...unspent } = found;
      return unspent;
    },
    async consume(id) {
      const ctx = currentContext();
      if (ctx === undefined) throw new Error("a refresh token is spent in a request");
      const exchange = await begin(database, id);
      if (exchange.state === "begun") {
        exchanges.set(ctx, { kind: "begun", token: id, at: exchange.at });
        return;
      }
      const answer = exchange.state === "answered" ? await openAnswer(ctx, id, exchange.answer) : null;
      if (answer !== null) {
        exchanges.set(ctx, { kind: "answered", body: JSON.parse(answer) });
        throw new AnsweredBefore();
      }
      const grantId = (await adapter.find(id))?.grantId;
      if (grantId !== undefined) await database.oidcArtifacts.destroy("Grant", grantId);
      throw new errors.InvalidGrant("refresh token already used");
    },
  };
}

/** Keeps answers before they go out, and gives those that were kept. */
export function answerRefreshesTwice(provider: Provider, database: Database): void {
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
    if (await database.refreshExchanges.finish(exchange.token, exchange.at, sealed)) return;
    // It took so long that the same request was begun anew, and another answer is the one that counts.
    ctx.status = 400;
    ctx.body = { error: "invalid_grant", error_description: "grant request is invalid" };
  });
}

async function begin(database: Database, token: string) {
  for (;;) {
    const exchange = await database.refreshExchanges.begin(token);
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
