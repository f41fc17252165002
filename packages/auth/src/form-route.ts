/**
 * Routes that take a site's own forms. What a form has to be is judged here; what a refusal looks like is the site's.
 * A module of its own, because it is of use without a sign-in, and tested without Next.js.
 */
import { isFromOwnPage } from "./own-page.ts";
import { logFault } from "./site-log.ts";

/** What is wrong with a form, whatever it is about; `site_fault` is our own and none of the form. The codes are stable. */
export type FormErrorCode =
  | "form_from_elsewhere"
  | "form_not_urlencoded"
  | "form_too_large"
  | "field_unknown"
  | "field_duplicated"
  | "field_missing"
  | "site_fault";

/** A form that is not accepted. A site that finds more to refuse throws it with codes of its own. */
export class FormError<Code extends string = FormErrorCode> extends Error {
  readonly code: Code;

  constructor(code: Code) {
    super(code);
    this.name = "FormError";
    this.code = code;
  }
}

export interface FormRules<Code extends string> {
  /** The site's public origin, never a Host header's. Asked for with each form: a build has no settings. */
  readonly siteOrigin: () => string;
  /** 8192 unless it says otherwise. */
  readonly largestBytes?: number;
  /**
   * The answer to a form that is not accepted, and, with `site_fault`, to one that something of ours broke at: nobody
   * knows how far it went. A redirect would turn the status into a 200.
   */
  readonly refuse: (code: FormErrorCode | Code, status: 400 | 500) => Response;
}

/** A route's method: takes a form with exactly these fields, each once, and answers with what `act` makes of them. */
export type FormRoute = <const Name extends string>(
  names: readonly Name[],
  act: (fields: Readonly<Record<Name, string>>) => Response | Promise<Response>,
) => (request: Request) => Promise<Response>;

/**
 * The one way in for everything that changes something: `export const formRoute = createFormRoute({ … })`.
 *
 * No token in the form: the browser itself says where a post comes from, and a site that remembered a token for each
 * anonymous visitor would write a row for each robot. The cookies of a sign-in are SameSite=Lax besides.
 */
export function createFormRoute<Code extends string = never>({
  siteOrigin,
  largestBytes = 8192,
  refuse,
}: FormRules<Code>): FormRoute {
  return (names, act) => async (request) => {
    try {
      if (!isFromOwnPage(request.headers, siteOrigin())) throw new FormError("form_from_elsewhere");
      return await act(readFields(await readBody(request, largestBytes), names));
    } catch (error) {
      if (error instanceof FormError) return refuse(error.code, 400);
      if (isOfNext(error)) throw error;
      logFault(error);
      return refuse("site_fault", 500);
    }
  };
}

/** What `redirect()` and its kind throw is for Next.js to catch. */
function isOfNext(error: unknown): boolean {
  return error instanceof Error && "digest" in error;
}

/**
 * Sends the browser on by GET: reloading the next page posts nothing again. The address is relative, because behind
 * `next start` a request does not know the site's public origin.
 *
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

/** Counts as it reads: a length that somebody announced is not a length. */
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
