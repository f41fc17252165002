import { readEnvironment } from "./env.ts";
import { FormError } from "./form-error.ts";
import { problemPage } from "./problem-page.ts";

/** No form of the shop comes near this. */
const LARGEST_FORM_BYTES = 4_096;

/** The fields of a form, each of them there exactly once. */
export type Fields<Name extends string> = Readonly<Record<Name, string>>;

/**
 * The one way in for everything that changes something: the post is from a page of ours, it has exactly the
 * named fields, each once, and whatever is wrong with it is answered by a page with a code.
 *
 * No token in the form: the browser itself says where a post comes from, and a shop that remembered a token
 * for each anonymous visitor would write a row for each robot. The cookies are SameSite=Lax besides.
 *
 * @see https://fetch.spec.whatwg.org/#origin-header
 * @see https://www.w3.org/TR/fetch-metadata/#sec-fetch-site-header
 */
export function formRoute<const Name extends string>(
  names: readonly Name[],
  act: (fields: Fields<Name>) => Response | Promise<Response>,
): (request: Request) => Promise<Response> {
  return async (request) => {
    try {
      requireOwnPage(request.headers, readEnvironment().siteOrigin);
      return await act(readFields(await readBody(request), names));
    } catch (error) {
      if (error instanceof FormError) return problemPage(error.code);
      throw error;
    }
  };
}

/**
 * `Origin: null` is refused: it is what a sandboxed frame sends, and a redirect across sites. A request that
 * has neither header is no browser's, and nothing but a browser has a cookie worth protecting; it is refused
 * all the same, because an absent header is easier to bring about than a wrong one.
 */
export function requireOwnPage(headers: Headers, siteOrigin: string): void {
  const fetchSite = headers.get("sec-fetch-site");
  const origin = headers.get("origin");
  if (fetchSite !== null && fetchSite !== "same-origin") throw new FormError("form_from_elsewhere");
  if (origin !== null && origin !== siteOrigin) throw new FormError("form_from_elsewhere");
  if (fetchSite === null && origin === null) throw new FormError("form_from_elsewhere");
}

export function readFields<Name extends string>(body: string, names: readonly Name[]): Fields<Name> {
  const fields: Partial<Record<Name, string>> = {};
  for (const [name, value] of new URLSearchParams(body)) {
    const known = names.find((candidate) => candidate === name);
    if (known === undefined) throw new FormError("field_unknown");
    if (fields[known] !== undefined) throw new FormError("field_duplicated");
    fields[known] = value;
  }
  if (names.some((name) => fields[name] === undefined)) throw new FormError("field_missing");
  return fields as Fields<Name>;
}

/** Counts as it reads: a length that somebody announced is not a length. */
async function readBody(request: Request): Promise<string> {
  const type = request.headers.get("content-type")?.split(";")[0]?.trim().toLowerCase();
  if (type !== "application/x-www-form-urlencoded") throw new FormError("form_not_urlencoded");
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  for await (const chunk of request.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > LARGEST_FORM_BYTES) throw new FormError("form_too_large");
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}
