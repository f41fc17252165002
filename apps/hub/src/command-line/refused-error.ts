/** A command that was understood and cannot be done; its message says why and what to do. */
export class RefusedError extends Error {
  override readonly name = "RefusedError";
}
