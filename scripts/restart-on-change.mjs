/**
 * `node restart-on-change.mjs <program.ts> <folder> …`: runs a program of a working developer, and starts it anew when
 * it or a file in one of the folders has changed. Pages are none of its business: Next reloads those by itself.
 */
import { watch } from "chokidar";
import { startProgram, stopProgram } from "./bootstrap/processes.mjs";

/** An editor saves several files at once, in milliseconds. */
const settling = 150;
/** A program that ends this early cannot be started at all, in milliseconds. */
const beginning = 15_000;

const [program = "", ...folders] = process.argv.slice(2);
/** Restarts, one after the other. */
let queue = Promise.resolve();
let timer = setTimeout(() => undefined, 0);
/** Its end is wanted: for a restart, or for good. */
let stopping = false;
let ending = false;
let running = run();

watch([program, ...folders], { ignoreInitial: true }).on("all", (_, path) => changed(path));
for (const signal of /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"])) process.on(signal, end);
process.on("disconnect", end);

/** @param {string} path */
function changed(path) {
  if (!/\.(ts|json|sql)$/.test(path) || path.endsWith(".test.ts")) return;
  clearTimeout(timer);
  timer = setTimeout(restart, settling);
}

function run() {
  stopping = false;
  const started = startProgram("program", [process.execPath, program], {
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  void started.ended.then(({ code }) => {
    if (stopping) return;
    // At first it is for whoever started us to know; later the next change may be the repair.
    if (performance.now() < beginning) process.exit(code ?? 1);
    process.stderr.write("the program ended; waiting for a change\n");
  });
  return started;
}

function restart() {
  queue = queue.then(async () => {
    if (ending) return;
    process.stderr.write("a file changed; starting anew\n");
    stopping = true;
    await stopProgram(running);
    running = run();
  });
}

async function end() {
  if (ending) return;
  ending = true;
  await queue;
  stopping = true;
  await stopProgram(running);
  process.exit(0);
}
