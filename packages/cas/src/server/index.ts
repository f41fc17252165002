/**
 * Server half of the CAS protocol as plain functions: parses requests, decides, renders responses. It contains the rules
 * of the specification. Callers supply the registered sites, the user (credentials, central session), the storage of
 * tickets (`TicketRegistry`) and HTTP itself.
 */
export {
  type AuthenticationSuccess,
  authenticationSuccess,
  isProtocolName,
  type ReleasedAttribute,
  type ReleasedAttributes,
} from "./authentication-success.ts";
export { CasError, type CasErrorCode } from "./cas-error.ts";
export { decideLogin, type LoginDecision, type LoginFacts } from "./login-decision.ts";
export {
  type LoginRequest,
  type LoginSubmission,
  parseLoginRequest,
  parseLoginSubmission,
  type TicketMethod,
  type TicketName,
} from "./login-request.ts";
export {
  frontChannelLogoutUrl,
  isFrontChannelAddress,
  type LogoutRequest,
  logoutRequestForm,
  parseLogoutReturn,
  renderLogoutRequest,
} from "./logout.ts";
export {
  ParameterError,
  type ParameterErrorCode,
  parseParameters,
  type RequestParameters,
} from "./parameters.ts";
export { withQuery } from "./posted-login.ts";
export { parseFormatAlone, parseProtocolQuery } from "./protocol-query.ts";
export {
  isAllowedCallback,
  type ProxyCallbackFault,
  parseProxyCallback,
  proxyCallbackFailed,
  proxyCallbackUrl,
  proxyChainRefused,
  proxyChainTooLong,
  proxyNotAllowed,
} from "./proxy-callback.ts";
export type { ProxyGrantingTicket, ProxyGrantingTicketRegistry } from "./proxy-granting-ticket-registry.ts";
export {
  type ProxyRequest,
  parseProxyRequest,
  targetNotAllowed,
  unknownProxyGrantingTicket,
} from "./proxy-request.ts";
export type { Rendered } from "./rendered.ts";
export {
  renderJsonFailure,
  renderJsonProxyFailure,
  renderJsonProxySuccess,
  renderJsonSuccess,
} from "./response-json.ts";
export { renderSamlFailure, renderSamlSuccess, type SamlFrame } from "./response-saml.ts";
export { renderTextFailure, renderTextSuccess } from "./response-text.ts";
export {
  renderXmlFailure,
  renderXmlProxyFailure,
  renderXmlProxySuccess,
  renderXmlSuccess,
} from "./response-xml.ts";
export {
  parseRestCredentials,
  parseRestTicketRequest,
  type RestCredentials,
  RestRequestError,
  type RestTicketRequest,
} from "./rest-request.ts";
export { parseSamlRequest, type SamlCorrelation, type SamlRequest, samlCorrelation } from "./saml-request.ts";
export { parseService, type Service } from "./service.ts";
export { normalForm } from "./service-normal-form.ts";
export {
  isPlainHost,
  matchesService,
  parseServicePattern,
  type ServicePattern,
  ServicePatternError,
} from "./service-pattern.ts";
export { type TicketForm, ticketForm, ticketHeaders, ticketRedirect } from "./ticket-delivery.ts";
export { createTicketId, isTicketId, type TicketPrefix } from "./ticket-id.ts";
export type { ConsumeResult, Principal, ServiceTicket, TicketRegistry } from "./ticket-registry.ts";
export {
  type AcceptedTickets,
  asCasError,
  parseValidationRequest,
  requireValidTicket,
  type ValidationFormat,
  type ValidationRequest,
  type ValidTicket,
  validationFormat,
} from "./validation.ts";
