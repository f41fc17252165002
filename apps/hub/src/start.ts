/** Starts the hub: settings, screens, database, sites, protocols on Hono. */
import { join, resolve } from "node:path";
import { DatabaseError } from "@gatehouse/database";
import { makeDemoPeople, refuseDemoPeople } from "./demo-people.ts";
import { hubRoutes, hubServer } from "./hub.ts";
import { createLog } from "./log.ts";
import { openHub } from "./open-hub.ts";
import { openBuiltFrontend } from "./server/built-frontend.ts";
import { listen } from "./server/listen.ts";
import { openNextFrontend } from "./server/next-frontend.ts";
import { readSettings, type Settings } from "./settings/env.ts";
import { SettingsError, StartError } from "./settings/start-errors.ts";
import { createMovableClock } from "./test-door/movable-clock.ts";

/** Folder of the screens: their source in `app`, their build in `dist`. */
const folder = resolve(import.meta.dirname, "..");
/** Time for requests in progress to finish at a stop, in milliseconds. */
const patience = 5_000;

try {
  await start(readSettings());
} catch (error) {
  if (error instanceof DatabaseError) {
    process.stderr.write(`error: ${error.message} ${error.fix}\n`);
  } else if (error instanceof SettingsError || error instanceof StartError) {
    process.stderr.write(`error: ${error.message}\n`);
  } else {
    process.stderr.write(
      `error: the hub could not start. ${error instanceof Error ? error.stack : String(error)}\n`,
    );
  }
  process.exit(1);
}

async function start(settings: Settings): Promise<void> {
  const next = settings.dev ? await openNextFrontend({ directory: folder, port: settings.port }) : undefined;
  const frontend = next ?? (await openBuiltFrontend(join(folder, "dist")));
  const log = createLog(settings.logLevel);
  const testClock = settings.mode === "test" ? createMovableClock() : undefined;
  const hub = await openHub(settings, log, testClock?.now ?? (() => new Date()));
  if (settings.mode === "production") await refuseDemoPeople(hub.database);
  else await makeDemoPeople(hub.database);

  const server = hubServer(hub, hubRoutes(hub, testClock), frontend);
  next?.reload(server);
  await listen(server, settings);
  log.info(
    {
      event: "hub.started",
      url: settings.hubUrl,
      address: `${settings.bindAddress}:${settings.port}`,
      mode: settings.mode,
      sites: hub.sites.list().length,
    },
    "hub started",
  );

  let stopping = false;
  const stop = async (why: string): Promise<void> => {
    if (stopping) return;
    stopping = true;
    log.info({ event: "hub.stopping", why }, "hub stopping");
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeIdleConnections();
    const deadline = setTimeout(() => server.closeAllConnections(), patience);
    await closed;
    clearTimeout(deadline);
    await hub.close();
    process.exit(0);
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => void stop(signal));
  // The parent process that started the hub over a channel has exited; stop as well.
  if (process.channel !== undefined) process.on("disconnect", () => void stop("parent gone"));
}
