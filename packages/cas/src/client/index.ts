/**
 * The client half of the CAS protocol: what a site asks the hub, and how it judges what comes back. It
 * owns addresses, parsing and their errors. It leaves to others the fetch in between (`fetch` with a time
 * limit), the site's own session, and whether a session index is known.
 */
export { CasClientError, type CasClientErrorCode } from "./cas-client-error.ts";
export { readFrontChannelLogoutRequest } from "./front-channel-logout-request.ts";
export { loginUrl, logoutUrl, serviceValidateRequest } from "./hub-url.ts";
export { parseLogoutRequest, type ReceivedLogoutRequest } from "./logout-request.ts";
export { type AuthenticatedUser, processServiceValidateResponse } from "./service-validate-response.ts";
