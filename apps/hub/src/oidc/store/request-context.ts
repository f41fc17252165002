/** Facts of the current issuer request, for callbacks that oidc-provider calls without them. */
import { AsyncLocalStorage } from "node:async_hooks";
import type { CentralSession, FoundSession } from "@gatehouse/database";
import type { ScreenAnswer } from "../../http/route.ts";
import type { RequestArtifacts } from "./request-artifacts.ts";

export interface RequestContext {
  /** The session cookie of the browser. */
  readonly token: string | undefined;
  readonly found: FoundSession;
  /** The request is for one of the addresses of a sign-out. */
  readonly signingOut: boolean;
  readonly artifacts: RequestArtifacts;
  /** Whether the site gets its answer and so joins the session. */
  accepted?: boolean;
  /** A page to draw instead of oidc-provider's answer. */
  page?: ScreenAnswer;
  /** The session of the presented code or token, if it was looked up. */
  ofToken?: CentralSession;
}

const storage = new AsyncLocalStorage<RequestContext>();

export function withContext<Result>(context: RequestContext, run: () => Result): Result {
  return storage.run(context, run);
}

/** The living central session of the browser. */
export function currentSession(): CentralSession | null {
  const found = storage.getStore()?.found;
  return found?.state === "alive" ? found.session : null;
}

/** The living central session of the browser, if the token is the one in its cookie. */
export function sessionOfCookie(token: string): CentralSession | null {
  return storage.getStore()?.token === token ? currentSession() : null;
}

/** The session of the browser, or of the code or token that a program presents. */
export function sessionOfRequest(): CentralSession | null {
  return currentSession() ?? storage.getStore()?.ofToken ?? null;
}

/** Records the session of the presented code or token. */
export function recordTokenSession(session: CentralSession): void {
  const context = storage.getStore();
  if (context !== undefined) context.ofToken = session;
}

/** Artifacts that the request has read and will write; `undefined`: the issuer answers no request. */
export function currentArtifacts(): RequestArtifacts | undefined {
  return storage.getStore()?.artifacts;
}

/** Draws a page instead of oidc-provider's answer. */
export function replaceResponse(page: ScreenAnswer): void {
  const context = storage.getStore();
  if (context !== undefined) context.page = page;
}

/** Records that no question is left and the site gets its answer. */
export function acceptRequest(): void {
  const context = storage.getStore();
  if (context !== undefined) context.accepted = true;
}

export function isAccepted(): boolean {
  return storage.getStore()?.accepted ?? false;
}

export function isSigningOut(): boolean {
  return storage.getStore()?.signingOut ?? false;
}
