import { defaultHubUrl } from "../env.ts";
import { askHub } from "./ask-hub.ts";
import type { Command } from "./parse-command.ts";
import { RefusedError } from "./refused-error.ts";
import { readRegistry } from "./site-commands.ts";
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
  summary: "Checks settings, database and registrations, says what to do, and whether the hub runs.",
  words: [],
  options: {},
  async run(_, settings) {
    const database = await withDatabase(settings, (open) => open.isReady());
    const registry = await readRegistry(settings);
    const refused = registry.refused().flatMap(({ lines }) => lines);
    if (!database)
      throw new RefusedError("the database does not answer. Check DATABASE_URL, or the folder in DATA_DIR.");
    if (refused.length > 0) throw new RefusedError(refused.join("\n       "));
    const { mode, hubUrl } = settings;
    const sites = registry.list().length;
    // A hub that does not run is no fault: settings are checked before a start, too.
    const hub = await askHub(hubUrl);
    const origin = hubUrl === defaultHubUrl ? `${hubUrl}, the default` : hubUrl;
    return {
      result: { settings: "ok", database: "ok", sites, mode, url: hubUrl, hub: hub.state },
      text: [
        `Settings are in order (${mode}, ${origin}).`,
        `The database answers. ${sites} site(s) are registered.`,
        hub.sentence,
      ].join("\n"),
    };
  },
};
