import type { AuthenticationSuccess, ReleasedAttributes } from "./authentication-success.ts";
import { CasError } from "./cas-error.ts";
import { escapeXml, type Rendered } from "./rendered.ts";

const namespace = "http://www.yale.edu/tp/cas";

/**
 * Renders a success, its elements in the order of the schema, one per line: `user`, `attributes`, `proxyGrantingTicket`,
 * `proxies`.
 *
 * @throws CasError `INTERNAL_ERROR` if the name of an attribute is not a valid element name
 * @see CAS protocol 3.0.3, section 2.5.2 and appendix A
 */
export function renderXmlSuccess(success: AuthenticationSuccess): Rendered {
  const { user, attributes, proxyGrantingTicket, proxies = [] } = success;
  return serviceResponse([
    "  <cas:authenticationSuccess>",
    `    ${element("user", user)}`,
    ...(attributes === undefined ? [] : attributesBlock(attributes)),
    ...(proxyGrantingTicket === undefined
      ? []
      : [`    ${element("proxyGrantingTicket", proxyGrantingTicket)}`]),
    ...(proxies.length === 0 ? [] : proxiesBlock(proxies)),
    "  </cas:authenticationSuccess>",
  ]);
}

/**
 * Renders a failure, from code and description of the error only.
 *
 * @see CAS protocol 3.0.3, sections 2.5.2 and 2.5.3
 */
export function renderXmlFailure({ code, description }: CasError): Rendered {
  return serviceResponse([
    `  <cas:authenticationFailure code="${escapeXml(code)}">${escapeXml(description)}</cas:authenticationFailure>`,
  ]);
}

/**
 * Renders a proxy ticket.
 *
 * @see CAS protocol 3.0.3, section 2.7.2
 */
export function renderXmlProxySuccess(ticket: string): Rendered {
  return serviceResponse([
    "  <cas:proxySuccess>",
    `    ${element("proxyTicket", ticket)}`,
    "  </cas:proxySuccess>",
  ]);
}

/**
 * Renders the failure of `/proxy`, from code and description of the error only.
 *
 * @see CAS protocol 3.0.3, sections 2.7.2 and 2.7.3
 */
export function renderXmlProxyFailure({ code, description }: CasError): Rendered {
  return serviceResponse([
    `  <cas:proxyFailure code="${escapeXml(code)}">${escapeXml(description)}</cas:proxyFailure>`,
  ]);
}

function serviceResponse(lines: readonly string[]): Rendered {
  return {
    body: [`<cas:serviceResponse xmlns:cas="${namespace}">`, ...lines, "</cas:serviceResponse>", ""].join(
      "\n",
    ),
    contentType: "application/xml; charset=utf-8",
  };
}

function attributesBlock(attributes: ReleasedAttributes): readonly string[] {
  const elements = [
    element("authenticationDate", attributes.authenticationDate.toISOString()),
    element(
      "longTermAuthenticationRequestTokenUsed",
      String(attributes.longTermAuthenticationRequestTokenUsed),
    ),
    element("isFromNewLogin", String(attributes.isFromNewLogin)),
    ...attributes.released.flatMap(([name, value]) =>
      [value].flat().map((one) => element(elementName(name), one)),
    ),
  ];
  return ["    <cas:attributes>", ...elements.map((one) => `      ${one}`), "    </cas:attributes>"];
}

function proxiesBlock(proxies: readonly string[]): readonly string[] {
  return [
    "    <cas:proxies>",
    ...proxies.map((proxy) => `      ${element("proxy", proxy)}`),
    "    </cas:proxies>",
  ];
}

function element(name: string, text: string): string {
  return `<cas:${name}>${escapeXml(text)}</cas:${name}>`;
}

/** Names come from registrations; a space or `>` would become markup. ASCII only, for old clients. */
function elementName(name: string): string {
  if (/^[A-Za-z_][A-Za-z0-9._-]*$/.test(name)) return name;
  throw new CasError("INTERNAL_ERROR", "An attribute of this site cannot be written as XML.", {
    cause: new TypeError(`attribute ${JSON.stringify(name)} is no XML name`),
  });
}
