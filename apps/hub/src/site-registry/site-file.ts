/** Shape of a registration file. The JSON Schema `site.schema.json` is generated from it. */
import { z } from "zod";
import { acrValues } from "./acr-values.ts";
import { apiFile, oidcFile, popup } from "./oidc-file.ts";

/** Attributes of a user and of the sign-in that a site can receive. */
export const releasable = ["id", "username", "name", "email", "groups", "amr", "acr"] as const;

/** The JSON of a registration file, before `${NAME}` is replaced. */
export const siteFile = z.strictObject({
  $schema: z.string().optional(),
  id: z
    .string()
    .regex(
      /^[a-z][a-z0-9-]{0,62}$/,
      "should be lower case letters, digits and hyphens, beginning with a letter",
    )
    .describe(
      "Identifies the site in logs, sessions and at /sites/v1, and as client_id. Equals the file's name.",
    ),
  name: z.string().min(1).max(60).describe("Name of the site, shown to users at sign-in."),
  url: z
    .string()
    .describe("Front page of the site. The hub links it on the account page and after a sign-out."),
  mark: z
    .strictObject({
      color: z
        .string()
        .regex(/^#[0-9a-f]{6}$/, "should be a colour such as #c2412d, in lower case")
        .describe("Background of the mark."),
      path: z
        .string()
        .max(1500)
        .regex(/^[Mm][MmLlHhVvCcSsQqTtAaZz0-9 ,.+-]*$/, "should be path data of SVG, beginning with M")
        .optional()
        .describe(
          "Outline in a square of 24, as in the d of an SVG path. Default: the first letter of name.",
        ),
    })
    .optional()
    .describe("Small picture beside the site's name at sign-in and consent. Default: none."),
  firstParty: z
    .boolean()
    .describe(
      "true: the hub's operator runs the site. false: others run it, and by OpenID Connect users are asked for consent. By CAS the hub releases cas.attributes without asking, to either.",
    ),
  requires: z
    .enum(acrValues, `should be one of ${acrValues.join(", ")}`)
    .optional()
    .describe(
      "Weakest sign-in that the site accepts, by OpenID Connect and CAS; a stronger one satisfies it. The hub asks a signed-in user for the missing factor. Default: any.",
    ),
  demo: z.boolean().default(false).describe("true: a site of the demo; a hub in production skips it."),
  secret: z
    .union(
      [
        z.strictObject({
          environment: z
            .string()
            .regex(/^[A-Z][A-Z0-9_]*$/, "should be a variable's name in capitals, such as SHOP_SITE_SECRET"),
        }),
        z.strictObject({
          sha256: z.string().regex(/^[0-9a-f]{64}$/, "should be 64 hex digits, in lower case"),
        }),
      ],
      'should be { "environment": a variable\'s name } or { "sha256": 64 hex digits }',
    )
    .optional()
    .describe(
      "Authenticates the site at /sites/v1 and as OpenID Connect client: its SHA-256 in hex, or the environment variable of the hub that holds it. Without it, the site cannot check sessions.",
    ),
  cas: z
    .strictObject({
      services: z
        .array(z.string(), "should be a list of addresses in [ ]")
        .min(1, "should have at least one address")
        .describe(
          "Addresses that may receive tickets. Scheme, host and port match exactly; in the path * matches one segment and a trailing /** the rest; any query matches. Production requires https except on loopback.",
        ),
      attributes: z
        .array(
          z.union(
            [
              z.enum(releasable),
              z.strictObject({
                name: z
                  .string()
                  .max(64)
                  .regex(/^(?![Xx][Mm][Ll])[A-Za-z_][A-Za-z0-9._-]*$/, "should be a name that XML can have"),
                from: z.enum(releasable),
              }),
            ],
            `should be one of ${releasable.join(", ")}, or { "name": an XML name, "from": one of them }`,
          ),
        )
        .default([])
        .describe(
          "Attributes of the user and of the sign-in (amr: its methods, acr: its class) that the hub releases at validation, each by its own name or renamed by { name, from }.",
        ),
      logoutUrl: z
        .string()
        .optional()
        .describe("Address that receives the LogoutRequest. Default: the address where the user signed in."),
      logoutChannel: z
        .enum(["back", "front"])
        .default("back")
        .describe(
          "back: the hub posts the LogoutRequest. front: the user's browser delivers it at sign-out, for sites that the hub cannot reach.",
        ),
      proxy: z
        .strictObject({
          callbacks: z
            .array(z.string(), "should be a list of addresses in [ ]")
            .min(1, "should have at least one address")
            .describe(
              "Addresses (https) that may receive proxy-granting tickets (pgtUrl), written like services.",
            ),
          targets: z
            .array(z.string())
            .default([])
            .describe("Ids of the sites for which the site may request proxy tickets."),
        })
        .optional()
        .describe("Lets the site act for a user at other sites. Default: no proxy tickets."),
      rest: z
        .boolean()
        .default(false)
        .describe(
          "true: programs may get tickets for this site with the user's password at /cas/v1/tickets.",
        ),
      popup,
    })
    .optional()
    .describe("Sign-in by the CAS protocol."),
  oidc: oidcFile.optional().describe("Sign-in and tokens by OpenID Connect and OAuth 2.0."),
  api: apiFile.optional().describe("An API of the site that accepts the hub's tokens."),
});
