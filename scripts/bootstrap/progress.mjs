/**
 * Shows each step and how far it is: one line a step, kept fresh on a terminal, plain lines elsewhere. Own code: the first
 * step installs the libraries.
 */

/** Interval between lines about a long step where lines stay, in milliseconds. */
const heartbeat = 30_000;
const redraw = 200;

/**
 * @typedef {object} Output
 * @property {boolean} [isTTY]
 * @property {number} [columns]
 * @property {(text: string) => unknown} write
 */

/**
 * @typedef {object} Telling what a step can say while it is under way
 * @property {(detail: string) => void} report how far it is
 * @property {(title: string) => void} retitle what it turned out to be
 */

/**
 * @param {{ total: number, output?: Output, now?: () => number, quietFor?: number }} options
 *   `quietFor`: milliseconds that a step may take without a word
 */
export function createProgress({ total, output = process.stdout, now = Date.now, quietFor = 0 }) {
  let number = 0;
  /**
   * @template T
   * @param {string} prefix
   * @param {string} title
   * @param {(telling: Telling) => Promise<T>} work
   * @returns {Promise<T>}
   */
  const show = async (prefix, title, work) => {
    const line = output.isTTY ? liveLine(output) : plainLines(output);
    const begun = now();
    let [label, detail, over] = [`${prefix}${title} …`, "", false];
    const isLong = () => now() - begun >= quietFor;
    const seconds = () => `${Math.round((now() - begun) / 1000)} s`;
    const announce = () => quietFor === 0 && line.show(label);
    const retitle = (/** @type {string} */ next) => {
      if (over || label === `${prefix}${next} …`) return;
      label = `${prefix}${next} …`;
      announce();
    };
    const report = (/** @type {string} */ text) => {
      detail = text;
    };
    announce();
    const timer = setInterval(
      () => isLong() && line.show([`${label} ${seconds()}`, detail].filter(Boolean).join(", ")),
      output.isTTY ? redraw : heartbeat,
    );
    try {
      const result = await work({ report, retitle });
      if (isLong()) line.end(`${label} ${seconds()}`);
      return result;
    } catch (error) {
      line.end(`${label} failed after ${seconds()}`);
      throw error;
    } finally {
      over = true;
      clearInterval(timer);
    }
  };
  return {
    /**
     * @template T
     * @param {string} title
     * @param {(telling: Telling) => Promise<T>} work
     */
    step(title, work) {
      number += 1;
      return show(`[${number}/${total}] `, title, work);
    },
    /**
     * Something that is rarely needed, and none of the steps.
     *
     * @template T
     * @param {string} title
     * @param {(telling: Telling) => Promise<T>} work
     */
    aside: (title, work) => show("", title, work),
  };
}

/** @param {Output} output */
function liveLine(output) {
  const clear = "\r\u001b[2K";
  return {
    /** @param {string} text */
    show: (text) => output.write(clear + text.slice(0, Math.max((output.columns ?? 80) - 1, 20))),
    /** @param {string} text */
    end: (text) => output.write(`${clear}${text}\n`),
  };
}

/** @param {Output} output */
function plainLines(output) {
  const say = (/** @type {string} */ text) => output.write(`${text}\n`);
  return { show: say, end: say };
}
