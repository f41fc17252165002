/** Priority of password hashes: the scheduler prefers the event loop and the database to Node's thread pool. */
import { readdir, readFile } from "node:fs/promises";
import { constants, getPriority, setPriority } from "node:os";
import type { Log } from "../log.ts";

/**
 * Steps below the event loop. On a core that both want, the pool then gets a tenth of what the event loop gets. With the lowest
 * priority it would get 1.5 %, and a flood of cheap requests would stop all sign-ins.
 */
const steps = 10;
/** libuv's name for the threads of its pool. */
const poolThread = "libuv-worker\n";

/**
 * Lowers the priority of the threads that compute password hashes (docs/decisions/0008). Linux only: elsewhere, and where the
 * threads cannot be read or have no names (Node 20), they keep their priority.
 */
export async function lowerPoolPriority(log: Log): Promise<void> {
  const threads = "/proc/self/task";
  try {
    const priority = Math.min(getPriority() + steps, constants.priority.PRIORITY_LOW);
    // Reading the folder is a task for the pool, and the first task starts all threads.
    for (const thread of await readdir(threads)) {
      const name = await readFile(`${threads}/${thread}/comm`, "utf8");
      if (name === poolThread) setPriority(Number(thread), priority);
    }
  } catch (error) {
    log.debug({ event: "pool-priority.unchanged", err: error }, "password hashes compete with requests");
  }
}
