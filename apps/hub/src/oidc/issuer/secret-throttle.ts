/** Throttles wrong site secrets at the issuer. Right secrets are neither counted nor delayed. */

import type { BlockList } from "node:net";
import type { Throttle } from "../../credential/throttle.ts";
import { clientAddress } from "../../http/client-address.ts";
import { errors, type KoaContextWithOIDC, type Provider } from "./provider.ts";

const events = [
  "grant.error",
  "introspection.error",
  "revocation.error",
  "pushed_authorization_request.error",
  "device_authorization.error",
] as const;

/**
 * @param trusted proxies whose forwarding headers count (`TRUST_PROXY`)
 * @see RFC 6749, section 2.3.1 (protection against brute force); RFC 6585, section 4
 */
export function throttleSecrets(
  provider: Provider,
  throttle: Pick<Throttle, "count">,
  trusted: BlockList | undefined,
): void {
  const refused = new WeakSet<object>();
  for (const event of events)
    provider.on(event as "grant.error", (ctx, error) => {
      if (error instanceof errors.InvalidClientAuth) refused.add(ctx);
    });
  provider.use(async (context, next) => {
    await next();
    const ctx = context as KoaContextWithOIDC;
    if (!refused.has(ctx)) return;
    const address = clientAddress(ctx.req.socket.remoteAddress, ctx.get("x-forwarded-for"), trusted);
    const counted = await throttle.count("site-secret", { address });
    if (counted.allowed) return;
    const { retryInSeconds } = counted;
    ctx.status = 429;
    ctx.set("retry-after", String(retryInSeconds));
    ctx.remove("www-authenticate");
    ctx.body = {
      error: "too_many_attempts",
      error_description: `too many wrong client credentials: wait ${retryInSeconds} seconds`,
    };
  });
}
