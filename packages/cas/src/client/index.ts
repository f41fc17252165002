/**
 * Client half of the CAS protocol: builds a site's requests to the hub and checks the responses. Callers supply `fetch`
 * (with a time limit), the site session, and the lookup of session indexes.
 */
export { CasClientError, type CasClientErrorCode } from "./cas-client-error.ts";
export { readFrontChannelLogoutRequest } from "./front-channel-logout-request.ts";
export { loginUrl, logoutUrl, serviceValidateRequest } from "./hub-url.ts";
export { parseLogoutRequest, type ReceivedLogoutRequest } from "./logout-request.ts";
export { type AuthenticatedUser, processServiceValidateResponse } from "./service-validate-response.ts";
