/**
 * Routes for a site's own forms. This module decides whether a form is accepted; the site renders refusals.
 * Apart from the rest of the package, because it works without a sign-in and without Next.js.
 */
import { isFromOwnPage } from "../http/request-headers.ts";
import { logFault } from "../log/site-log.ts";

/**
 * Stable codes of refused forms. `user_changed`: the form's page was drawn for another user than the signed-in one.
 * `site_fault`: the site's own code threw; the form is not at fault.
 */
export type FormErrorCode =
  | "form_from_elsewhere"
  | "form_not_urlencoded"
  | "form_too_large"
  | "field_unknown"
  | "field_duplicated"
  | "field_missing"
  | "user_changed"
  | "site_fault";

/** A refused form. Sites throw it with codes of their own. */
export class FormError<Code extends string = FormErrorCode> extends Error {
  readonly code: Code;

  constructor(code: Code) {
    super(code);
    this.name = "FormError";
    this.code = code;
  }
}

export interface FormRules<Code extends string> {
  /** The site's public origin, never from a Host header. Called for each form, because a build has no settings. */
  readonly siteOrigin: () => string;
  /** Maximum size of the body in bytes; 8192 by default. */
  readonly largestBytes?: number;
  /**
   * Id of the signed-in user, or null. With this rule each form needs the field `pageUserField`, and a form from a page
   * of another user is refused with `user_changed`: a tab left open must not act for the browser's next user.
   */
  readonly currentUserId?: () => Promise<string | null>;
  /**
   * Renders a refusal. With `site_fault` the action may be partly done. A redirect turns the status into 200; it suits
   * `user_changed`, because the next page shows who is signed in now.
   */
  readonly refuse: (code: FormErrorCode | Code, status: 400 | 500) => Response | Promise<Response>;
}

/**
 * Makes a route's POST: accepts a form with exactly the fields `names`, each once, and answers with the result of `act`.
 * `pageUserId` is the user of the form's page, null for a page of nobody.
 */
export type FormRoute = <const Name extends string>(
  names: readonly Name[],
  act: (fields: Readonly<Record<Name, string>>, pageUserId: string | null) => Response | Promise<Response>,
) => (request: Request) => Promise<Response>;

const pageUserName = "page-user";

interface PageUserField {
  readonly type: "hidden";
  readonly name: string;
  readonly value: string;
  readonly autoComplete: "off";
}

/**
 * The hidden field that names the user of a form's page: `<input {...pageUserField(session?.user.id ?? null)} />`.
 *
 * @param userId the user that the page is drawn for, null for nobody
 */
export function pageUserField(userId: string | null): PageUserField {
  // Without `autoComplete`, Firefox restores the value of an earlier page of the same address.
  return { type: "hidden", name: pageUserName, value: userId ?? "", autoComplete: "off" };
}

/**
 * Makes the wrapper for all routes that change something: `export const formRoute = createFormRoute({ … })`.
 *
 * Forms need no token: the browser reports the origin of a post, and tokens for anonymous visitors would cost a stored
 * row for each robot. The session cookies are also SameSite=Lax.
 */
export function createFormRoute<Code extends string = never>({
  siteOrigin,
  largestBytes = 8192,
  currentUserId,
  refuse,
}: FormRules<Code>): FormRoute {
  return (names, act) => async (request) => {
    try {
      if (!isFromOwnPage(request.headers, siteOrigin())) throw new FormError("form_from_elsewhere");
      const body = await readBody(request, largestBytes);
      if (currentUserId === undefined) return await act(readFields(body, names), null);
      const { [pageUserName]: pageUser, ...fields } = readFields(body, [...names, pageUserName]);
      const current = await currentUserId();
      if (pageUser !== "" && current !== null && current !== pageUser) throw new FormError("user_changed");
      return await act(fields as unknown as Parameters<typeof act>[0], pageUser || null);
    } catch (error) {
      if (error instanceof FormError) return refuse(error.code, 400);
      if (isOfNext(error)) throw error;
      logFault(error);
      return refuse("site_fault", 500);
    }
  };
}

/** `redirect()` and its kind throw errors that Next.js itself has to catch. */
function isOfNext(error: unknown): boolean {
  return error instanceof Error && "digest" in error;
}

/**
 * Redirects by GET, so that reloading the next page posts nothing again.
 *
 * @param path relative, because behind `next start` a request does not know the site's public origin
 * @see RFC 9110, section 15.4.4
 */
export function seeOther(path: string): Response {
  return new Response(null, { status: 303, headers: { location: path, "cache-control": "no-store" } });
}

function readFields<Name extends string>(
  body: string,
  names: readonly Name[],
): Readonly<Record<Name, string>> {
  const fields: Partial<Record<Name, string>> = {};
  for (const [name, value] of new URLSearchParams(body)) {
    const known = names.find((candidate) => candidate === name);
    if (known === undefined) throw new FormError("field_unknown");
    if (fields[known] !== undefined) throw new FormError("field_duplicated");
    fields[known] = value;
  }
  if (names.some((name) => fields[name] === undefined)) throw new FormError("field_missing");
  return fields as Readonly<Record<Name, string>>;
}

/** Counts while reading, because Content-Length may be wrong. */
async function readBody(request: Request, largestBytes: number): Promise<string> {
  const type = request.headers.get("content-type")?.split(";")[0]?.trim().toLowerCase();
  if (type !== "application/x-www-form-urlencoded") throw new FormError("form_not_urlencoded");
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  for await (const chunk of request.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > largestBytes) throw new FormError("form_too_large");
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}
