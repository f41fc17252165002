/** Claims that a site requests by name. @see OpenID Connect Core 1.0, section 5.5 */
import { errors } from "oidc-provider";

/** Where, which claim, `values`, one of them, and some room for what identity assurance asks for. */
const deepest = 12;

/** The database gives up on JSON that is some thousand levels deep, and so few bytes are enough for that. */
export async function refuseDeepClaims(_ctx: unknown, claims: unknown): Promise<void> {
  if (isDeeper(claims, deepest)) throw new errors.InvalidRequest("claims parameter is nested too deeply");
}

function isDeeper(value: unknown, than: number): boolean {
  if (typeof value !== "object" || value === null) return false;
  return than === 0 || Object.values(value).some((inner) => isDeeper(inner, than - 1));
}
