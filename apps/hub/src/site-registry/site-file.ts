/** What a registration file may say. The JSON Schema in the repo is made from this (`site.schema.json`). */
import { z } from "zod";
import { apiFile, oidcFile, popup } from "./oidc-file.ts";

/** Attributes of a person that a site may be given. */
export const releasable = ["id", "username", "name", "email", "groups"] as const;

/** The JSON a site's file holds, before `${NAME}` is replaced. */
export const siteFile = z.strictObject({
  $schema: z.string().optional(),
  id: z
    .string()
    .regex(
      /^[a-z][a-z0-9-]{0,62}$/,
      "should be lower case letters, digits and hyphens, beginning with a letter",
    )
    .describe("Stable name of the site in logs, sessions and at /sites/v1. The same as the file's name."),
  name: z.string().min(1).max(60).describe("What people call the site; shown at sign-in."),
  url: z
    .string()
    .describe("The site's front page. People are sent here after sign-out and from the account page."),
  firstParty: z.boolean().describe("true: one of the family. false: somebody else's site."),
  demo: z
    .boolean()
    .default(false)
    .describe("true: a site of the demo, which a hub in production leaves out. Left out: false."),
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
      "How the site proves itself at /sites/v1: the environment variable that holds its secret, or the secret's SHA-256 in hex.",
    ),
  cas: z
    .strictObject({
      services: z
        .array(z.string(), "should be a list of addresses in [ ]")
        .min(1, "should have at least one address")
        .describe(
          "Service URLs tickets may be issued for. Scheme, host and port exact; in the path * stands for one segment, a trailing /** for any rest; the query is free.",
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
          "Attributes released at validation: one of the person's by its own name, or under another name.",
        ),
      logoutUrl: z.string().optional().describe("Where a LogoutRequest goes; left out: the service URL."),
      logoutChannel: z
        .enum(["back", "front"])
        .default("back")
        .describe(
          "back: the hub posts the LogoutRequest. front: the person's browser brings it when she signs out, for sites the hub cannot reach.",
        ),
      proxy: z
        .strictObject({
          callbacks: z
            .array(z.string(), "should be a list of addresses in [ ]")
            .min(1, "should have at least one address")
            .describe("Addresses for pgtUrl, https, written like services."),
          targets: z
            .array(z.string())
            .default([])
            .describe("Ids of the sites it may ask for proxy tickets to."),
        })
        .optional()
        .describe("Lets the site act for a person at other sites. Left out: it may not."),
      rest: z
        .boolean()
        .default(false)
        .describe(
          "Lets programs get tickets for this site with a password at /cas/v1/tickets. Off unless a program cannot do without.",
        ),
      popup,
    })
    .optional()
    .describe("Sign-in by the CAS protocol."),
  oidc: oidcFile.optional().describe("Sign-in and tokens by OpenID Connect and OAuth 2.0."),
  api: apiFile.optional().describe("An API of the site that takes the hub's tokens."),
});
