/**
 * Options for Node that limit the memory of the hub's process (docs/decisions/0033). V8 sizes its heap by the memory of the
 * machine: with 24 GB, new objects may take 192 MB, and garbage several times the size of what is alive.
 */

/** Limit of the heap without `HEAP_LIMIT`, in megabytes. A smaller one also makes V8 collect garbage earlier. */
export const defaultHeapMegabytes = 512;
/** Smallest limit with which the hub starts and serves, in megabytes. */
export const leastHeapMegabytes = 128;
export const mostHeapMegabytes = 65_536;
/** Size of each half of the heap for new objects, in megabytes. Half of it costs 7 % more CPU time per CAS or OpenID round. */
const semiSpaceMegabytes = 32;

/**
 * Heap options that the operator gives in `NODE_OPTIONS` or on the command line replace these.
 *
 * @param {Readonly<Record<string, string | undefined>>} environment
 * @param {readonly string[]} [given] options of the command line
 * @param {number} [available] bytes that the container may use; 0 or more than any machine has without a limit
 * @returns {string[]} empty if `HEAP_LIMIT` is invalid, which the settings parser then reports
 */
export function memoryOptions(environment, given = [], available = process.constrainedMemory()) {
  const { HEAP_LIMIT, NODE_OPTIONS = "" } = environment;
  if (/--max[-_](old[-_]space|semi[-_]space|heap)[-_]size/.test([NODE_OPTIONS, ...given].join(" ")))
    return [];
  const half = available > 0 ? Math.floor(available / 2 ** 21) : defaultHeapMegabytes;
  const fitting = Math.max(leastHeapMegabytes, Math.min(defaultHeapMegabytes, half));
  const heap = Number(HEAP_LIMIT || fitting);
  if (!(Number.isInteger(heap) && heap >= leastHeapMegabytes && heap <= mostHeapMegabytes)) return [];
  return [`--max-old-space-size=${heap}`, `--max-semi-space-size=${semiSpaceMegabytes}`];
}

/**
 * V8 reads its limits before any JavaScript runs, so the process starts again with them, under the same process id. Of its
 * open files only standard input and output survive that. A channel to a parent therefore survives if it is one of these, as
 * under `npm start`; with another channel the process goes on without limits.
 */
export function restartWithMemoryLimits() {
  const options = memoryOptions(process.env, process.execArgv);
  const channel = process.channel?.fd;
  if (options.length === 0 || channel > 2) return;
  const command = [process.execPath, ...options, ...process.execArgv, ...process.argv.slice(1)];
  process.execve?.(process.execPath, command, {
    // The C library's allocator keeps what it frees, per arena, and makes up to eight arenas a processor.
    MALLOC_ARENA_MAX: "2",
    ...process.env,
    ...(channel !== undefined && { NODE_CHANNEL_FD: String(channel) }),
  });
}
