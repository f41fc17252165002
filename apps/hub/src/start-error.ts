/** What stands in the way of a start and is no setting, in one sentence that says what to do. */
export class StartError extends Error {
  override readonly name = "StartError";
}
