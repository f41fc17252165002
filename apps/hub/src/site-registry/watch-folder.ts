import { type FSWatcher, watch } from "node:fs";

/** Time to collect the events of one save, in milliseconds. */
const settle = 50;

/**
 * Calls `changed` soon after a change in the folder. The kernel watches a folder, not its path, so it does not report a
 * folder that was deleted and created again, or replaced. Therefore the path is watched again after every change, and
 * checked periodically, also for file systems that report no changes (network shares, some containers).
 *
 * @param recheckMilliseconds interval of that check: the maximum delay until a change is noticed
 */
export function watchFolder(
  directory: string,
  changed: () => void,
  recheckMilliseconds: number,
): { close(): void } {
  let watcher: FSWatcher | undefined;
  let soon: NodeJS.Timeout | undefined;

  const look = (): void => {
    watcher?.close();
    watcher = watchQuietly(directory, () => {
      clearTimeout(soon);
      soon = setTimeout(lookAndTell, settle).unref();
    });
  };
  function lookAndTell(): void {
    look();
    changed();
  }

  look();
  const recheck = setInterval(lookAndTell, recheckMilliseconds).unref();
  return {
    close() {
      clearInterval(recheck);
      clearTimeout(soon);
      watcher?.close();
    },
  };
}

/** @returns `undefined`: the folder does not exist, or the system has no watches left */
function watchQuietly(directory: string, onEvent: () => void): FSWatcher | undefined {
  try {
    const watcher = watch(directory, onEvent);
    // If the watch fails later, the next check watches again.
    return watcher.on("error", () => watcher.close());
  } catch {
    return undefined;
  }
}
