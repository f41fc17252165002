/** Refuses authorization requests that oidc-provider would accept. */
import { errors, type KoaContextWithOIDC } from "./provider.ts";
import { keepFromRedirect } from "./provider-internals.ts";

const asking = new Set(["authorization", "pushed_authorization_request"]);

/**
 * Maximum length of all parameters of a request together, in bytes after decoding. A flow stores its request, and a
 * request that was posted or pushed can begin many flows by short addresses.
 *
 * @see RFC 9110, section 4.1 (every recipient supports 8,000 octets)
 */
const longest = 8000;

/**
 * Maximum length of a `state` that a refusal returns to the site, in bytes. A longer one would make a `Location` that
 * proxies answer with 502: nginx accepts 4,096 bytes of headers unless told otherwise.
 */
const longestReturned = 2000;

/** The claim's place, its name, `values`, one value, and some room for identity assurance. */
const deepest = 12;

/**
 * Refuses long requests, and `response_type=code code`, which oidc-provider reads as `code`.
 *
 * @throws InvalidRequest with the name of the longest parameter
 * @throws UnsupportedResponseType
 * @see RFC 6749, sections 3.1.1 and 4.1.2.1
 */
export function validateRequest(ctx: KoaContextWithOIDC): void {
  refuseLong(ctx.oidc.params ?? {});
  if (!asking.has(ctx.oidc.route)) return;
  const sent = (ctx.method === "POST" ? ctx.oidc.body : ctx.query)?.response_type;
  if (typeof sent === "string" && sent !== "" && sent !== "code") throw new errors.UnsupportedResponseType();
}

function refuseLong(params: Readonly<Record<string, unknown>>): void {
  const lengths: { readonly name: string; readonly length: number }[] = [];
  // oidc-provider names all parameters that it knows, most of them undefined.
  for (const [name, value] of Object.entries(params))
    if (value !== undefined) lengths.push({ name, length: storedLength([value].flat().join("")) });
  if (lengths.reduce((sum, { length }) => sum + length, 0) <= longest) return;
  const first = lengths.reduce((one, other) => (other.length > one.length ? other : one));
  const refusal = new errors.InvalidRequest(
    `the parameters exceed ${longest} bytes, of which ${first.name} takes ${first.length}`,
  );
  const state = lengths.find(({ name }) => name === "state");
  throw state !== undefined && state.length > longestReturned ? keepFromRedirect(refusal) : refusal;
}

/** A flow is stored as JSON, which writes a control character in six bytes. */
function storedLength(text: string): number {
  return Buffer.byteLength(JSON.stringify(text)) - 2;
}

/**
 * Refuses deeply nested claims: PostgreSQL fails on JSON nested some thousand levels, which needs few bytes.
 *
 * @see OpenID Connect Core 1.0, section 5.5
 */
export async function refuseDeepClaims(_ctx: unknown, claims: unknown): Promise<void> {
  if (isDeeper(claims, deepest)) throw new errors.InvalidRequest("claims parameter is nested too deeply");
}

function isDeeper(value: unknown, than: number): boolean {
  if (typeof value !== "object" || value === null) return false;
  return than === 0 || Object.values(value).some((inner) => isDeeper(inner, than - 1));
}
