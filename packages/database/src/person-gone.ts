/** The person was disabled or removed a moment ago; nothing can be started for her. */
export class PersonGone extends Error {
  override readonly name = "PersonGone";

  constructor(options?: ErrorOptions) {
    super("no session was started: the person is disabled or gone", options);
  }
}
