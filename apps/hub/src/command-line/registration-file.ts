import { join } from "node:path";
import { siteFile } from "../site-registry/site-file.ts";
import { RefusedError } from "./refused-error.ts";

/**
 * Where the registration of a site lies. An id is a word, so nobody leads a command to another folder.
 *
 * @throws RefusedError for what is no id
 */
export function registrationFile(id: string, directory: string): string {
  if (!siteFile.shape.id.safeParse(id).success) throw new RefusedError(`"${id}" is no id of a site.`);
  return join(directory, `${id}.json`);
}

/** @returns what to throw when the file is not there */
export function noSuchFile(file: string): RefusedError {
  return new RefusedError(`there is no ${file}. See what is registered: npm run hub -- site list`);
}
