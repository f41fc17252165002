/** What can be wrong with a database, for callers that decide by it. */
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

/**
 * The database cannot be used. The message is one sentence for the person at the terminal;
 * `fix` says what to do. Neither ever holds a password.
 */
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
