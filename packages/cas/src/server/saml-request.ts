import { readUtf8 } from "../form-component.ts";
import { readXml, type XmlElement, XmlError } from "../xml-reader.ts";
import { CasError } from "./cas-error.ts";
import type { RequestParameters } from "./parameters.ts";
import { checkKind, normalised } from "./validation.ts";

const soap = "http://schemas.xmlsoap.org/soap/envelope/";
const protocol = "urn:oasis:names:tc:SAML:1.0:protocol";

/** A validation by SAML 1.1 that can be tried. */
export interface SamlRequest {
  readonly ticket: string;
  /** As in `ValidationRequest`. */
  readonly service: string;
}

/**
 * Reads what `/samlValidate` was asked: `TARGET` in the query, the ticket as artifact in the message. The message is
 * read strictly (`readXml`): no document type, comment or CDATA section, nothing to expand or to fetch.
 *
 * @param message the body as it came
 * @throws CasError `INVALID_REQUEST` for what is no such message or lacks something; for the ticket as
 *   `parseValidationRequest` where service tickets are validated
 * @see SAML 1.1 core, sections 3.2 and 3.3.1; CAS protocol 3.0.3, appendix on `samlValidate`
 */
export function parseSamlRequest(message: Uint8Array, parameters: RequestParameters): SamlRequest {
  const service = parameters.get("TARGET") ?? "";
  if (service === "") throw invalid("The parameter TARGET is required: the service address.");
  const artifacts = readRequest(message).elements.filter((one) =>
    isNamed(one, protocol, "AssertionArtifact"),
  );
  const [artifact] = artifacts;
  const ticket = artifact?.text.trim() ?? "";
  if (artifacts.length !== 1 || ticket === "")
    throw invalid("The request holds not exactly one AssertionArtifact: the ticket.");
  checkKind(ticket, "service-tickets");
  return { ticket, service: normalised(service) };
}

/** What an answer refers to; `null`: the request did not say. */
export interface SamlCorrelation {
  readonly requestId: string | null;
  readonly recipient: string | null;
}

/** Finds out what an answer refers to, also when the request is wrong. Never throws. */
export function samlCorrelation(message: Uint8Array, parameters: RequestParameters): SamlCorrelation {
  const recipient = parameters.get("TARGET") || null;
  try {
    const requestId = readRequest(message).attributes.get("RequestID") ?? "";
    // Made of what an identifier is made of; anything else is not repeated.
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
    request.attributes.get("MajorVersion") !== "1"
  )
    throw invalid("Send one SAML 1.1 Request in a SOAP envelope.");
  return request;
}

function readEnvelope(message: Uint8Array): XmlElement {
  const text = readUtf8(message);
  if (text === null) throw invalid("The message is not UTF-8.");
  try {
    return readXml(text.trimStart());
  } catch (cause) {
    if (cause instanceof XmlError) throw invalid(`The message ${cause.message}.`, cause);
    throw cause;
  }
}

function isNamed(element: XmlElement, namespace: string, name: string): boolean {
  return element.namespace === namespace && element.name === name;
}

function invalid(description: string, cause?: unknown): CasError {
  return new CasError("INVALID_REQUEST", description, { cause });
}
