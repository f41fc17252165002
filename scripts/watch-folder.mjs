/**
 * Watches a folder and all below it. Node's own recursive watching follows files, and loses one as soon as an editor
 * puts a new one in its place; a watched folder tells of every name in it.
 */
import { readdirSync, statSync, watch } from "node:fs";
import { join } from "node:path";

/**
 * @param {string} folder
 * @param {(path: string) => void} onChange for each file or folder that is new, changed or gone
 */
export function watchFolder(folder, onChange) {
  /** @type {Map<string, import("node:fs").FSWatcher>} */
  const watchers = new Map();
  const leave = (/** @type {string} */ path) => {
    watchers.get(path)?.close();
    watchers.delete(path);
  };
  const follow = (/** @type {string} */ path) => {
    if (watchers.has(path)) return;
    const watcher = watch(path, (_, name) => {
      if (name === null) return;
      const changed = join(path, name);
      if (!isFolder(changed)) leave(changed);
      else followLater(changed);
      onChange(changed);
    });
    watcher.on("error", () => leave(path));
    watchers.set(path, watcher);
    for (const entry of readdirSync(path, { withFileTypes: true })) {
      if (entry.isDirectory()) followLater(join(path, entry.name));
    }
  };
  const followLater = (/** @type {string} */ path) => {
    try {
      follow(path);
    } catch {
      leave(path); // it is gone again
    }
  };
  follow(folder);
}

/** @param {string} path */
function isFolder(path) {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
