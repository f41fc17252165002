/** The name of a person that a site sees. */

import { createHmac } from "node:crypto";
import type { SiteRegistry } from "../../site-registry/site-registry.ts";
import type { Configuration } from "./provider.ts";

/**
 * A name that no two sites share, for those that want it. An API is told the name by which its own site knows its
 * people, whichever site got the token: with that of the other site it would find nobody.
 *
 * @see OpenID Connect Core 1.0, section 8.1; RFC 7662, section 2.2 (sub); RFC 9068, section 2.2 (sub)
 */
export function subjects(
  sites: Pick<SiteRegistry, "list">,
  secret: string,
): Pick<Configuration, "pairwiseIdentifier" | "formats"> {
  const nameAt = (siteId: string, accountId: string) =>
    createHmac("sha256", secret).update(`${siteId}:${accountId}`).digest("base64url");
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
