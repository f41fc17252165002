/** Ctrl-C, a closed terminal, a polite kill, or the end of the npm that started us: one way to ask for the end. */

/** @typedef {"SIGINT" | "SIGTERM" | "SIGHUP"} EndingSignal */
/**
 * @typedef {object} Interruption
 * @property {Promise<EndingSignal>} happened
 * @property {Promise<EndingSignal>} again somebody is in a hurry
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
  const interrupt = (/** @type {EndingSignal} */ signal) => {
    interruption.signal ??= signal;
    listeners.shift()?.(signal);
  };
  for (const signal of /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"])) {
    process.on(signal, () => interrupt(signal));
  }
  // Nobody reads any more what a closed terminal was to show.
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => undefined);
  // biome-ignore lint/suspicious/noUndeclaredEnvVars: npm sets it, no task depends on it
  if (process.env.npm_lifecycle_event) watchParent(() => interrupt("SIGTERM"));
  return interruption;
}

/**
 * An npm that is killed takes nobody along.
 *
 * @param {() => void} onGone
 */
function watchParent(onGone) {
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    onGone();
  }, 250);
  timer.unref();
}
