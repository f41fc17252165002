/** Accepts only `response_type=code`. */
import { errors, type KoaContextWithOIDC } from "oidc-provider";

const asking = new Set(["authorization", "pushed_authorization_request"]);

/**
 * Refuses `code code`, which oidc-provider reads as `code`.
 *
 * @see RFC 6749, sections 3.1.1 and 4.1.2.1
 */
export function oneResponseType(ctx: KoaContextWithOIDC): void {
  if (!asking.has(ctx.oidc.route)) return;
  const sent = (ctx.method === "POST" ? ctx.oidc.body : ctx.query)?.response_type;
  if (typeof sent === "string" && sent !== "" && sent !== "code") throw new errors.UnsupportedResponseType();
}
