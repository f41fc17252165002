/**
 * `/.well-known/webfinger`: the issuer of an account. The answer is the same for every name, whether the account exists or
 * not.
 *
 * @see OpenID Connect Discovery 1.0, section 2; RFC 7033
 */
import { HubError } from "../../http/hub-error.ts";
import { json, type Route, route } from "../../http/route.ts";

const rel = "http://openid.net/specs/connect/1.0/issuer";
/** Maximum length of a name repeated in the answer, in characters. */
const longest = 1000;

export const webfingerRoutes = (needs: { readonly hubUrl: string }): Route[] => [
  route({
    method: "GET",
    path: "/.well-known/webfinger",
    caller: "anyone",
    antiForgery: "changes-nothing",
    sends: "raw-query",
    speaks: "json",
    async answer(_call, { rawQuery }) {
      // RFC 7033, 4.1: one resource and any number of relations.
      const asked = new URLSearchParams(rawQuery);
      const [subject = "", ...others] = asked.getAll("resource");
      if (others.length > 0 || subject.length > longest || URL.parse(subject) === null)
        throw new HubError(400, "invalid_request", "This cannot be read", [
          "Send one resource: a URI, such as acct:alice@example.com.",
        ]);
      const relations = asked.getAll("rel");
      const isAsked = relations.length === 0 || relations.includes(rel);
      const links = isAsked ? [{ rel, href: `${needs.hubUrl}/oidc` }] : [];
      return json(
        200,
        { subject, links },
        {
          contentType: "application/jrd+json",
          headers: {
            // RFC 7033, 5: pages of every origin may read it.
            "access-control-allow-origin": "*",
            "cross-origin-resource-policy": "cross-origin",
          },
        },
      );
    },
  }),
];
