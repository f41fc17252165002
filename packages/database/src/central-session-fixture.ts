import { randomBytes } from "node:crypto";
import type { CentralSession, CentralSessionStore } from "./central-session-store.ts";

/**
 * A store under test with its environment. Its sessions live 30 minutes idle and 12 hours in all, long-term ones 30
 * days.
 */
export interface CentralSessionStoreUnderTest {
  readonly sessions: CentralSessionStore;
  /** Creates another user at each call. */
  createPerson(): Promise<{ readonly id: string; readonly username: string }>;
  disable(personId: string): Promise<void>;
  /** Signs in at a site by consuming a ticket of the session; returns the session index. */
  joinSite(sessionId: string, siteId: string): Promise<string>;
  /** Session indexes of all logouts queued since the test began. */
  queuedLogouts(): Promise<readonly string[]>;
  /** Stored time of the last activity of a session. */
  lastActivityOf(sessionId: string): Promise<Date>;
  /** Moves the store's clock ahead. */
  advance(seconds: number): Promise<void>;
  /** All stored data of sessions, as text. */
  dump(): Promise<string>;
  close(): Promise<void>;
}

/** Functions that the contract tests share. */
export interface CentralSessionFixture {
  readonly underTest: () => CentralSessionStoreUnderTest;
  readonly sessions: () => CentralSessionStore;
  /** Starts a session of a new user, or of `personId`, in a browser that sends `previousToken` if given. */
  readonly start: (changes?: {
    personId?: string;
    previousToken?: string;
    longTerm?: boolean;
    askBefore?: boolean;
  }) => Promise<{ token: string; personId: string; session: CentralSession }>;
  /** `alive`, `unknown`, or the reason of the end. */
  readonly stateOf: (token: string, options?: { touch: boolean }) => Promise<string>;
}

/** Session token of 256 random bits, like those that the hub creates. */
export function randomToken(): string {
  return `TGT-${randomBytes(32).toString("hex")}`;
}
