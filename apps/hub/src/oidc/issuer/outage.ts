/**
 * Answers of the issuer while the database is unavailable: 503 with `Retry-After`, as everywhere at the hub.
 * oidc-provider would answer `server_error`, or a bare line for failures outside of its endpoints.
 */

import type { ServerResponse } from "node:http";
import { databaseOutage, databaseUnavailable, logOutage } from "../../http/database-outage.ts";
import type { ScreenAnswer } from "../../http/route.ts";
import type { Log } from "../../log.ts";
import { replaceResponse } from "../store/request-context.ts";
import type { KoaContextWithOIDC, Provider } from "./provider.ts";

/** Must be the first middleware, so that it catches every failure. */
export function explainOutages(provider: Provider, log: Log): void {
  const hit = new WeakSet<object>();
  provider.on("server_error", (ctx, error) => {
    if (databaseOutage(error) !== undefined) hit.add(ctx);
  });
  provider.use(async (context, next) => {
    const ctx = context as KoaContextWithOIDC;
    try {
      await next();
    } catch (error) {
      const reason = databaseOutage(error);
      if (reason === undefined) throw error;
      logOutageOf(ctx.res, log, reason);
      hit.add(ctx);
    }
    if (!hit.has(ctx)) return;
    if (ctx.accepts("json", "html") === "html") {
      ctx.respond = false;
      replaceResponse(outagePage(ctx.res));
      return;
    }
    ctx.status = 503;
    ctx.set("retry-after", "5");
    const { sentences } = databaseUnavailable();
    ctx.body = { error: "temporarily_unavailable", error_description: sentences.join(" ") };
  });
}

export function outagePage(response: ServerResponse): ScreenAnswer {
  const { status, title, sentences, code } = databaseUnavailable();
  const reference = requestIdOf(response);
  return {
    screen: { name: "refused", model: { title, sentences, code, reference } },
    status,
    headers: { "retry-after": "5" },
  };
}

export function logOutageOf(response: ServerResponse, log: Log, reason: string): void {
  logOutage(log.child({ requestId: requestIdOf(response) }), reason);
}

/** Reference that the page shows and the log contains. */
export function requestIdOf(response: ServerResponse): string {
  return String(response.getHeader("x-request-id") ?? "");
}
