/** What a registration file may say. The JSON Schema in the repo is made from this (`site.schema.json`). */
import { createHash } from "node:crypto";
import { parseServicePattern, type ServicePattern } from "@gatehouse/cas/server";
import { z } from "zod";

const releasable = ["id", "username", "name", "email"] as const;

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
  secret: z
    .union([
      z.strictObject({ environment: z.string().regex(/^[A-Z][A-Z0-9_]*$/) }),
      z.strictObject({ sha256: z.string().regex(/^[0-9a-f]{64}$/) }),
    ])
    .optional()
    .describe(
      "How the site proves itself at /sites/v1: the environment variable that holds its secret, or the secret's SHA-256 in hex.",
    ),
  cas: z
    .strictObject({
      services: z
        .array(z.string())
        .min(1)
        .describe(
          "Service URLs tickets may be issued for. Scheme, host and port exact; in the path * stands for one segment, a trailing /** for any rest; the query is free.",
        ),
      attributes: z.array(z.enum(releasable)).default([]).describe("Attributes released at validation."),
      logoutUrl: z
        .string()
        .optional()
        .describe("Where the hub posts a LogoutRequest; left out: the service URL."),
    })
    .optional()
    .describe("Sign-in by the CAS protocol."),
});

/** A site as the hub uses it. */
export interface RegisteredSite {
  readonly id: string;
  readonly name: string;
  /** Normalised front page. */
  readonly url: string;
  readonly host: string;
  readonly firstParty: boolean;
  /** SHA-256 of the site's secret in hex; absent: the site cannot call /sites/v1. */
  readonly secretHash: string | undefined;
  readonly cas:
    | {
        readonly services: readonly ServicePattern[];
        readonly attributes: readonly (typeof releasable)[number][];
        readonly logoutUrl: string | undefined;
      }
    | undefined;
}

/** Why a registration file was refused: which file, which field, what is wrong with it. */
export class RegistrationError extends Error {
  override readonly name = "RegistrationError";
  readonly code = "registration_invalid";
  readonly file: string;
  readonly field: string;
  readonly reason: string;

  constructor(file: string, field: string, reason: string) {
    super(`${file}: ${field}: ${reason}`);
    this.file = file;
    this.field = field;
    this.reason = reason;
  }
}

/**
 * Reads one registration.
 *
 * @param file the file's name, for the error
 * @param text the file's content
 * @param lookUp the environment, for `${NAME}` and `secret.environment`
 * @throws RegistrationError for the first thing that is wrong
 */
export function parseRegistration(
  file: string,
  text: string,
  lookUp: (name: string) => string | undefined,
): RegisteredSite {
  const refuse = (field: string, reason: string): never => {
    throw new RegistrationError(file, field, reason);
  };
  const parsed = siteFile.safeParse(parseJson(text, (reason) => refuse("(file)", reason)));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return refuse(issue?.path.join(".") || "(file)", issue?.message ?? "is not a registration");
  }
  const site = parsed.data;
  if (`${site.id}.json` !== file)
    refuse("id", `should be "${file.replace(/\.json$/, "")}", like the file's name`);
  const fill = (field: string, value: string): string =>
    value.replace(
      /\$\{([A-Z][A-Z0-9_]*)\}/g,
      (_, name: string) =>
        lookUp(name) ?? refuse(field, `names \${${name}}, which is not set in the environment`),
    );
  const address = (field: string, value: string): string => {
    const url = URL.parse(fill(field, value));
    if (url === null || !["http:", "https:"].includes(url.protocol) || url.username || url.hash) {
      return refuse(field, "should be an http or https URL without user info and fragment");
    }
    return url.href;
  };
  const url = address("url", site.url);
  return {
    id: site.id,
    name: site.name,
    url,
    host: new URL(url).hostname,
    firstParty: site.firstParty,
    secretHash: secretHash(site.secret, lookUp, refuse),
    cas: site.cas && {
      services: site.cas.services.map((pattern, index) => {
        const field = `cas.services.${index}`;
        try {
          return parseServicePattern(fill(field, pattern));
        } catch (error) {
          if (error instanceof RegistrationError) throw error;
          return refuse(field, error instanceof Error ? error.message : String(error));
        }
      }),
      attributes: site.cas.attributes,
      logoutUrl: site.cas.logoutUrl && address("cas.logoutUrl", site.cas.logoutUrl),
    },
  };
}

function parseJson(text: string, refuse: (reason: string) => never): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    return refuse(`is not JSON: ${(error as SyntaxError).message}`);
  }
}

function secretHash(
  secret: z.infer<typeof siteFile>["secret"],
  lookUp: (name: string) => string | undefined,
  refuse: (field: string, reason: string) => never,
): string | undefined {
  if (secret === undefined) return undefined;
  if ("sha256" in secret) return secret.sha256;
  const value = lookUp(secret.environment);
  if (value === undefined)
    return refuse("secret.environment", `names ${secret.environment}, which is not set in the environment`);
  if (value.length < 32)
    return refuse("secret.environment", `names ${secret.environment}, which is shorter than 32 characters`);
  return createHash("sha256").update(value).digest("hex");
}
