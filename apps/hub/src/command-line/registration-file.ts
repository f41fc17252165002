import { createHash, randomBytes } from "node:crypto";
import { join } from "node:path";
import { siteFile } from "../site-registry/site-file.ts";
import { RefusedError } from "./parse-command.ts";

/**
 * Path of a site's registration. The id is checked, so that it cannot lead to another folder.
 *
 * @throws RefusedError for text that is no id
 */
export function registrationFile(id: string, directory: string): string {
  if (!siteFile.shape.id.safeParse(id).success)
    throw new RefusedError(
      `"${id}" is not a site id: a letter, then letters, digits and hyphens, all in lower case.`,
    );
  return join(directory, `${id}.json`);
}

/** The error for a file that does not exist. */
export function noSuchFile(file: string): RefusedError {
  return new RefusedError(`there is no ${file}. List the registered sites: npm run hub -- site list`);
}

/** Makes a site's credentials: the secret for the site, its hash for the registration. */
export function createSiteSecret(): { readonly secret: string; readonly sha256: string } {
  const secret = randomBytes(32).toString("base64url");
  return { secret, sha256: createHash("sha256").update(secret).digest("hex") };
}
