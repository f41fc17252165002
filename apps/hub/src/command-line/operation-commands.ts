import { createLog } from "../log.ts";
import { openSiteRegistry } from "../site-registry/site-registry.ts";
import type { Command } from "./parse-command.ts";
import { RefusedError } from "./refused-error.ts";
import { withDatabase } from "./with-database.ts";

export const migrate: Command = {
  name: "migrate",
  summary: "Brings the database to this version. The hub does the same at its start.",
  words: [],
  options: {},
  run: (_, settings) =>
    withDatabase(settings, async () => ({
      result: { migrated: true },
      text: "The database is at this version.",
    })),
};

export const doctor: Command = {
  name: "doctor",
  summary: "Checks settings, database and registrations, and says what to do.",
  words: [],
  options: {},
  async run(_, settings) {
    const database = await withDatabase(settings, (open) => open.isReady());
    const registry = await openSiteRegistry({
      directory: settings.sitesDirectory,
      lookUp: settings.lookUp,
      log: createLog("silent"),
    });
    registry.close();
    const refused = registry.refused().map(({ message }) => message);
    if (!database)
      throw new RefusedError("the database does not answer. Check DATABASE_URL, or the folder in DATA_DIR.");
    if (refused.length > 0) throw new RefusedError(refused.join("\n       "));
    const result = {
      settings: "ok",
      database: "ok",
      sites: registry.list().length,
      mode: settings.mode,
      url: settings.hubUrl,
    };
    return {
      result,
      text: `Settings are in order (${settings.mode}, ${settings.hubUrl}). The database answers. ${result.sites} site(s) are registered.`,
    };
  },
};
