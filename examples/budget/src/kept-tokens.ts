/** Stores the tokens between two runs, in a file that only its owner can read. */
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname } from "node:path";

export interface KeptTokens {
  readonly accessToken: string;
  /** Usable once: each refresh returns the next. */
  readonly refreshToken: string | null;
  /** Expiry of the access token, in milliseconds since 1970. */
  readonly expiresAt: number;
}

/** @returns `null`: nobody has signed in */
export async function readTokens(file: string): Promise<KeptTokens | null> {
  try {
    return JSON.parse(await readFile(file, "utf8")) as KeptTokens;
  } catch (error) {
    if (error instanceof SyntaxError || (error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
}

/** Writes atomically: a run that is killed half-way leaves the old tokens or the new ones. */
export async function keepTokens(file: string, tokens: KeptTokens): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  const making = `${file}.${process.pid}`;
  await writeFile(making, JSON.stringify(tokens), { mode: 0o600 });
  await rename(making, file);
}

export async function forgetTokens(file: string): Promise<void> {
  await rm(file, { force: true });
}
