import { type FSWatcher, watch } from "node:fs";

/** Time to collect the events of one save, in milliseconds. */
const settle = 50;

/**
 * Calls `changed` soon after something in the folder did. The kernel watches a folder and not its name: one that was
 * deleted and made anew, or put in place of another, would never be heard of. So the name is watched anew after every
 * change and at a slow re-check, which also serves file systems that tell nothing (network shares, some containers).
 *
 * @param recheckMilliseconds the longest that anything stays unseen
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

/** `undefined` when it cannot be watched now: it is not there, or the system has no watches left. */
function watchQuietly(directory: string, onEvent: () => void): FSWatcher | undefined {
  try {
    const watcher = watch(directory, onEvent);
    // Broken while it watched: the next re-check watches anew.
    return watcher.on("error", () => watcher.close());
  } catch {
    return undefined;
  }
}
