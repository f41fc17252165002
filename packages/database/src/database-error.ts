/** Kinds of database failures, for callers that handle them. */
export type DatabaseErrorCode =
  | "url-invalid"
  | "unreachable"
  | "access-refused"
  | "no-such-database"
  | "too-old"
  | "unusable"
  | "migration-changed"
  | "migration-half-applied"
  | "migration-unknown"
  | "migration-failed"
  | "platform-unsupported"
  | "binaries-unusable"
  | "folder-unusable"
  | "folder-unreachable"
  | "folder-damaged"
  | "disk-full"
  | "no-unprivileged-user"
  | "start-failed";

/** The database cannot be used. The message is one sentence for the terminal, `fix` says what to do; no password in either. */
export class DatabaseError extends Error {
  override readonly name = "DatabaseError";
  readonly code: DatabaseErrorCode;
  readonly fix: string;

  constructor(code: DatabaseErrorCode, message: string, fix: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.fix = fix;
  }
}

/** Error for a full disk. */
export function diskFull(cause?: unknown): DatabaseError {
  return new DatabaseError(
    "disk-full",
    "There is no room left on the disk for the database.",
    "Free some space (100 MB are enough to start), then start again.",
    { cause },
  );
}

/** SQLSTATE or system error code of an error; empty if it has none. */
export function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "";
}
