import { credentialsMissing, invalidToken, malformedRequest } from "./api-refusal.ts";

/** Unverified credentials: an access token, or username and password in base64. */
export interface Credentials {
  readonly scheme: "Bearer" | "Basic";
  readonly text: string;
}

/** Maximum length; longer than any token of the hub and any username with an app password. */
const longest = 8_192;
/** Maximum length of a form that is searched for a token; the API itself takes no forms. */
const longestForm = 65_536;

/**
 * Reads credentials from the Authorization header only. Addresses end up in logs and histories, and any page can send a
 * form, so a token in either is refused even if it is valid.
 *
 * @throws {ApiRefusal}
 * @see RFC 6750, sections 2 and 5.3
 */
export async function readCredentials(request: Request, takesAppPasswords: boolean): Promise<Credentials> {
  const inQuery = new URL(request.url).searchParams.has("access_token");
  if (inQuery || (await isInForm(request)))
    throw malformedRequest("Send the access token in the Authorization header only, once.");
  return parseAuthorization(request.headers.get("authorization") ?? "", takesAppPasswords);
}

/**
 * Other schemes count as missing credentials. Of repeated headers, Node passes on the first; proxies join them by a comma,
 * which no token contains.
 *
 * @see RFC 9110, section 11.6.2; RFC 6750, section 2.1; RFC 7617, section 2
 */
function parseAuthorization(header: string, takesAppPasswords: boolean): Credentials {
  const [, name = "", text = ""] = /^\s*([^\s,]+)\s*(.*?)\s*$/.exec(header) ?? [];
  if (name.toLowerCase() !== "bearer") {
    if (/,\s*bearer\s/i.test(header)) throw malformedRequest("Send one Authorization header.");
    if (takesAppPasswords && name.toLowerCase() === "basic") return { scheme: "Basic", text };
    throw credentialsMissing(takesAppPasswords);
  }
  if (!/^[A-Za-z0-9\-._~+/]+=*$/.test(text))
    throw malformedRequest(
      "The Authorization header should be the word Bearer, a space and one access token.",
    );
  if (text.length > longest) throw invalidToken("The access token is not from the hub.");
  return { scheme: "Bearer", text };
}

/** Reads a copy, so that the route can read the body. */
async function isInForm(request: Request): Promise<boolean> {
  const type = request.headers.get("content-type") ?? "";
  if (!/^application\/x-www-form-urlencoded\b/i.test(type)) return false;
  let form = "";
  const decoder = new TextDecoder();
  const copy = request.clone().body;
  for await (const chunk of copy?.values({ preventCancel: true }) ?? []) {
    form += decoder.decode(chunk, { stream: true });
    if (form.length > longestForm) break;
  }
  // Not awaited: cancelling a copy waits until the body itself is read or cancelled.
  copy?.cancel().catch(() => undefined);
  return new URLSearchParams(form).has("access_token");
}
