/**
 * Restricts client authentication to the registered method of each site. oidc-provider alone accepts a secret in the
 * header and in the body, and lets a public client introspect tokens.
 *
 * @see RFC 6749, section 2.3; RFC 7591, section 2 (token_endpoint_auth_method); RFC 7662, section 2.1
 */
import Provider, { errors, type KoaContextWithOIDC } from "oidc-provider";

type Client = InstanceType<Provider["Client"]>;

/** Endpoints at which sites authenticate, by oidc-provider's route names. */
const authenticated = new Set([
  "token",
  "introspection",
  "revocation",
  "pushed_authorization_request",
  "device_authorization",
]);

/** Checks a site when an endpoint looks it up, before its secret or key is verified. */
export function requireRegisteredMethod(provider: Provider): void {
  const find = provider.Client.find;
  provider.Client.find = async function findJudged(id: string) {
    const client = await find.call(this, id);
    const { ctx } = Provider;
    // Introspection also looks up the token's site, after the requesting one is known.
    if (client !== undefined && ctx !== undefined && ctx.oidc.entities.Client === undefined)
      judge(client, ctx);
    return client;
  };
}

function judge(client: Client, ctx: KoaContextWithOIDC): void {
  const { route } = ctx.oidc;
  if (!authenticated.has(route)) return;
  const registered = client.tokenEndpointAuthMethod;
  if (methodOf(ctx) !== registered) {
    const description = `this client is registered with ${registered}, and proved itself in another way`;
    throw refusal(description);
  }
  if (route === "introspection" && registered === "none")
    throw refusal("a client that does not prove itself cannot ask about tokens");
}

/** The authentication method of a request, in oidc-provider's order of precedence. */
function methodOf({ oidc: { params }, headers }: KoaContextWithOIDC): string {
  if (params?.client_secret) return "client_secret_post";
  if (headers.authorization !== undefined) return "client_secret_basic";
  return params?.client_assertion === undefined ? "none" : "private_key_jwt";
}

function refusal(description: string): errors.InvalidClientAuth {
  const error = new errors.InvalidClientAuth(description);
  error.error_description = description;
  return error;
}
