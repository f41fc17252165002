/** A reason to stop that is said in one sentence, without a stack. */
export class StopError extends Error {
  /** @override */
  name = "StopError";
}
