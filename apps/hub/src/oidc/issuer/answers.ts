/** Corrections of oidc-provider's responses. */

import { currentArtifacts } from "../store/request-context.ts";
import { errors, type KoaContextWithOIDC, type Provider } from "./provider.ts";
import type { TokenAudit } from "./token-audit.ts";

/**
 * Stores everything that a request issued, with its audit event, before its response goes out; if that fails, the response
 * is an error.
 */
export function saveBeforeResponding(provider: Provider, audit: TokenAudit): void {
  provider.use(async (context, next) => {
    await next();
    const ctx = context as KoaContextWithOIDC;
    try {
      const event = audit.eventOf(ctx);
      const isStored = await currentArtifacts()?.settle(event);
      if (event !== undefined && isStored !== true) await audit.recordAudit(event);
    } catch (error) {
      const lost = error instanceof errors.InvalidGrant;
      provider.emit(lost ? "grant.error" : "server_error", ctx, error as Error);
      ctx.status = lost ? 400 : 500;
      ctx.body = lost
        ? { error: "invalid_grant", error_description: "grant request is invalid" }
        : { error: "server_error", error_description: "oops! something went wrong" };
    }
  });
}

/**
 * Removes the content type of responses without a body: oidc-client-ts accepts JSON or none, but Koa sets text.
 *
 * @see RFC 7009, section 2.2; RFC 9110, section 8.3
 */
export function omitTypeOfEmptyBodies(provider: Provider): void {
  provider.use(async (ctx, next) => {
    await next();
    if (ctx.body === "") ctx.remove("content-type");
  });
}

/**
 * Names the short address for the code of a device, which a user has to type. oidc-provider names the form itself.
 *
 * @param address the short address
 * @see RFC 8628, section 3.2: "short and easy to remember"
 */
export function shortenDeviceAddress(provider: Provider, address: string): void {
  provider.use(async (context, next) => {
    await next();
    const { body, oidc } = context as KoaContextWithOIDC;
    if (oidc?.route !== "device_authorization" || !isDeviceAnswer(body)) return;
    const complete = `${address}?user_code=${encodeURIComponent(body.user_code)}`;
    context.body = { ...body, verification_uri: address, verification_uri_complete: complete };
  });
}

function isDeviceAnswer(body: unknown): body is { readonly user_code: string } {
  return typeof (body as { user_code?: unknown } | null)?.user_code === "string";
}

/** Cache lifetime of public documents, in seconds; a key is published a day before it signs. */
const cacheSeconds = 900;

/** Lets clients cache metadata and keys. */
export function allowMetadataCaching(provider: Provider): void {
  provider.use(async (context, next) => {
    await next();
    const { oidc, status, set } = context as KoaContextWithOIDC;
    const isDocument = oidc?.route === "discovery" || oidc?.route === "jwks";
    if (isDocument && status === 200) set.call(context, "cache-control", `public, max-age=${cacheSeconds}`);
  });
}
