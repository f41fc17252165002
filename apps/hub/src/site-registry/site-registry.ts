/** The registered sites: read from `SITES_DIR`, one file a site, taken up again when a file changes. */
import { createHash } from "node:crypto";
import { type FSWatcher, watch } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { matchesService, type Service } from "@gatehouse/cas/server";
import type { Log } from "../log.ts";
import { isEqual } from "../secret-keys.ts";
import { SettingsError } from "../settings-error.ts";
import { parseRegistration, type RegisteredSite, RegistrationError } from "./registered-site.ts";

export interface SiteRegistry {
  find(id: string): RegisteredSite | undefined;
  /** The site a CAS service URL belongs to. */
  findByService(service: Service): RegisteredSite | undefined;
  /** The site whose front page or service a sign-out may go back to. */
  findByReturnAddress(service: Service): RegisteredSite | undefined;
  /** The site that proves itself with its secret; compared in constant time. */
  authenticate(id: string, secret: string): RegisteredSite | undefined;
  /** By name. */
  list(): readonly RegisteredSite[];
  /** What was refused at the last reading, by file. */
  refused(): readonly RegistrationError[];
  /** Reads the folder again; calls on top of each other share one reading. */
  reload(): Promise<void>;
  close(): void;
}

/** How long to gather file events of one save, in milliseconds. */
const settle = 50;

/**
 * A wrong file is refused with file, field and reason, and the others go on. A file that was right
 * and is wrong now keeps its site as it was, so that a slip of the pen signs nobody out.
 *
 * @throws SettingsError when the folder itself cannot be read
 */
export async function openSiteRegistry(options: {
  readonly directory: string;
  readonly lookUp: (name: string) => string | undefined;
  readonly log: Log;
}): Promise<SiteRegistry> {
  const { directory, lookUp, log } = options;
  let sites = new Map<string, RegisteredSite>();
  let errors: RegistrationError[] = [];
  let reading: Promise<void> | undefined;

  async function read(): Promise<void> {
    const files = (await readdir(directory)).filter((file) => file.endsWith(".json")).sort();
    const next = new Map<string, RegisteredSite>();
    const refused: RegistrationError[] = [];
    for (const file of files) {
      try {
        const site = parseRegistration(file, await readFile(join(directory, file), "utf8"), lookUp);
        next.set(site.id, site);
      } catch (error) {
        const reason =
          error instanceof RegistrationError
            ? error
            : new RegistrationError(file, "(file)", "cannot be read");
        refused.push(reason);
        const kept = sites.get(file.slice(0, -".json".length));
        if (kept !== undefined) next.set(kept.id, kept);
        log.error(
          { file, field: reason.field, reason: reason.reason, kept: kept !== undefined },
          "site registration refused",
        );
      }
    }
    sites = next;
    errors = refused;
  }

  const reload = (): Promise<void> => {
    reading ??= read().finally(() => {
      reading = undefined;
    });
    return reading;
  };

  try {
    await reload();
  } catch (error) {
    throw new SettingsError(
      "SITES_DIR",
      `should be a readable folder of site registrations (${(error as Error).message}).`,
    );
  }
  const watcher = watchFolder(directory, () => {
    // A reading under way may have passed the changed file already.
    (reading ?? Promise.resolve())
      .then(reload)
      .catch((error) => log.error({ err: error }, "site registrations not read"));
  });

  return {
    find: (id) => sites.get(id),
    findByService: (service) =>
      [...sites.values()].find((site) =>
        site.cas?.services.some((pattern) => matchesService(pattern, service)),
      ),
    findByReturnAddress: (service) =>
      [...sites.values()].find(
        (site) =>
          site.url === service.url || site.cas?.services.some((pattern) => matchesService(pattern, service)),
      ),
    authenticate(id, secret) {
      const site = sites.get(id);
      const hash = createHash("sha256").update(secret).digest("hex");
      return isEqual(hash, site?.secretHash ?? "0".repeat(64)) ? site : undefined;
    },
    list: () => [...sites.values()].sort((a, b) => a.name.localeCompare(b.name)),
    refused: () => errors,
    reload,
    close: () => watcher.close(),
  };
}

function watchFolder(directory: string, changed: () => void): FSWatcher {
  let timer: NodeJS.Timeout | undefined;
  return watch(directory, () => {
    clearTimeout(timer);
    timer = setTimeout(changed, settle).unref();
  });
}
