/** Tells from turbo's lines what a build does. */

/** turbo starts tasks shortly after each other: they are named in one go, in milliseconds. */
const together = 300;

/**
 * @param {import("./progress.mjs").Telling} telling
 * @returns {(line: string) => void} for each line, such as `@gatehouse/shop:build: Compiled`
 */
export function tellBuild({ report, retitle }) {
  /** @type {Set<string>} */
  const building = new Set();
  /** @type {NodeJS.Timeout | undefined} */
  let timer;
  return (line) => {
    const [, workspace, said = ""] = /^@gatehouse\/([\w-]+):build:\s*(.*)$/.exec(line) ?? [];
    if (workspace === undefined) return;
    if (said.startsWith("cache miss")) {
      building.add(workspace);
      clearTimeout(timer);
      timer = setTimeout(() => retitle(`building ${[...building].join(", ")}`), together);
    } else if (/[a-z]{2}/i.test(said) && !said.startsWith("cache ")) report(`${workspace}: ${said}`);
  };
}
