import type { AuthenticationSuccess } from "./authentication-success.ts";
import type { CasError } from "./cas-error.ts";
import { escapeXml, type Rendered } from "./rendered.ts";
import type { SamlCorrelation } from "./saml-request.ts";

/** Values that every response contains. */
export interface SamlFrame extends SamlCorrelation {
  /** Begins with a letter. */
  readonly responseId: string;
  readonly issueInstant: Date;
}

/** Namespace in which clients look for CAS attributes. */
const attributeNamespace = "http://www.ja-sig.org/products/cas/";

/**
 * Renders a success as SAML 1.1: one assertion with user, time, service and released attributes. Order and prefixes match
 * clients that search the text.
 *
 * @param answer.success with attributes, as for CAS 3
 * @param answer.assertionId begins with a letter
 * @param answer.issuer the hub's origin
 * @param answer.lifeSeconds validity of the assertion before and after `issueInstant`; only the site checks it
 * @see SAML 1.1 core, sections 2.3, 2.4 and 3.4
 */
export function renderSamlSuccess(
  answer: SamlFrame & {
    readonly success: AuthenticationSuccess;
    readonly assertionId: string;
    readonly issuer: string;
    readonly lifeSeconds: number;
  },
): Rendered {
  const { success, issueInstant, recipient } = answer;
  const until = new Date(issueInstant.getTime() + answer.lifeSeconds * 1000);
  // Clocks differ: a site whose clock is behind has to accept the assertion.
  const since = new Date(issueInstant.getTime() - answer.lifeSeconds * 1000);
  const authenticatedAt = success.attributes?.authenticationDate ?? issueInstant;
  return envelope(answer, [
    status("samlp:Success"),
    `<saml:Assertion xmlns:saml="urn:oasis:names:tc:SAML:1.0:assertion" MajorVersion="1" MinorVersion="1" AssertionID="${escapeXml(answer.assertionId)}" Issuer="${escapeXml(answer.issuer)}" IssueInstant="${issueInstant.toISOString()}">`,
    `<saml:Conditions NotBefore="${since.toISOString()}" NotOnOrAfter="${until.toISOString()}">`,
    "<saml:AudienceRestrictionCondition>",
    `<saml:Audience>${escapeXml(recipient ?? "")}</saml:Audience>`,
    "</saml:AudienceRestrictionCondition>",
    "</saml:Conditions>",
    `<saml:AuthenticationStatement AuthenticationInstant="${authenticatedAt.toISOString()}" AuthenticationMethod="urn:oasis:names:tc:SAML:1.0:am:unspecified">`,
    ...subject(success.user),
    "</saml:AuthenticationStatement>",
    ...attributeStatement(success),
    "</saml:Assertion>",
  ]);
}

/**
 * Renders a failure: a status with code and description in its message, no assertion.
 *
 * @see SAML 1.1 core, section 3.4.3
 */
export function renderSamlFailure(answer: SamlFrame & { readonly error: CasError }): Rendered {
  const { code, description } = answer.error;
  const words = `${code}: ${description}`;
  if (code === "INTERNAL_ERROR") return envelope(answer, [status("samlp:Responder", words)]);
  const denied = code === "INVALID_REQUEST" ? undefined : "samlp:RequestDenied";
  return envelope(answer, [status("samlp:Requester", words, denied)]);
}

function envelope(frame: SamlFrame, content: readonly string[]): Rendered {
  const inResponseTo = frame.requestId === null ? "" : ` InResponseTo="${escapeXml(frame.requestId)}"`;
  const recipient = frame.recipient === null ? "" : ` Recipient="${escapeXml(frame.recipient)}"`;
  const body = [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<SOAP-ENV:Envelope xmlns:SOAP-ENV="http://schemas.xmlsoap.org/soap/envelope/">',
    "<SOAP-ENV:Body>",
    `<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:1.0:protocol" MajorVersion="1" MinorVersion="1" ResponseID="${escapeXml(frame.responseId)}" IssueInstant="${frame.issueInstant.toISOString()}"${inResponseTo}${recipient}>`,
    ...content,
    "</samlp:Response>",
    "</SOAP-ENV:Body>",
    "</SOAP-ENV:Envelope>",
    "",
  ];
  return { body: body.join("\n"), contentType: "text/xml; charset=utf-8" };
}

/** @param reason second-level status code */
function status(value: string, message?: string, reason?: string): string {
  const code =
    reason === undefined
      ? `<samlp:StatusCode Value="${value}"/>`
      : `<samlp:StatusCode Value="${value}"><samlp:StatusCode Value="${reason}"/></samlp:StatusCode>`;
  const words =
    message === undefined ? "" : `<samlp:StatusMessage>${escapeXml(message)}</samlp:StatusMessage>`;
  return `<samlp:Status>${code}${words}</samlp:Status>`;
}

function subject(user: string): readonly string[] {
  return [
    "<saml:Subject>",
    `<saml:NameIdentifier>${escapeXml(user)}</saml:NameIdentifier>`,
    "<saml:SubjectConfirmation>",
    "<saml:ConfirmationMethod>urn:oasis:names:tc:SAML:1.0:cm:artifact</saml:ConfirmationMethod>",
    "</saml:SubjectConfirmation>",
    "</saml:Subject>",
  ];
}

/** SAML allows no empty statement; the three protocol attributes are always present. */
function attributeStatement({ user, attributes }: AuthenticationSuccess): readonly string[] {
  if (attributes === undefined) return [];
  const { released, authenticationDate, longTermAuthenticationRequestTokenUsed, isFromNewLogin } = attributes;
  const all: readonly (readonly [string, string | readonly string[]])[] = [
    ["authenticationDate", authenticationDate.toISOString()],
    ["longTermAuthenticationRequestTokenUsed", String(longTermAuthenticationRequestTokenUsed)],
    ["isFromNewLogin", String(isFromNewLogin)],
    ...released,
  ];
  return [
    "<saml:AttributeStatement>",
    ...subject(user),
    ...all.flatMap(([name, value]) => attribute(name, [value].flat())),
    "</saml:AttributeStatement>",
  ];
}

/** @see SAML 1.1 core, section 2.4.4.1: an attribute has at least one value */
function attribute(name: string, values: readonly string[]): readonly string[] {
  if (values.length === 0) return [];
  return [
    `<saml:Attribute AttributeName="${escapeXml(name)}" AttributeNamespace="${attributeNamespace}">`,
    ...values.map((value) => `<saml:AttributeValue>${escapeXml(value)}</saml:AttributeValue>`),
    "</saml:Attribute>",
  ];
}
