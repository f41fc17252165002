/** The page that asks users before another site learns who they are, if they want to be asked (CAS: warn). */
import { decideLogin, type LoginRequest, parseLoginRequest, type Service } from "@gatehouse/cas/server";
import type { CentralSession } from "@gatehouse/database";
import { type Answer, type Call, type Route, route, seeOther } from "../http/route.ts";
import type { FindSession } from "../session/find-session.ts";
import type { HubKeys } from "../settings/secret-keys.ts";
import type { AskForAccount } from "../sign-in/choose-account.ts";
import { loginAddress, repeatedFields } from "../sign-in/login-address.ts";
import { readRequest, refuseService } from "../sign-in/refuse-service.ts";
import { type SendTicketNeeds, sendTicket } from "./send-ticket.ts";

export interface AskBeforeNeeds extends SendTicketNeeds {
  readonly keys: Pick<HubKeys, "form">;
  readonly findSession: FindSession;
  readonly askForAccount: AskForAccount;
}

const confirmPath = "/cas/login/confirm";

/** @see CAS protocol 3.0.3, section 2.2.1 (warn) */
export function askBefore(
  { keys, sites }: Pick<AskBeforeNeeds, "keys" | "sites">,
  call: Call,
  service: Service,
  session: CentralSession,
  { method, ticketName, gateway }: LoginRequest,
): Answer {
  const site = sites.findByService(service);
  if (site === undefined) throw refuseService(call, { service });
  const { name, username } = session.person;
  return {
    screen: {
      name: "ask-before",
      model: {
        action: confirmPath,
        hidden: [
          { name: "token", value: keys.form.sign("ask-before-form", session.uid) },
          { name: ticketName === "SAMLart" ? "TARGET" : "service", value: service.url },
          ...(method === "GET" ? [] : [{ name: "method", value: method }]),
        ],
        site: { name: site.name, host: site.host, mark: site.mark },
        person: { name, username },
        needed: !gateway,
        // With gateway, return to the service without a ticket; otherwise to the site's home page.
        declineTo: gateway ? service.url : site.url,
      },
    },
    keepsOpener: site.cas?.popup,
  };
}

/** The user confirmed this site and this one ticket. */
export const askBeforeRoutes = (needs: AskBeforeNeeds): Route[] => [
  route({
    method: "POST",
    path: confirmPath,
    caller: "anyone",
    antiForgery: "flow-token",
    sends: "form",
    speaks: "html",
    async answer(call, { parameters }) {
      const request = readRequest(() => parseLoginRequest(parameters));
      const serviceRegistered =
        request.service !== null && needs.sites.findByService(request.service) !== undefined;
      const facts = {
        serviceRegistered,
        signedIn: true,
        credentialsAccepted: false,
        askBefore: true,
        confirmed: true,
      };
      const decision = decideLogin({ ...request, renew: false, gateway: false }, facts);
      if (decision.action === "refuse-service") throw refuseService(call, request);
      const found = await needs.findSession(call, { touch: true });
      // The session has ended meanwhile. The login form is for the same site, and signing in confirms as well.
      if (found.state !== "alive") return seeOther(loginAddress(repeatedFields(parameters)));
      const { session } = found;
      if (!needs.keys.form.isSignature("ask-before-form", session.uid, parameters.get("token") ?? ""))
        return needs.askForAccount(call, { session, parameters, because: "opened-before" });
      if (decision.action !== "issue-ticket") return seeOther("/account");
      return sendTicket(needs, call, { ...request, ...decision, session });
    },
  }),
];

/** Bound to the session's `uid`, which stays when the same user re-authenticates. */
