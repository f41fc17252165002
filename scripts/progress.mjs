/** Says what is under way and how far: one line a step, kept fresh on a terminal, plain lines elsewhere. */

/** How often a step that takes long is told of where lines stay, in milliseconds. */
const heartbeat = 10_000;
const redraw = 200;

/**
 * @typedef {object} Output
 * @property {boolean} [isTTY]
 * @property {number} [columns]
 * @property {(text: string) => unknown} write
 */

/** @typedef {(detail: string) => void} Report says how far a step is */

/**
 * @param {{ total: number, output?: Output, now?: () => number, quietFor?: number }} options
 *   `quietFor`: milliseconds that a step may take without a word
 */
export function createProgress({ total, output = process.stdout, now = Date.now, quietFor = 0 }) {
  let number = 0;
  return {
    /**
     * @template T
     * @param {string} title
     * @param {(report: Report) => Promise<T>} work
     * @returns {Promise<T>}
     */
    async step(title, work) {
      number += 1;
      const line = output.isTTY ? liveLine(output) : plainLines(output);
      const label = `[${number}/${total}] ${title} …`;
      const begun = now();
      let detail = "";
      const isLong = () => now() - begun >= quietFor;
      const seconds = () => `${Math.round((now() - begun) / 1000)} s`;
      if (quietFor === 0) line.show(label);
      const timer = setInterval(
        () => isLong() && line.show([`${label} ${seconds()}`, detail].filter(Boolean).join(", ")),
        output.isTTY ? redraw : heartbeat,
      );
      try {
        const result = await work((text) => {
          detail = text;
        });
        if (isLong()) line.end(`${label} ${seconds()}`);
        return result;
      } catch (error) {
        line.end(`${label} failed after ${seconds()}`);
        throw error;
      } finally {
        clearInterval(timer);
      }
    },
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
