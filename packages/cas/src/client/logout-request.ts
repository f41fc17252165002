import { readFormComponent, readUtf8, splitFormPair } from "../form-component.ts";
import { readXml, type XmlElement, XmlError } from "../xml-reader.ts";
import { CasClientError } from "./cas-client-error.ts";

/** A received logout request. */
export interface ReceivedLogoutRequest {
  /** The service ticket with which the ended site session began. */
  readonly sessionIndex: string;
}

const protocol = "urn:oasis:names:tc:SAML:2.0:protocol";
const longestBody = 65_536;

/**
 * Reads a back-channel logout. The message is not signed; only the unguessable session index authenticates it. End only the
 * session with exactly that index, and respond alike whether or not it exists.
 *
 * @param rawBody the body before any decoding
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
 * Reads the XML of a logout request.
 *
 * @throws CasClientError `logout_request_invalid` unless it is a plain `samlp:LogoutRequest` with exactly one
 *   session index
 */
export function readLogoutMessage(xml: string): ReceivedLogoutRequest {
  const root = readMessage(xml);
  if (root.namespace !== protocol || root.name !== "LogoutRequest")
    return invalidLogoutRequest("root that is no LogoutRequest");
  const [own, ...others] = root.elements.filter(isSessionIndex);
  // Count at any depth: another parser might use a nested one.
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

/** Throws the error for a malformed logout request. */
export function invalidLogoutRequest(detail: string, cause?: unknown): never {
  throw new CasClientError(
    "logout_request_invalid",
    "This is not a logout request. Answer 400 and change nothing; if the hub sent it, compare the versions of hub and site.",
    { detail, cause },
  );
}
