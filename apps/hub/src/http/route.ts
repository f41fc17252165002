/**
 * Declares an endpoint of the hub's server; there is no other way to add one. A route declares its callers, method,
 * protection against forgery and parameters; `mount.ts` enforces them before `answer` runs, and a test lists every route.
 *
 * A room declares what it needs (`LoginNeeds`) and exports a factory of its routes (`loginRoutes(needs)`); `hub.ts` calls
 * the factories (docs/decisions/0025).
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { RequestParameters } from "@gatehouse/cas/server";
import type { CentralSession, Person } from "@gatehouse/database";
import type { Log } from "../log.ts";
import type { AnyScreen } from "../screen/screen.ts";
import type { RegisteredSite } from "../site-registry/registered-site.ts";

/** Facts about one request, available to every answer. */
export interface Call {
  readonly log: Log;
  /** Id of the request, or the one that a site passed on. Shown to users as the reference. */
  readonly requestId: string;
  readonly method: string;
  readonly path: string;
  readonly address: string;
  readonly userAgent: string;
  /** A header of the request, by its name in lower case. */
  header(name: string): string | undefined;
  /** A parameter of the path, such as `:id`. */
  pathParameter(name: string): string;
}

/** An answer: a screen, or a body that the route wrote. */
export type Answer = ScreenAnswer | RawAnswer;

export interface ScreenAnswer {
  readonly screen: AnyScreen;
  readonly status?: number;
  readonly cookies?: readonly string[];
  readonly headers?: Readonly<Record<string, string>>;
  /** The page's form posts to a site, and the site may redirect anywhere; all other forms post to the hub. */
  readonly formsLeaveHub?: boolean;
  /** The site signs in in a popup: the page keeps `window.opener` (`cas.popup`, `oidc.popup`). */
  readonly keepsOpener?: boolean | undefined;
  /** Origins that the page loads a picture from. */
  readonly pictureSources?: readonly string[];
  /** Runs after the answer has gone out. */
  readonly afterwards?: () => void;
}

export interface RawAnswer {
  readonly status: number;
  readonly body: string | Uint8Array;
  readonly contentType?: string;
  readonly cookies?: readonly string[];
  readonly headers?: Readonly<Record<string, string>>;
  /** The site that a redirect finally leads to; the page that may replace the redirect names it. */
  readonly goesTo?: RegisteredSite | undefined;
  /** Whether that page keeps `window.opener`, as in `ScreenAnswer`. */
  readonly keepsOpener?: boolean | undefined;
  readonly afterwards?: () => void;
}

/** An accepted credential and its scopes. */
export interface ApiCredential {
  readonly kind: "app-password" | "access-token";
  /** Public id, never the secret; for a token, the id of the client. */
  readonly id: string;
  /** The user's name for it; for a token, the name of the client. */
  readonly name: string;
  readonly scopes: readonly string[];
  readonly expiresAt: Date;
}

/** Permitted callers; each kind determines what the answer knows of the caller. */
export type Caller = "anyone" | "person" | "api" | "site" | "tester";

export interface CallerFacts {
  anyone: Call;
  /** The request has the cookie of a living central session. */
  person: Call & { readonly session: CentralSession; readonly formToken: string };
  /** A program authenticated on behalf of a user, with a credential that allows the route's `scope`. */
  api: Call & { readonly person: Person; readonly credential: ApiCredential };
  /** A registered site authenticated with its secret. */
  site: Call & { readonly site: RegisteredSite };
  tester: Call;
}

/** Protection against cross-site request forgery. */
export type AntiForgery =
  /** Changes nothing. */
  | "changes-nothing"
  /**
   * The route redirects a browser with a session to a site. HEAD is answered as without a session, and prefetch requests
   * are refused.
   */
  | "navigation"
  /** CAS requires sign-out by GET; a forged request can do nothing worse than sign a user out. */
  | "sign-out-only"
  /** A login ticket, single use, bound to the browser's flow cookie; checked by the route. */
  | "login-ticket"
  /** The route consumes the presented ticket and ignores cookies. */
  | "ticket"
  /** A token of the session in the field `token`; checked before the route runs. */
  | "form-token"
  /** A token of session and flow in the field `token`; checked by the route, which knows the flow. */
  | "flow-token"
  /** Authenticated by a header that no browser adds by itself. */
  | "header-credentials";

