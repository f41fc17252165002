import { readEnvironment } from "./env.ts";

/** No form of the bank comes near this. */
const LARGEST_FORM_BYTES = 8_192;

/** Why a form was not accepted; people meet none of these with the bank's own pages. */
const SENTENCES = {
  form_from_elsewhere: "This came from a page that is not ours. Open the bank itself and try again there.",
  form_not_urlencoded: "This did not come from one of the bank's forms.",
  form_too_large: "The form was longer than any form of the bank.",
  field_unknown: "The form had a field that we do not know.",
  field_duplicated: "The form had the same field twice, so we could not tell which one you meant.",
  field_missing: "The form was not complete.",
  form_expired: "This form is more than a day old, or none of ours. Open it again and fill it in anew.",
} as const;

/** A form that is not accepted. The code is stable and stands in the answer. */
export class FormError extends Error {
  readonly code: keyof typeof SENTENCES;

  constructor(code: keyof typeof SENTENCES) {
    super(code);
    this.name = "FormError";
    this.code = code;
  }
}

/**
 * The one way in for a page's form: the post is from a page of ours and has exactly the named fields, each once.
 *
 * @see https://www.w3.org/TR/fetch-metadata/#sec-fetch-site-header
 */
export function formRoute<const Name extends string>(
  names: readonly Name[],
  act: (fields: Readonly<Record<Name, string>>) => Response | Promise<Response>,
): (request: Request) => Promise<Response> {
  return async (request) => {
    try {
      requireOwnPage(request.headers, readEnvironment().siteOrigin);
      return await act(readFields(await readBody(request), names));
    } catch (error) {
      if (error instanceof FormError) return refusal(error.code);
      throw error;
    }
  };
}

/** Sends the browser on by GET: reloading the next page posts nothing again. @see RFC 9110, section 15.4.4 */
export function seeOther(path: string): Response {
  return new Response(null, { status: 303, headers: { location: path, "cache-control": "no-store" } });
}

/** `Origin: null` is a sandboxed frame's; a post with neither header is no browser's. */
function requireOwnPage(headers: Headers, siteOrigin: string): void {
  const fetchSite = headers.get("sec-fetch-site");
  const origin = headers.get("origin");
  const isOwn =
    (fetchSite ?? "same-origin") === "same-origin" &&
    (origin ?? siteOrigin) === siteOrigin &&
    (fetchSite !== null || origin !== null);
  if (!isOwn) throw new FormError("form_from_elsewhere");
}

function readFields<Name extends string>(
  body: string,
  names: readonly Name[],
): Readonly<Record<Name, string>> {
  const fields = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(body)) {
    if (!names.some((known) => known === name)) throw new FormError("field_unknown");
    if (fields.has(name)) throw new FormError("field_duplicated");
    fields.set(name, value);
  }
  if (fields.size < names.length) throw new FormError("field_missing");
  return Object.fromEntries(fields) as Readonly<Record<Name, string>>;
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

function refusal(code: keyof typeof SENTENCES): Response {
  return new Response(`${SENTENCES[code]} No money was moved.\nCode: ${code}\n`, {
    status: 400,
    headers: { "content-type": "text/plain; charset=utf-8", "cache-control": "no-store" },
  });
}
