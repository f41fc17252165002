/** The subject identifier under which a site knows a user. */

import { createHmac, createSecretKey } from "node:crypto";
import type { SiteRegistry } from "../../site-registry/site-registry.ts";
import type { Configuration } from "./provider.ts";

/**
 * Pairwise identifiers for sites registered so. Tokens for an API carry the identifier that the API's own site knows,
 * whichever site received the token; the API could not resolve the identifier of another site.
 *
 * @see OpenID Connect Core 1.0, section 8.1; RFC 7662, section 2.2 (sub); RFC 9068, section 2.2 (sub)
 */
export function subjects(
  sites: Pick<SiteRegistry, "list">,
  secret: string,
): Pick<Configuration, "pairwiseIdentifier" | "formats"> {
  const key = createSecretKey(Buffer.from(secret));
  const nameAt = (siteId: string, accountId: string) =>
    createHmac("sha256", key).update(`${siteId}:${accountId}`).digest("base64url");
  return {
    async pairwiseIdentifier(ctx, accountId, site) {
      const asking = ctx?.oidc.route === "introspection" ? ctx.oidc.client : undefined;
      const knows = asking ?? site;
      return knows.subjectType === "pairwise" ? nameAt(knows.clientId, accountId) : accountId;
    },
    formats: {
      customizers: {
        jwt(_ctx, token, { payload }) {
          if (!("accountId" in token) || token.accountId === undefined) return;
          const audience = sites.list().find(({ api }) => api?.resource === payload?.aud);
          if (payload === undefined || audience === undefined) return;
          const isPairwise = audience.oidc?.subject === "pairwise";
          payload.sub = isPairwise ? nameAt(audience.id, token.accountId) : token.accountId;
        },
      },
    },
  };
}
