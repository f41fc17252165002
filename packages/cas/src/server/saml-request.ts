import { readUtf8 } from "../form-component.ts";
import { readXml, type XmlElement, XmlError } from "../xml-reader.ts";
import { CasError } from "./cas-error.ts";
import { isSet, type RequestParameters } from "./parameters.ts";
import { checkKind, serviceToCompare } from "./validation.ts";

const soap = "http://schemas.xmlsoap.org/soap/envelope/";
const protocol = "urn:oasis:names:tc:SAML:1.0:protocol";

/** The Java client sends its licence as a comment before the envelope, where it cannot split a value. */
const leadingComment = /^<!--(?:(?!--)[\s\S])*-->/;

/** A complete SAML 1.1 validation request. */
export interface SamlRequest {
  readonly ticket: string;
  /** As in `ValidationRequest`. */
  readonly service: string;
  readonly renew: boolean;
}

/**
 * Reads a request to `/samlValidate`: `TARGET` and optionally `renew` in the query, the ticket as artifact in the message.
 * The message is parsed strictly (`readXml`): no document type, no CDATA section, no comment except one before everything,
 * nothing to expand or fetch. The issue instant is optional, because Apache's module sends none.
 *
 * @param message the raw body
 * @throws CasError `INVALID_REQUEST` for a malformed or incomplete message; for the ticket as `parseValidationRequest`
 * @see SAML 1.1 core, sections 3.2 and 3.3.1; CAS protocol 3.0.3, appendix on `samlValidate`
 */
export function parseSamlRequest(message: Uint8Array, parameters: RequestParameters): SamlRequest {
  const service = parameters.get("TARGET") ?? "";
  if (service === "") throw invalid("The parameter TARGET is required: the service address.");
  const request = readRequest(message);
  const [artifact] = request.elements.filter((one) => isNamed(one, protocol, "AssertionArtifact"));
  const ticket = artifact?.text.trim() ?? "";
  // Count at any depth: another parser might use a nested one.
  if (ticket === "" || artifact?.elements.length !== 0 || countNamed(request, "AssertionArtifact") !== 1) {
    throw invalid("The request holds not exactly one AssertionArtifact: the ticket.");
  }
  checkKind(ticket, "service-tickets");
  return { ticket, service: serviceToCompare(service), renew: isSet(parameters, "renew") };
}

/** Values of the request that the response repeats; `null` if absent. */
export interface SamlCorrelation {
  readonly requestId: string | null;
  readonly recipient: string | null;
}

/** Reads the values that the response repeats, also from an invalid request. Never throws. */
export function samlCorrelation(message: Uint8Array, parameters: RequestParameters): SamlCorrelation {
  const recipient = parameters.get("TARGET") || null;
  try {
    const requestId = readRequest(message).attributes.get("RequestID") ?? "";
    // Only a valid identifier is repeated.
    return { requestId: /^[A-Za-z0-9_.:-]{1,128}$/.test(requestId) ? requestId : null, recipient };
  } catch (error) {
    if (error instanceof CasError) return { requestId: null, recipient };
    throw error;
  }
}

function readRequest(message: Uint8Array): XmlElement {
  const envelope = readEnvelope(message);
  const [body, ...others] = envelope.elements.filter((one) => isNamed(one, soap, "Body"));
  const [request, ...more] = body?.elements ?? [];
  if (
    !isNamed(envelope, soap, "Envelope") ||
    others.length + more.length > 0 ||
    request === undefined ||
    !isNamed(request, protocol, "Request") ||
    request.attributes.get("MajorVersion") !== "1" ||
    !["0", "1"].includes(request.attributes.get("MinorVersion") ?? "")
  )
    throw invalid("Send one SAML 1.1 Request in a SOAP envelope.");
  return request;
}

function readEnvelope(message: Uint8Array): XmlElement {
  const text = readUtf8(message);
  if (text === null) throw invalid("The message is not UTF-8.");
  try {
    return readXml(text.trimStart().replace(leadingComment, "").trimStart());
  } catch (cause) {
    if (cause instanceof XmlError) throw invalid(`The message ${cause.message}.`, cause);
    throw cause;
  }
}

function isNamed(element: XmlElement, namespace: string, name: string): boolean {
  return element.namespace === namespace && element.name === name;
}

function countNamed(element: XmlElement, name: string): number {
  return element.elements.reduce(
    (count, one) => count + countNamed(one, name),
    element.name === name ? 1 : 0,
  );
}

function invalid(description: string, cause?: unknown): CasError {
  return new CasError("INVALID_REQUEST", description, { cause });
}
