/** How sites are judged where oidc-provider, which keeps secrets as they are, does it in another way. */
import { createHash } from "node:crypto";
import Provider, { errors } from "oidc-provider";
import { isEqual } from "../../secret-keys.ts";

export function judgeClients(provider: Provider): void {
  const client = provider.Client.prototype;
  // Registrations hold the hash of a secret; what is presented is hashed before it is compared.
  client.compareClientSecret = function compare(presented: string) {
    const hash = createHash("sha256").update(presented).digest("hex");
    return isEqual(hash, this.clientSecret ?? "");
  };
  const isAllowed = client.grantTypeAllowed;
  // RFC 6749, 5.2 has an error of its own for a grant that is not registered.
  client.grantTypeAllowed = function allowed(grant: string) {
    if (isAllowed.call(this, grant)) return true;
    const { oidc } = Provider.ctx ?? {};
    if (oidc?.route === "token" && oidc.params?.grant_type === grant)
      throw new errors.UnauthorizedClient("this grant is not registered for this client");
    return false;
  };
  // Sites are told by the hub's own outbox: with retries, for CAS and OpenID Connect alike (docs/decisions/0009).
  client.backchannelLogout = async () => undefined as never;
  // Also for a site that is told nothing: it asks by it whether she is still signed in.
  client.includeSid = () => true;
}
