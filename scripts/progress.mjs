/** Says what is done and how far it is: one line a step, live on a terminal. */

const frame = 200;

/** @param {number} total steps in all */
export function createProgress(total, out = process.stdout) {
  let number = 0;
  return {
    /**
     * @template Result
     * @param {string} what
     * @param {(say: (detail: string) => void) => Promise<Result>} work
     * @returns {Promise<Result>}
     */
    async step(what, work) {
      number += 1;
      const head = `[${number}/${total}] ${what}`;
      const started = performance.now();
      let detail = "";
      const line = () =>
        `${head} … ${Math.round((performance.now() - started) / 1000)} s${detail ? `  ${detail}` : ""}`;
      const live = out.isTTY
        ? setInterval(() => out.write(`\r\x1b[K${line().slice(0, (out.columns ?? 80) - 1)}`), frame)
        : undefined;
      if (!out.isTTY) out.write(`${head} …\n`);
      try {
        const result = await work((text) => {
          detail = text;
        });
        out.write(
          `${out.isTTY ? "\r\x1b[K" : ""}${head}: done in ${((performance.now() - started) / 1000).toFixed(1)} s\n`,
        );
        return result;
      } catch (error) {
        out.write(`${out.isTTY ? "\r\x1b[K" : ""}${head}: failed\n`);
        throw error;
      } finally {
        clearInterval(live);
      }
    },
  };
}
