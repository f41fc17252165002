/** The destination of a completed sign-in: a service ticket for the site that asked, or a page of the hub. */
import {
  decideLogin,
  type LoginDecision,
  type LoginFacts,
  type LoginRequest,
  parseLoginRequest,
  type RequestParameters,
} from "@gatehouse/cas/server";
import type { CentralSession } from "@gatehouse/database";
import type { ReadOwnPage } from "../http/own-pages.ts";
import { seeOther } from "../http/route.ts";
import type { Arrive } from "../sign-in/complete-sign-in.ts";
import { destinationOf, loginAddress, repeatedFields } from "../sign-in/login-address.ts";
import { readRequest } from "../sign-in/refuse-service.ts";
import type { SiteRegistry } from "../site-registry/site-registry.ts";
import { type SendTicketNeeds, sendTicket } from "./send-ticket.ts";

export interface ArriveNeeds extends SendTicketNeeds {
  readonly sites: Pick<SiteRegistry, "find" | "findByService">;
  /** Pages of the hub that a sign-in may lead to. */
  readonly ownPage: ReadOwnPage;
  /** Adds to the address of an OpenID Connect flow that the user chose this session for it. */
  readonly withChosenSession: (page: string, session: CentralSession) => string;
}

export function createArrive(needs: ArriveNeeds): Arrive {
  return async (call, parameters, session, { fresh, ...more }) => {
    const request = readRequest(() => parseLoginRequest(parameters));
    const decision = decide(needs, request, { signedIn: true, credentialsAccepted: fresh });
    switch (decision.action) {
      case "issue-ticket":
        return sendTicket(needs, call, { ...request, ...decision, session }, more);
      case "ask-credentials":
        return seeOther(loginAddress(repeatedFields(parameters)), more);
      default: {
        const { site, keepsOpener } = destinationOf(needs, request, parameters);
        const address = returnPage(needs, parameters, session, { chosen: true });
        return seeOther(address, { ...more, goesTo: site, keepsOpener });
      }
    }
  };
}

/** The requested page of the hub. @param chosen whether the user has just chosen to continue in this session */
export function returnPage(
  { ownPage, withChosenSession }: Pick<ArriveNeeds, "ownPage" | "withChosenSession">,
  parameters: RequestParameters,
  session: CentralSession,
  { chosen }: { readonly chosen: boolean },
): string {
  const page = ownPage(parameters.get("return") ?? "") ?? "/account";
  return chosen ? withChosenSession(page, session) : page;
}

export function decide(
  { sites }: { readonly sites: Pick<SiteRegistry, "findByService"> },
  request: LoginRequest,
  facts: Partial<LoginFacts>,
): LoginDecision {
  return decideLogin(request, {
    serviceRegistered: request.service !== null && sites.findByService(request.service) !== undefined,
    signedIn: false,
    credentialsAccepted: false,
    askBefore: false,
    confirmed: false,
    ...facts,
  });
}
