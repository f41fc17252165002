/**
 * `npm start`, `npm run dev`: installs and builds, then runs hub, shop and bank until Ctrl-C; in production only the hub.
 */
import "./bootstrap/node-version.cjs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { startApps, stopApps, waitUntilReady } from "./apps.mjs";
import { rememberAddresses } from "./bootstrap/addresses.mjs";
import { runCommand } from "./bootstrap/command.mjs";
import { prepareDataDirectory } from "./bootstrap/data-directory.mjs";
import { childEnvironment } from "./bootstrap/environment.mjs";
import { watchForInterruption } from "./bootstrap/interruption.mjs";
import { Lock } from "./bootstrap/lock.mjs";
import { Interrupted, PlainError } from "./bootstrap/plain-error.mjs";
import { expectFreePort } from "./bootstrap/ports.mjs";
import { stopLeftovers } from "./bootstrap/processes.mjs";
import { createProgress } from "./bootstrap/progress.mjs";
import { setUp, setUpSteps } from "./bootstrap/set-up.mjs";
import { readSettings } from "./bootstrap/settings.mjs";
import { greeting } from "./greeting.mjs";
import { secretsOf } from "./secrets.mjs";

/** Longest wait for a start that is ending, in milliseconds. */
const endingTakes = 30_000;
/** Longest wait for a start to notice that its npm was killed, in milliseconds. */
const noticingTakes = 1_000;

const interruption = watchForInterruption();

await runCommand(async () => run(readSettings(process.env, { dev: process.argv.includes("--dev") })));

/**
 * @param {import("./bootstrap/settings.mjs").Settings} settings
 * @returns {Promise<number>} exit code
 */
async function run(settings) {
  const logs = prepareDataDirectory(settings.dataDirectory);
  const lock = await takeTurn(settings);
  try {
    await expectFreePorts(settings);
    rememberAddresses(settings);
    const isProduction = settings.mode === "production";
    const progress = createProgress({ total: setUpSteps + (isProduction ? 1 : 2) });
    const { environment } = settings;
    await setUp({
      environment,
      logs,
      interruption,
      progress,
      ...(isProduction && { only: ["@gatehouse/hub"] }),
      ...(settings.dev && { only: ["@gatehouse/database"] }),
    });
    const secrets = secretsOf(settings);
    const apps = startApps({ settings, environment: childEnvironment(environment), secrets, logs });
    try {
      lock.update({ children: apps.map(({ program }) => program.identity) });
      return await serve(apps, settings, progress);
    } finally {
      sayEnding(lock, settings);
      await stopApps(apps, interruption.signal ? interruption.again : interruption.happened);
    }
  } finally {
    lock.release();
  }
}

/**
 * @param {import("./apps.mjs").App[]} apps
 * @param {import("./bootstrap/settings.mjs").Settings} settings
 * @param {ReturnType<typeof createProgress>} progress
 */
async function serve(apps, settings, progress) {
  const [hub, ...sites] = apps;
  await progress.step("starting the hub and its database", async () => {
    if (hub) await waitUntilReady(hub, interruption);
  });
  if (sites.length > 0) {
    await progress.step("starting shop, bank", async () => {
      await Promise.all(sites.map((site) => waitUntilReady(site, interruption)));
    });
  }
  process.stdout.write(`${greeting(settings)}\nready\n`);
  const deaths = apps.map(async (app) => {
    await app.program.ended;
    return app;
  });
  const end = await Promise.race([interruption.happened, ...deaths]);
  if (typeof end === "string") {
    process.stdout.write("stopping …\n");
    return 0;
  }
  const others = apps.length > 1 ? ", so the others were stopped" : "";
  throw new PlainError(`the ${end.program.name} ended by itself${others}. Its log is ${end.log.path}.`);
}

/**
 * Only one start runs on a data directory. Waits for one that is ending; processes that a killed start left behind are
 * ended first.
 *
 * @param {import("./bootstrap/settings.mjs").Settings} settings
 */
async function takeTurn({ dataDirectory, hub }) {
  const lock = new Lock(join(dataDirectory, "run.json"));
  const begun = performance.now();
  while (!lock.tryToTake()) {
    if (interruption.signal) throw new Interrupted(interruption.signal);
    const holder = lock.read();
    const patience = holder?.facts.ending ? endingTakes : noticingTakes;
    if (performance.now() - begun > patience) throw alreadyRuns(dataDirectory, holder);
    await pause(100);
  }
  lock.update({ facts: { url: hub.url } });
  await stopLeftovers(lock.replaced?.children ?? []);
  return lock;
}

/**
 * @param {Lock} lock
 * @param {import("./bootstrap/settings.mjs").Settings} settings
 */
function sayEnding(lock, { hub }) {
  try {
    lock.update({ facts: { url: hub.url, ending: "yes" } });
  } catch {
    // A full disk must not keep the apps running.
  }
}

/**
 * @param {string} dataDirectory
 * @param {import("./bootstrap/lock.mjs").Holder | undefined} holder
 */
function alreadyRuns(dataDirectory, holder) {
  const who = holder ? ` (process ${holder.owner.pid}, ${holder.facts.url})` : "";
  return new PlainError(
    `Gatehouse runs on ${dataDirectory} already${who}. Stop it with Ctrl-C, or set DATA_DIR and other ports for a second one.`,
  );
}

/** @param {import("./bootstrap/settings.mjs").Settings} settings */
async function expectFreePorts({ mode, bindAddress, hub, shop, bank }) {
  await expectFreePort({ variable: "HUB_PORT", port: hub.port, host: bindAddress });
  if (mode === "production") return;
  await expectFreePort({ variable: "SHOP_PORT", port: shop.port, host: "127.0.0.1" });
  await expectFreePort({ variable: "BANK_PORT", port: bank.port, host: "127.0.0.1" });
}
