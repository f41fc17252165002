/** A sign-in with another provider that failed. The message names causes for the log, never codes or tokens. */
export class UpstreamError extends Error {
  override readonly name = "UpstreamError";
  readonly code: "unreachable" | "invalid";

  constructor(code: UpstreamError["code"], options?: ErrorOptions) {
    super(code, options);
    this.code = code;
  }

  /** Messages of the causes, the outermost first. */
  get detail(): string {
    const messages: string[] = [];
    for (let cause = this.cause; messages.length < 5; ) {
      if (!(cause instanceof Error)) break;
      messages.push(cause.message.split("\n", 1)[0] ?? "");
      const inner: unknown = cause.cause;
      cause = inner instanceof Error ? inner : (inner as { readonly err?: unknown } | undefined)?.err;
    }
    return messages.join(": ").slice(0, 300);
  }
}
