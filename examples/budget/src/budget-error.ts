/** What went wrong, in words for people and a code for programs. */
export class BudgetError extends Error {
  override readonly name = "BudgetError";
  readonly code: string;

  constructor(code: string, message: string, cause?: unknown) {
    super(message, { cause });
    this.code = code;
  }
}
