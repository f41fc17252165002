/** A failure, with a sentence for users and a code for programs. */
export class BudgetError extends Error {
  override readonly name = "BudgetError";
  readonly code: string;

  constructor(code: string, message: string, cause?: unknown) {
    super(message, { cause });
    this.code = code;
  }
}