/**
 * Source of the parameters. A route's own schema parses JSON bodies. A route that reports errors in the form of its
 * protocol parses its raw query or XML body; a route that forwards a form takes it raw. A form with files is an upload.
 */
export type Sends = "nothing" | "query" | "raw-query" | "form" | "raw-form" | "upload" | "json" | "xml";

export interface Sent {
  readonly parameters: RequestParameters;
  readonly rawQuery: string;
  readonly json: unknown;
  /** Body of a raw form; otherwise empty. */
  readonly rawForm: Uint8Array;
  /** Files of an upload, by field; otherwise empty. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  /** Body of an XML request; otherwise empty. */
  readonly xml: Uint8Array;
}

/** Page to return to when a form was sent after its session ended. */
export interface ReturnPage {
  /** A page of the hub. */
  readonly page: string;
  /** Fields to keep for that page. */
  readonly fields?: ReadonlyMap<string, string>;
}

export interface Route<Who extends Caller = Caller> {
  readonly method: "GET" | "POST" | "DELETE";
  readonly path: string;
  readonly caller: Who;
  /** Scope required of a caller "api"; other callers have none. */
  readonly scope?: string;
  readonly antiForgery: AntiForgery;
  readonly sends: Sends;
  /** Fields that a user types; they may hold any character (`parseParameters`). */
  readonly typed?: readonly string[];
  /** The form is one of the CAS protocol: addresses in it may be unencoded, as in its queries. */
  readonly protocolForm?: boolean;
  /** Format of refusals. */
  readonly speaks: "html" | "json";
  /** A public page that redirects to the sign-in form if necessary, and to which the user returns. */
  readonly asksForSignIn?: boolean;
  /**
   * For a form or a download: the page to return to when the session ended before, and the fields to restore then. Never
   * a secret. Left out for a form: `/account` without fields.
   */
  readonly returnPage?: (parameters: RequestParameters) => ReturnPage;
  /**
   * The user must have signed in within the last five minutes, with a factor if they have one. Otherwise the request
   * redirects to the sign-in form, and from there to the requested page, or to the `returnPage` of a form. For callers
   * "person". `with-factor`: users who have a factor only, because the form asks the others for their password.
   *
   * @see ASVS 5.0, 7.5.1
   */
  readonly freshSignIn?: boolean | "with-factor";
  /** Also serves a session whose account is due for deletion (`FoundSession`). For callers "person". */
  readonly opensWhileDeletionDue?: boolean;
  answer(call: CallerFacts[Who], sent: Sent): Promise<Answer>;
}

/** The part of the path space that oidc-provider serves. */
export interface MountedIssuer {
  /** Whether the issuer, and no route, answers a request. */
  answers(method: string | undefined, path: string): boolean;
  /** The route path of a page of the issuer that a form was posted to; `undefined`: the path is none. */
  pathOfPage(method: string | undefined, path: string): string | undefined;
  /** Answers a request. @returns a page to draw, if the issuer has not written the answer itself */
  serve(request: IncomingMessage, response: ServerResponse): Promise<ScreenAnswer | undefined>;
}

/** Checks `answer` against the caller's type, then widens the route so that one list can hold all of them. */
export function route<Kind extends Caller>(declared: Route<Kind>): Route {
  return declared as unknown as Route;
}

/** A 303 redirect: the browser continues with GET and without the body. */
export function seeOther(location: string, more: Omit<RawAnswer, "status" | "body"> = {}): RawAnswer {
  return { status: 303, body: "", ...more, headers: { ...more.headers, location } };
}

export function json(
  status: number,
  body: unknown,
  more: Omit<RawAnswer, "status" | "body"> = {},
): RawAnswer {
  return { status, body: JSON.stringify(body), contentType: "application/json", ...more };
}
