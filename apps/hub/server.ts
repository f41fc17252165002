/** Starts the hub: settings, database, sites, protocols on Hono, screens by Next. */
import { once } from "node:events";
import { DatabaseError } from "@gatehouse/database";
import next from "next";
import { makeDemoPeople } from "./src/demo-people.ts";
import { readSettings, type Settings } from "./src/env.ts";
import { createHubServer } from "./src/http/hub-server.ts";
import { openHub } from "./src/hub.ts";
import { createLog } from "./src/log.ts";
import { hubRoutes } from "./src/routes.ts";
import { SettingsError } from "./src/settings-error.ts";
import { createMovableClock } from "./src/test-door/movable-clock.ts";

/** Requests under way get this long at a stop, in milliseconds. */
const patience = 5_000;

try {
  await start(readSettings());
} catch (error) {
  if (error instanceof DatabaseError) {
    process.stderr.write(`error: ${error.message} ${error.fix}\n`);
  } else if (error instanceof SettingsError || isTakenPort(error)) {
    process.stderr.write(`error: ${error.message}\n`);
  } else {
    process.stderr.write(
      `error: the hub could not start. ${error instanceof Error ? error.stack : String(error)}\n`,
    );
  }
  process.exit(1);
}

async function start(settings: Settings): Promise<void> {
  const log = createLog(settings.logLevel);
  const testClock = settings.mode === "test" ? createMovableClock() : undefined;
  const hub = await openHub(settings, log, testClock?.now ?? (() => new Date()));
  if (settings.mode !== "production") await makeDemoPeople(hub.database);

  const screens = next({
    dev: settings.dev,
    dir: import.meta.dirname,
    hostname: "127.0.0.1",
    port: settings.port,
  });
  await screens.prepare();
  const handler = screens.getRequestHandler();
  const server = createHubServer(hub, hubRoutes(testClock), (request, response) =>
    handler(request, response),
  );
  if (settings.dev)
    server.on("upgrade", (request, socket, head) => screens.getUpgradeHandler()(request, socket, head));
  server.listen(settings.port, settings.listenOn);
  await once(server, "listening");
  log.info(
    { event: "hub.started", url: settings.hubUrl, mode: settings.mode, sites: hub.sites.list().length },
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
  // Whoever started the hub over a channel is gone without a word: so is the hub.
  if (process.channel !== undefined) process.on("disconnect", () => void stop("parent gone"));
}

function isTakenPort(error: unknown): error is Error {
  if ((error as NodeJS.ErrnoException).code !== "EADDRINUSE") return false;
  (error as Error).message =
    `port ${(error as { port?: number }).port} is taken. Stop what uses it, or set HUB_PORT to another.`;
  return true;
}
