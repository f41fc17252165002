import { readFormComponent, readUtf8, splitFormPair } from "../form-component.ts";
import { readXml, type XmlElement, XmlError } from "../xml-reader.ts";
import { CasClientError } from "./cas-client-error.ts";

/** Which session of the site is over. */
export interface ReceivedLogoutRequest {
  /** The service ticket that the session began with. */
  readonly sessionIndex: string;
}

const protocol = "urn:oasis:names:tc:SAML:2.0:protocol";
const longestBody = 65_536;

/**
 * Reads the raw body that the hub posts when a session is over. The message is not signed: what makes it
 * believable is that a session index cannot be guessed. So end only a session with that very index, and
 * answer alike whether there was one.
 *
 * @param rawBody the body as it came, before anything decoded it
 * @throws CasClientError `logout_request_invalid` unless the body is a form with exactly one `logoutRequest`
 *   that is a plain `samlp:LogoutRequest` with exactly one session index
 * @see CAS protocol 3.0.3, section 2.3.3.2 and appendix C
 */
export function parseLogoutRequest(rawBody: string | Uint8Array): ReceivedLogoutRequest {
  if (rawBody.length > longestBody) return invalidLogoutRequest(`body longer than ${longestBody}`);
  const body = typeof rawBody === "string" ? rawBody : readUtf8(rawBody);
  if (body === null) return invalidLogoutRequest("body that is not UTF-8");
  return readLogoutMessage(onlyLogoutRequest(body));
}

/**
 * Reads the message itself, however it came.
 *
 * @throws CasClientError `logout_request_invalid` unless it is a plain `samlp:LogoutRequest` with exactly one
 *   session index
 */
export function readLogoutMessage(xml: string): ReceivedLogoutRequest {
  const root = readMessage(xml);
  if (root.namespace !== protocol || root.name !== "LogoutRequest")
    return invalidLogoutRequest("root that is no LogoutRequest");
  const [own, ...others] = root.elements.filter(isSessionIndex);
  // Anywhere in it: another reader might find the one that is hidden deeper.
  if (own === undefined || others.length > 0 || countNamed(root, "SessionIndex") !== 1) {
    return invalidLogoutRequest("not exactly one SessionIndex");
  }
  const sessionIndex = own.text.trim();
  if (own.elements.length > 0 || !/^[A-Za-z0-9-]{1,256}$/.test(sessionIndex)) {
    return invalidLogoutRequest("a SessionIndex that is no ticket");
  }
  return { sessionIndex };
}

function onlyLogoutRequest(body: string): string {
  const found = body
    .split("&")
    .map(splitFormPair)
    .filter(({ name }) => {
      const read = readFormComponent(name);
      return "text" in read && read.text === "logoutRequest";
    });
  const [pair] = found;
  if (pair === undefined || found.length > 1) return invalidLogoutRequest("not exactly one logoutRequest");
  const read = readFormComponent(pair.value);
  return "text" in read ? read.text : invalidLogoutRequest(`a logoutRequest that is ${read.fault}`);
}

function readMessage(xml: string): XmlElement {
  try {
    return readXml(xml);
  } catch (error) {
    if (error instanceof XmlError) return invalidLogoutRequest(`XML that ${error.message}`, error);
    throw error;
  }
}

function isSessionIndex({ namespace, name }: XmlElement): boolean {
  return namespace === protocol && name === "SessionIndex";
}

function countNamed(element: XmlElement, name: string): number {
  return element.elements.reduce(
    (count, one) => count + countNamed(one, name),
    element.name === name ? 1 : 0,
  );
}

/** The one refusal of whatever is no logout request. */
export function invalidLogoutRequest(detail: string, cause?: unknown): never {
  throw new CasClientError(
    "logout_request_invalid",
    "This is no logout request. Answer 400 and change nothing; if the hub sent it, compare the versions of hub and site.",
    { detail, cause },
  );
}
