/** The registered sites: read from `SITES_DIR`, one file per site, and read again when a file changes. */
import { createHash } from "node:crypto";
import { matchesService, normalForm, type Service } from "@gatehouse/cas/server";
import type { Log } from "../log.ts";
import type { Mode } from "../settings/env.ts";
import { isEqual } from "../settings/secret-keys.ts";
import { SettingsError } from "../settings/start-errors.ts";
import { createRegistrationReader } from "./read-registrations.ts";
import type { RegisteredSite, RegistrationError } from "./registered-site.ts";
import { createRegistrationLog } from "./registration-log.ts";
import { refusePlainHttp } from "./registration-rules.ts";
import { acceptRegistrations } from "./settle-claims.ts";
import { watchFolder } from "./watch-folder.ts";

export interface SiteRegistry {
  find(id: string): RegisteredSite | undefined;
  /** The site a CAS service URL belongs to. */
  findByService(service: Service): RegisteredSite | undefined;
  /** The site to whose front page or service a sign-out may return. */
  findByReturnAddress(service: Service): RegisteredSite | undefined;
  /** Authenticates a site by its secret, compared in constant time. */
  authenticate(id: string, secret: string): RegisteredSite | undefined;
  /** By name. */
  list(): readonly RegisteredSite[];
  /** Registrations refused at the last reading, by file. */
  refused(): readonly RegistrationError[];
  /** Files of demo registrations that production skips. */
  leftOut(): readonly string[];
  /** Reads the folder again; concurrent calls share one reading. */
  reload(): Promise<void>;
  close(): void;
}

/** Maximum delay in milliseconds until the hub notices a change that the system did not report. */
const slowly = 10_000;

/**
 * Refuses a wrong file with file, field and reason, and serves the others. A file that becomes wrong keeps its previous
 * registration, so that a typing error signs no user out; so does a folder that becomes unreadable.
 *
 * @throws SettingsError when the folder itself cannot be read
 */
export async function openSiteRegistry(options: {
  readonly directory: string;
  readonly lookUp: (name: string) => string | undefined;
  readonly log: Log;
  /** Whether browsers may be sent to services by plain http beyond this machine. */
  readonly plainHttp?: "allowed" | "refused";
  /** Whether to serve or skip demo registrations. */
  readonly demo?: "served" | "left-out";
  readonly recheckMilliseconds?: number;
}): Promise<SiteRegistry> {
  const {
    directory,
    lookUp,
    log,
    plainHttp = "allowed",
    demo = "served",
    recheckMilliseconds = slowly,
  } = options;
  const readFolder = createRegistrationReader(directory, lookUp, demo);
  const say = createRegistrationLog(log);
  /** By name. */
  let sites: ReadonlyMap<string, RegisteredSite> = new Map();
  let errors: readonly RegistrationError[] = [];
  let leftOut: readonly string[] = [];
  /** Whether the last reading changed no site; then unchanged files need no further check. */
  let isSettled = false;
  let unreadable = "";
  let reading: Promise<void> | undefined;

  async function read(): Promise<void> {
    const { files, texts, changed, ...folder } = await readFolder();
    unreadable = "";
    leftOut = folder.leftOut;
    if (!changed && isSettled) return;
    const settled = acceptRegistrations(plainHttp === "refused" ? files.map(refusePlainHttp) : files, sites);
    isSettled = areSame(settled.sites, sites);
    // Sorted once here, so that requests find them in order of name.
    sites = new Map([...settled.sites].sort(([, a], [, b]) => a.name.localeCompare(b.name)));
    errors = settled.refused.map(({ error }) => error);
    say({ ...settled, texts });
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
  const readAgain = (): void => {
    // A reading in progress may have read the file before the change.
    (reading ?? Promise.resolve()).then(reload).catch((error: Error) => {
      if (error.message === unreadable) return;
      unreadable = error.message;
      log.error(
        { event: "sites.unreadable", reason: unreadable },
        "SITES_DIR cannot be read; the sites stay registered",
      );
    });
  };
  const watcher = watchFolder(directory, readAgain, recheckMilliseconds);

  return {
    find: (id) => sites.get(id),
    findByService: (service) =>
      [...sites.values()].find((site) =>
        site.cas?.services.some((pattern) => matchesService(pattern, service)),
      ),
    findByReturnAddress: (service) =>
      [...sites.values()].find(
        (site) =>
          normalForm(new URL(site.url)) === service.normalForm ||
          site.cas?.services.some((pattern) => matchesService(pattern, service)),
      ),
    authenticate(id, secret) {
      const site = sites.get(id);
      const hash = createHash("sha256").update(secret).digest("hex");
      return isEqual(hash, site?.secretHash ?? "0".repeat(64)) ? site : undefined;
    },
    list: () => [...sites.values()],
    refused: () => errors,
    leftOut: () => leftOut,
    reload,
    close: () => watcher.close(),
  };
}

/** Rules that only production enforces. */
export function rulesOfMode(mode: Mode): Pick<Parameters<typeof openSiteRegistry>[0], "plainHttp" | "demo"> {
  return mode === "production"
    ? { plainHttp: "refused", demo: "left-out" }
    : { plainHttp: "allowed", demo: "served" };
}

/** Compares sites by identity: a reading reuses the object of an unchanged site. */
function areSame(
  left: ReadonlyMap<string, RegisteredSite>,
  right: ReadonlyMap<string, RegisteredSite>,
): boolean {
  return left.size === right.size && [...left].every(([id, site]) => right.get(id) === site);
}
