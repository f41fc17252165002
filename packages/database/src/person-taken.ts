/** User name or e-mail belongs to somebody already. Which of the two is for operators, not for strangers. */
export class PersonTaken extends Error {
  override readonly name = "PersonTaken";

  constructor(options?: ErrorOptions) {
    super("this user name or e-mail belongs to somebody already", options);
  }
}
