/**
 * Shows each step and how far it is: one line a step, kept fresh on a terminal, plain lines elsewhere. Own code: the first
 * step installs the libraries.
 */

/** Interval between lines about a long step where lines stay, in milliseconds. */
const heartbeat = 30_000;
const redraw = 200;

/** @typedef {{ isTTY?: boolean, columns?: number, write: (text: string) => unknown }} Output */
/**
 * @typedef {object} Telling what a step can say while it is under way
 * @property {(detail: string) => void} report how far it is
 * @property {(title: string) => void} retitle what it turned out to be
 */
/** @typedef {ReturnType<typeof createProgress>} Progress */

/**
 * @param {{ total: number, output?: Output, quietFor?: number }} options `quietFor`: milliseconds that a step may take
 *   without a word
 */
export function createProgress({ total, output = process.stdout, quietFor = 0 }) {
  const clear = output.isTTY ? "\r\u001b[2K" : "";
  const end = (/** @type {string} */ text) => output.write(`${clear}${text}\n`);
  const show = (/** @type {string} */ text) =>
    output.isTTY ? output.write(clear + text.slice(0, Math.max((output.columns ?? 80) - 1, 20))) : end(text);
  let number = 0;
  return {
    /**
     * @template T
     * @param {string} title
     * @param {(telling: Telling) => Promise<T>} work
     * @returns {Promise<T>}
     */
    async step(title, work) {
      number += 1;
      const prefix = `[${number}/${total}] `;
      const begun = Date.now();
      let [label, detail, over] = ["", "", false];
      const isLong = () => Date.now() - begun >= quietFor;
      const seconds = () => `${Math.round((Date.now() - begun) / 1000)} s`;
      const retitle = (/** @type {string} */ next) => {
        const before = label;
        if (!over) label = `${prefix}${next} …`;
        if (label !== before && quietFor === 0) show(label);
      };
      const report = (/** @type {string} */ text) => {
        detail = text;
      };
      retitle(title);
      const timer = setInterval(
        () => isLong() && show([`${label} ${seconds()}`, detail].filter(Boolean).join(", ")),
        output.isTTY ? redraw : heartbeat,
      );
      try {
        const result = await work({ report, retitle });
        if (isLong()) end(`${label} ${seconds()}`);
        return result;
      } catch (error) {
        end(`${label} failed after ${seconds()}`);
        throw error;
      } finally {
        over = true;
        clearInterval(timer);
      }
    },
  };
}
