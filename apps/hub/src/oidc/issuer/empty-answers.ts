/** Removes the content type of responses without a body: oidc-client-ts accepts JSON or none, but Koa sets text. */
import type Provider from "oidc-provider";

/** @see RFC 7009, section 2.2; RFC 9110, section 8.3 */
export function nameNoTypeOfNothing(provider: Provider): void {
  provider.use(async (ctx, next) => {
    await next();
    if (ctx.body === "") ctx.remove("content-type");
  });
}
