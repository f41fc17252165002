/** Treats Ctrl-C, a closed terminal, SIGTERM and the end of the parent process as one request to end. */
import { identifyNpm, isAlive } from "./process-identity.mjs";

/** Signals closer together than this come from one press, in milliseconds. */
const samePress = 500;

/** @typedef {"SIGINT" | "SIGTERM" | "SIGHUP"} EndingSignal */
/**
 * @typedef {object} Interruption
 * @property {Promise<EndingSignal>} happened
 * @property {Promise<EndingSignal>} again a second signal: end at once
 * @property {EndingSignal | undefined} signal
 */

/** @returns {Interruption} */
export function watchForInterruption() {
  /** @type {((signal: EndingSignal) => void)[]} */
  const listeners = [];
  const next = () =>
    /** @type {Promise<EndingSignal>} */ (new Promise((resolve) => void listeners.push(resolve)));
  /** @type {Interruption} */
  const interruption = { happened: next(), again: next(), signal: undefined };
  let last = Number.NEGATIVE_INFINITY;
  const interrupt = (/** @type {EndingSignal} */ signal) => {
    // A terminal sends Ctrl-C to npm and to us, and npm passes its own on: that is one request, not two.
    if (performance.now() - last < samePress) return;
    last = performance.now();
    interruption.signal ??= signal;
    listeners.shift()?.(signal);
  };
  for (const signal of /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"])) {
    process.on(signal, () => interrupt(signal));
  }
  if (process.channel !== undefined) process.on("disconnect", () => interrupt("SIGTERM"));
  // Nobody reads any more what a closed terminal was to show.
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => undefined);
  if (process.env.npm_lifecycle_event) watchNpm(() => interrupt("SIGTERM"));
  return interruption;
}

/**
 * A killed npm ends none of its children, and neither does the shell that it may have put in between.
 *
 * @param {() => void} onGone
 */
function watchNpm(onGone) {
  const [parent, npm] = [process.ppid, identifyNpm()];
  const timer = setInterval(() => {
    if (process.ppid === parent && isAlive(npm)) return;
    clearInterval(timer);
    onGone();
  }, 250);
  timer.unref();
}
