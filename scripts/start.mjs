/**
 * `npm start`, `npm run dev`: installs and builds, then runs hub, shop and bank until Ctrl-C; in production only the hub.
 *
 * @import { App } from "./apps.mjs"
 * @import { Progress } from "./bootstrap/progress.mjs"
 * @import { Settings } from "./bootstrap/settings.mjs"
 */
import "./bootstrap/node-version.cjs";
import { join } from "node:path";
import { startApps, stopApps, waitUntilReady } from "./apps.mjs";
import { rememberAddresses } from "./bootstrap/addresses.mjs";
import { childEnvironment } from "./bootstrap/checkout.mjs";
import { prepareDataDirectory } from "./bootstrap/disk.mjs";
import { watchForInterruption } from "./bootstrap/interruption.mjs";
import { Lock } from "./bootstrap/lock.mjs";
import { PlainError, runCommand } from "./bootstrap/plain-error.mjs";
import { expectFreePort } from "./bootstrap/ports.mjs";
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
 * @param {Settings} settings
 * @returns {Promise<number>} exit code
 */
async function run(settings) {
  const { mode, dev, dataDirectory, environment, hub } = settings;
  const isProduction = mode === "production";
  const logs = prepareDataDirectory(dataDirectory);
  // Only one start runs on a data directory.
  const lock = new Lock(join(dataDirectory, "run.json"));
  try {
    await lock.take(interruption, (holder, waited) => {
      if (waited < (holder?.facts.ending ? endingTakes : noticingTakes)) return;
      const who = holder ? ` (process ${holder.owner.pid}, ${holder.facts.url})` : "";
      throw new PlainError(
        `Gatehouse runs on ${dataDirectory} already${who}. Stop it with Ctrl-C, or set DATA_DIR and other ports for a second one.`,
      );
    });
    lock.update({ facts: { url: hub.url } });
    await expectFreePorts(settings);
    rememberAddresses(settings);
    const progress = createProgress({ total: setUpSteps + (isProduction ? 1 : 2) });
    await setUp({
      ...{ environment, logs, interruption, progress },
      ...(isProduction && { only: ["@gatehouse/hub"] }),
      ...(dev && { only: ["@gatehouse/database", "@gatehouse/auth"] }),
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
 * @param {App[]} apps
 * @param {Settings} settings
 * @param {Progress} progress
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
  const ends = apps.map((app) => app.program.ended.then(() => app));
  const end = await Promise.race([interruption.happened, ...ends]);
  if (typeof end === "string") {
    process.stdout.write("stopping …\n");
    return 0;
  }
  const others = apps.length > 1 ? ", so the others were stopped" : "";
  throw new PlainError(`the ${end.name} ended by itself${others}. Its log is ${end.log.path}.`);
}

/**
 * @param {Lock} lock
 * @param {Settings} settings
 */
function sayEnding(lock, { hub }) {
  try {
    lock.update({ facts: { url: hub.url, ending: "yes" } });
  } catch {
    // A full disk must not keep the apps running.
  }
}

/** @param {Settings} settings */
async function expectFreePorts({ mode, bindAddress, hub, shop, bank }) {
  await expectFreePort({ variable: "HUB_PORT", port: hub.port, host: bindAddress });
  if (mode === "production") return;
  await expectFreePort({ variable: "SHOP_PORT", port: shop.port, host: "127.0.0.1" });
  await expectFreePort({ variable: "BANK_PORT", port: bank.port, host: "127.0.0.1" });
}
