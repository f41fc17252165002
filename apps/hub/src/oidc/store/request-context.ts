/**
 * oidc-provider keeps a session of its own; here it is nothing but a view on the central one. It is made from the
 * central session that the browser's cookie names, found only while that lives, and ended with it.
 */
import { AsyncLocalStorage } from "node:async_hooks";
import type { CentralSession, FoundSession, OidcClientSession } from "@gatehouse/database";
import type { AdapterPayload } from "oidc-provider";
import type { Drawn } from "../../http/route.ts";
import type { RequestArtifacts } from "./request-artifacts.ts";

/** Facts about the browser of a request. */
export interface Browser {
  readonly token: string | undefined;
  readonly found: FoundSession;
  /** It is at one of the addresses of a sign-out. */
  readonly signingOut: boolean;
  readonly artifacts: RequestArtifacts;
  /** Whether the site gets its answer and so joins the session. */
  accepted?: boolean;
  /** A page to draw in the end instead of an answer. */
  page?: Drawn;
  /** The session of the presented code or token, if it was looked up. */
  ofToken?: CentralSession;
}

/** A password and nothing more. */
export const passwordAcr = "urn:gatehouse:acr:password";

const storage = new AsyncLocalStorage<Browser>();

/** Runs a request of the issuer with its browser's central session in reach. */
export function withBrowser<Result>(browser: Browser, run: () => Result): Result {
  return storage.run(browser, run);
}

/** The living central session of this request's browser. */
export function currentSession(): CentralSession | null {
  const found = storage.getStore()?.found;
  return found?.state === "alive" ? found.session : null;
}

/** The session of this request's browser, or of the code or token that a program presents. */
export function knownSession(): CentralSession | null {
  return currentSession() ?? storage.getStore()?.ofToken ?? null;
}

/** Artifacts that this request has read and will write; `undefined`: not a request of the issuer. */
export function currentArtifacts(): RequestArtifacts | undefined {
  return storage.getStore()?.artifacts;
}

/** Has a page drawn when oidc-provider is done with this request. */
export function showPage(page: Drawn): void {
  const browser = storage.getStore();
  if (browser !== undefined) browser.page = page;
}

/** Records that no question is left and the site gets its answer. */
export function acceptRequest(): void {
  const browser = storage.getStore();
  if (browser !== undefined) browser.accepted = true;
}

export function isAccepted(): boolean {
  return storage.getStore()?.accepted ?? false;
}

export function isSigningOut(): boolean {
  return storage.getStore()?.signingOut ?? false;
}

/** The session of this request's browser as oidc-provider wants it; `undefined`: it has none. */
export function viewOfToken(token: string): AdapterPayload | undefined {
  const browser = storage.getStore();
  const session = currentSession();
  return browser !== undefined && session !== null && browser.token === token
    ? viewOf(session, token)
    : undefined;
}

/** @param jti what oidc-provider knows it by: the token in its browser, nothing that opens it elsewhere */
export function viewOf(session: CentralSession, jti: string): AdapterPayload {
  const browser = storage.getStore();
  if (browser !== undefined) browser.ofToken = session;
  return {
    kind: "Session",
    jti,
    uid: session.uid,
    accountId: session.person.id,
    loginTs: seconds(session.authenticatedAt),
    acr: passwordAcr,
    amr: ["pwd"],
    // Without it the cookie would be given a date and outlive the browser.
    transient: !session.longTerm,
    authorizations: Object.fromEntries(
      // Copies: oidc-provider writes into them, and what it wrote is found by comparing. What ends with a session says
      // so itself, and a sign-out leaves the rest alone (Back-Channel Logout 1.0, section 2.7).
      Object.entries(session.oidcClients).map(([id, known]) => [id, { ...known, persistsLogout: true }]),
    ) as NonNullable<AdapterPayload["authorizations"]>,
    iat: seconds(session.startedAt),
    exp: seconds(session.expiresAt),
  };
}

/** Clients' view of a session: `sid` and grant. */
export function clientsOf(payload: AdapterPayload): Readonly<Record<string, OidcClientSession>> {
  const entries = Object.entries(payload.authorizations ?? {});
  return Object.fromEntries(
    entries.map(([clientId, { sid, grantId }]) => [
      clientId,
      { ...(sid === undefined ? {} : { sid }), ...(grantId === undefined ? {} : { grantId }) },
    ]),
  );
}

function seconds(date: Date): number {
  return Math.floor(date.getTime() / 1000);
}
