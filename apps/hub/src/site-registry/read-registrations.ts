/** Reads the files of `SITES_DIR`. Parses a file again only if it has changed since the previous reading. */
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { parseRegistration, type RegisteredSite, RegistrationError } from "./registered-site.ts";

/** Result of reading a registration file. */
export type ReadFile =
  | { readonly file: string; readonly site: RegisteredSite }
  | { readonly file: string; readonly error: RegistrationError };

/** Result of one reading of the folder. */
export interface ReadRegistrations {
  readonly files: readonly ReadFile[];
  /** Content of the readable files, by name. */
  readonly texts: ReadonlyMap<string, string>;
  /** Files of demo registrations, which were skipped. */
  readonly leftOut: readonly string[];
  /** Whether anything has changed since the previous reading. */
  readonly changed: boolean;
}

/** Larger than any registration, in bytes; reading a larger file would delay requests. */
const mostBytes = 65_536;

/** Content of a file, or the reason why it cannot be read. */
type Content = { readonly text: string } | { readonly reason: string };

interface Known {
  readonly content: Content;
  readonly read: ReadFile;
}

/**
 * @param demo whether to serve or skip demo registrations
 * @returns a function that reads the folder once per call and throws when it cannot be read
 */
export function createRegistrationReader(
  directory: string,
  lookUp: (name: string) => string | undefined,
  demo: "served" | "left-out" = "served",
): () => Promise<ReadRegistrations> {
  let before: ReadonlyMap<string, Known> = new Map();

  return async () => {
    const names = (await readdir(directory)).filter((file) => file.endsWith(".json")).sort();
    const now = new Map<string, Known>();
    const leftOut: string[] = [];
    for (const file of names) {
      const content = await readContent(join(directory, file));
      if (content === undefined) continue;
      if (demo === "left-out" && "text" in content && saysDemo(content.text)) {
        leftOut.push(file);
        continue;
      }
      const known = before.get(file);
      now.set(
        file,
        known && isSame(known.content, content) ? known : { content, read: readOne(file, content, lookUp) },
      );
    }
    const changed = now.size !== before.size || [...now].some(([file, known]) => known !== before.get(file));
    before = now;
    return {
      files: [...now.values()].map(({ read }) => read),
      texts: new Map(
        [...now].flatMap(([file, { content }]) => ("text" in content ? [[file, content.text]] : [])),
      ),
      leftOut,
      changed,
    };
  };
}

/** Checked first: environment variables that demo registrations name do not exist in production. */
function saysDemo(text: string): boolean {
  try {
    return JSON.parse(text)?.demo === true;
  } catch {
    return false; // not JSON: the parser of registrations reports it with its position
  }
}

/** @returns `undefined`: the file was deleted between the listing and the reading */
async function readContent(path: string): Promise<Content | undefined> {
  try {
    const found = await stat(path);
    if (!found.isFile()) return { reason: "is not a file" };
    if (found.size > mostBytes) return { reason: "is larger than 64 kB, the maximum for a registration" };
    return { text: await readFile(path, "utf8") };
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ENOENT" ? undefined : { reason: "cannot be read" };
  }
}

function isSame(one: Content, other: Content): boolean {
  if ("text" in one) return "text" in other && one.text === other.text;
  return "reason" in other && one.reason === other.reason;
}

function readOne(file: string, content: Content, lookUp: (name: string) => string | undefined): ReadFile {
  if ("reason" in content) return { file, error: new RegistrationError(file, "(file)", content.reason) };
  try {
    return { file, site: parseRegistration(file, content.text, lookUp) };
  } catch (error) {
    if (!(error instanceof RegistrationError)) throw error;
    return { file, error };
  }
}
