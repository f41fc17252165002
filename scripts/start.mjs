/** `npm start`, `npm run dev`: everything set up by itself, then hub, shop and bank until Ctrl-C. */
import { join } from "node:path";
import { build } from "./build.mjs";
import { plan as makePlan, readEnvironment, toolEnvironment } from "./environment.mjs";
import { install, requireNode } from "./install.mjs";
import { requireFreePort } from "./ports.mjs";
import { createProgress } from "./progress.mjs";
import { takeRunLock } from "./run-lock.mjs";
import { endTools } from "./run-tool.mjs";
import { prepareDataFolder, readSecrets } from "./secrets.mjs";
import { startApps } from "./site-apps.mjs";
import { StopError } from "./stop-error.mjs";

const dev = process.argv.includes("--dev");
/** @type {import("./app-process.mjs").AppProcess[]} */
const started = [];
/** @type {{ release(): void } | undefined} */
let lock;
let stopping = false;

for (const signal of /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"]))
  process.on(signal, () => void stop(0, "stopping …"));

try {
  await start();
} catch (error) {
  if (!stopping) {
    const text = error instanceof StopError ? error.message : /** @type {Error} */ (error).stack;
    await stop(1, `\nerror: ${text}`);
  }
}

async function start() {
  const operators = readEnvironment();
  const plan = makePlan(operators);
  const { hub, shop, bank } = plan.apps;
  prepareDataFolder(plan.dataDirectory);
  lock = takeRunLock(plan.dataDirectory);
  for (const app of [hub, shop, bank]) await requireFreePort(app);

  const logs = join(plan.dataDirectory, "logs");
  const environment = toolEnvironment(operators);
  const progress = createProgress(3);
  await progress.step("installing packages", (say) => install({ environment, logs, say }));
  requireNode();
  await progress.step(dev ? "making the database client" : "building hub, shop and bank", (say) =>
    build({ environment, logs, say, ...(dev ? { only: "@gatehouse/database" } : {}) }),
  );
  const secrets = readSecrets(plan.dataDirectory, operators);
  await progress.step("starting database, hub, shop and bank", (say) =>
    startApps({ plan, environment, secrets, dev, say, onStarted: watch }),
  );
  if (!stopping) process.stdout.write(`${greeting(plan)}\nready\n`);
}

/** @param {import("./app-process.mjs").AppProcess} app */
function watch(app) {
  started.push(app);
  app.ended.then(() => {
    const isUp = started.includes(app);
    if (!stopping && isUp)
      void stop(
        1,
        `\nerror: the ${app.name} ended by itself. Its log is in .data/logs/${app.name}.log; start again when that is mended.`,
        app,
      );
  });
}

/**
 * Sites before the hub: whoever is served last can still ask it. The hub stops its database.
 *
 * @param {number} exitCode
 * @param {string} words
 * @param {import("./app-process.mjs").AppProcess} [dead] ended already
 */
async function stop(exitCode, words, dead) {
  if (stopping) return;
  stopping = true;
  if (dead) await new Promise((resolve) => setImmediate(resolve));
  process[exitCode === 0 ? "stdout" : "stderr"].write(`${words}\n`);
  endTools();
  await Promise.all(started.filter(({ name }) => name !== "hub").map((app) => app.stop()));
  await Promise.all(started.filter(({ name }) => name === "hub").map((app) => app.stop()));
  lock?.release();
  process.exit(exitCode);
}

/** @param {import("./environment.mjs").Plan} plan */
function greeting({ mode, apps: { hub, shop, bank } }) {
  const rows = [
    ["hub", hub.url, "the central login"],
    ["Corner Shop", shop.url, "a basket that survives"],
    ["Harbour Bank", bank.url, "accounts of whoever is signed in"],
  ];
  const people = [
    ["alice", "alice@example.com", ""],
    ["bob", "bob@example.com", ""],
    ["carol", "carol@example.com", "operator"],
  ];
  const table = (/** @type {string[][]} */ lines) =>
    lines.map(([a = "", b = "", c = ""]) => `  ${a.padEnd(14)}${b.padEnd(34)}${c}`.trimEnd());
  const demo = [
    "",
    "  Demo accounts, password of all three: correct horse battery staple",
    ...table(people),
    "",
    `  First click: ${shop.url} — put something in the basket and sign in as alice.`,
    `  Then open ${bank.url}: it knows you.`,
  ];
  return ["", ...table(rows), ...(mode === "production" ? [] : demo), ""].join("\n");
}
