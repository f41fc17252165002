/** The tokens between two runs, in a file that only its owner reads. */
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname } from "node:path";

export interface KeptTokens {
  readonly accessToken: string;
  /** Good once: each refresh brings the next. */
  readonly refreshToken: string | null;
  /** When the access token ends, in milliseconds since 1970. */
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

/** In one step: a run that is killed half-way leaves the old tokens or the new ones. */
export async function keepTokens(file: string, tokens: KeptTokens): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  const making = `${file}.${process.pid}`;
  await writeFile(making, JSON.stringify(tokens), { mode: 0o600 });
  await rename(making, file);
}

export async function forgetTokens(file: string): Promise<void> {
  await rm(file, { force: true });
}
