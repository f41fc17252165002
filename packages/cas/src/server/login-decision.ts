import type { LoginRequest } from "./login-request.ts";
import type { Service } from "./service.ts";

/** What the hub knows when somebody is at `/login`. */
export interface LoginFacts {
  /** The service belongs to a registered site; of no account when there is none. */
  readonly serviceRegistered: boolean;
  /** The browser has a living central session. */
  readonly signedIn: boolean;
  /** Credentials were presented and accepted in this very request. */
  readonly credentialsAccepted: boolean;
  /** She wants to be asked before another site is told who she is (`warn` at sign-in). */
  readonly askBefore: boolean;
  /** She said yes to this site in this very request. */
  readonly confirmed: boolean;
}

/** What `/login` does next. */
export type LoginDecision =
  /** Explain on a page, with no redirect and no link to where she came from. */
  | { readonly action: "refuse-service"; readonly service: Service }
  /** Show the form. */
  | { readonly action: "ask-credentials"; readonly because: "renew" | "not-signed-in" }
  /** Issue a ticket for the service and redirect by `ticketRedirect`. */
  | { readonly action: "issue-ticket"; readonly service: Service; readonly fromNewLogin: boolean }
  /** Ask her whether the service may learn who she is. */
  | { readonly action: "ask-before"; readonly service: Service }
  /** Redirect to the service without a ticket: gateway, and nobody is known. */
  | { readonly action: "return-without-ticket"; readonly service: Service }
  /** Say that she is signed in. */
  | { readonly action: "show-signed-in" };

type Check = (request: LoginRequest, facts: LoginFacts) => LoginDecision | null;

/** In this order; the first that decides, decides. */
const checks: readonly Check[] = [
  // 2.2.1: an unknown service is denied before anything else, so that no path leads to a redirect.
  ({ service }, { serviceRegistered }) =>
    service !== null && !serviceRegistered ? { action: "refuse-service", service } : null,
  // 2.2.4: accepted credentials answer renew as well; asked again it would never end.
  ({ service }, { credentialsAccepted }) =>
    service !== null && credentialsAccepted ? { action: "issue-ticket", service, fromNewLogin: true } : null,
  (_, { credentialsAccepted }) => (credentialsAccepted ? { action: "show-signed-in" } : null),
  // 2.1.1: renew before gateway, which is ignored when both are set.
  ({ renew }) => (renew ? { action: "ask-credentials", because: "renew" } : null),
  // 2.2.1: with warn no sign-on is transparent, and gateway would be the most transparent of all.
  ({ service }, { signedIn, askBefore, confirmed }) =>
    service !== null && signedIn && askBefore && !confirmed ? { action: "ask-before", service } : null,
  // 2.1.5: single sign-on, with gateway or without.
  ({ service }, { signedIn }) =>
    service !== null && signedIn ? { action: "issue-ticket", service, fromNewLogin: false } : null,
  // 2.1.1: gateway asks for nothing. Without a service there is nowhere to return to and it is as if not given.
  ({ service, gateway }) =>
    service !== null && gateway ? { action: "return-without-ticket", service } : null,
  (_, { signedIn }) => (signedIn ? { action: "show-signed-in" } : null),
];

/**
 * Decides what `/login` does: an ordered table of checks, the first that applies wins.
 *
 * @param request what was asked, from `parseLoginRequest`
 * @param facts what the hub found out about service and session
 * @see CAS protocol 3.0.3, sections 2.1.1, 2.1.5, 2.2.1 and 2.2.4
 */
export function decideLogin(request: LoginRequest, facts: LoginFacts): LoginDecision {
  for (const check of checks) {
    const decision = check(request, facts);
    if (decision !== null) return decision;
  }
  return { action: "ask-credentials", because: "not-signed-in" };
}
