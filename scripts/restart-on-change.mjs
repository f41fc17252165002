/**
 * `node restart-on-change.mjs <program.ts> <folder> …`: runs a program in development, and restarts it when it or a file in
 * one of the folders changes. Pages are left out, since Next.js reloads them. Own code instead of `node --watch`, which
 * outlives its parent and does not report a program that cannot start.
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
/** The program is being ended, for a restart or for good. */
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
  const started = startProgram([process.execPath, program], {
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  void started.ended.then(({ code }) => {
    if (stopping) return;
    // `npm run dev` reports a program that cannot start; later the next change may repair it.
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
