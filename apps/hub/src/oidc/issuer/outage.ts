/**
 * What the issuer says while the database is away. oidc-provider knows faults of its own alone, and answers what fails
 * around its endpoints by a bare line; here it is told as everywhere else at the hub: it passes, come again.
 */

import type { ServerResponse } from "node:http";
import { databaseOutage, databaseUnavailable, logOutage } from "../../http/database-outage.ts";
import type { Drawn } from "../../http/route.ts";
import type { Log } from "../../log.ts";
import { showPage } from "../store/request-context.ts";
import type { KoaContextWithOIDC, Provider } from "./provider.ts";

/** The first to be used: whatever fails in a request passes here. */
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
      showPage(outagePage(ctx.res));
      return;
    }
    ctx.status = 503;
    ctx.set("retry-after", "5");
    const { sentences } = databaseUnavailable();
    ctx.body = { error: "temporarily_unavailable", error_description: sentences.join(" ") };
  });
}

export function outagePage(response: ServerResponse): Drawn {
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
