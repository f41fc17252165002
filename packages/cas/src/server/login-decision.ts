import type { LoginRequest } from "./login-request.ts";
import type { Service } from "./service.ts";

/** Facts about the request that the hub has looked up. */
export interface LoginFacts {
  /** The service belongs to a registered site; ignored without a service. */
  readonly serviceRegistered: boolean;
  /** The browser has a living central session. */
  readonly signedIn: boolean;
  /** This request presented valid credentials. */
  readonly credentialsAccepted: boolean;
  /** The user wants to confirm each further site (`warn` at login). */
  readonly askBefore: boolean;
  /** This request confirms the site. */
  readonly confirmed: boolean;
}

/** Next step of `/login`. */
export type LoginDecision =
  /** Show an explanation, without redirect or link to the unknown service. */
  | { readonly action: "refuse-service"; readonly service: Service }
  /** Show the form. */
  | { readonly action: "ask-credentials"; readonly because: "renew" | "not-signed-in" }
  /** Issue a ticket for the service and redirect by `ticketRedirect`. */
  | { readonly action: "issue-ticket"; readonly service: Service; readonly fromNewLogin: boolean }
  /** Ask the user whether the service may learn who they are. */
  | { readonly action: "ask-before"; readonly service: Service }
  /** Redirect to the service without a ticket: gateway without a session. */
  | { readonly action: "return-without-ticket"; readonly service: Service }
  /** Show that the user is signed in. */
  | { readonly action: "show-signed-in" };

type Check = (request: LoginRequest, facts: LoginFacts) => LoginDecision | null;

/** Ordered; the first check that returns a decision wins. */
const checks: readonly Check[] = [
  // 2.2.1: an unknown service is denied before anything else, so that no path leads to a redirect.
  ({ service }, { serviceRegistered }) =>
    service !== null && !serviceRegistered ? { action: "refuse-service", service } : null,
  // 2.2.4: accepted credentials satisfy renew; asking again would loop.
  ({ service }, { credentialsAccepted }) =>
    service !== null && credentialsAccepted ? { action: "issue-ticket", service, fromNewLogin: true } : null,
  (_, { credentialsAccepted }) => (credentialsAccepted ? { action: "show-signed-in" } : null),
  // 2.1.1: renew before gateway, which is ignored when both are set.
  ({ renew }) => (renew ? { action: "ask-credentials", because: "renew" } : null),
  // 2.2.1: with warn no sign-on is transparent, gateway included.
  ({ service }, { signedIn, askBefore, confirmed }) =>
    service !== null && signedIn && askBefore && !confirmed ? { action: "ask-before", service } : null,
  // 2.1.5: single sign-on, with gateway or without.
  ({ service }, { signedIn }) =>
    service !== null && signedIn ? { action: "issue-ticket", service, fromNewLogin: false } : null,
  // 2.1.1: gateway shows no form. Without a service it is ignored.
  ({ service, gateway }) =>
    service !== null && gateway ? { action: "return-without-ticket", service } : null,
  (_, { signedIn }) => (signedIn ? { action: "show-signed-in" } : null),
];

/**
 * Decides what `/login` does: an ordered table of checks, the first that applies wins.
 *
 * @param request result of `parseLoginRequest`
 * @see CAS protocol 3.0.3, sections 2.1.1, 2.1.5, 2.2.1 and 2.2.4
 */
export function decideLogin(request: LoginRequest, facts: LoginFacts): LoginDecision {
  for (const check of checks) {
    const decision = check(request, facts);
    if (decision !== null) return decision;
  }
  return { action: "ask-credentials", because: "not-signed-in" };
}
