/** Reads forms with files (`multipart/form-data`). */
import { parseParameters, type RequestParameters } from "@gatehouse/cas/server";
import { parseBody } from "hono/utils/body";
import { HubError } from "../http/hub-error.ts";
import { readBody } from "./read-body.ts";

/** More than any accepted file, so that a form whose file is a little too large can say so. */
const longest = 1_000_000;

/**
 * @param typed fields that may hold any character, as for other forms
 * @throws HubError `form_unreadable`; ParameterError for fields that another form must not have either
 * @see RFC 7578
 */
export async function readUpload(
  request: Request,
  typed: readonly string[] | undefined,
): Promise<{ readonly parameters: RequestParameters; readonly files: ReadonlyMap<string, Uint8Array> }> {
  const headers = { "content-type": request.headers.get("content-type") ?? "" };
  const body = await readBody(request, longest);
  const read = new Request("http://hub.invalid/", { method: "POST", headers, body });
  const fields = Object.entries(await parseBody(read, { all: true }).catch(unreadable));
  const texts = new URLSearchParams();
  const files = new Map<string, Uint8Array>();
  for (const [name, value] of fields) {
    // A field that was sent twice.
    if (Array.isArray(value)) throw unreadable();
    if (typeof value === "string") texts.append(name, value);
    else files.set(name, new Uint8Array(await value.arrayBuffer()));
  }
  return { parameters: parseParameters(texts.toString(), { typed }), files };
}

function unreadable(): never {
  throw new HubError(400, "form_unreadable", "This cannot be read", [
    "The form is damaged. Nothing was changed. Open the page again and retry.",
  ]);
}
