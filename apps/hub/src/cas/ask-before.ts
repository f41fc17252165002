/** The asking page of somebody who wants to be asked before another site learns who she is (CAS: warn). */
import { decideLogin, type LoginRequest, parseLoginRequest, type Service } from "@gatehouse/cas/server";
import type { CentralSession } from "@gatehouse/database";
import { type Answer, type Call, route, seeOther } from "../http/route.ts";
import { askWhichAccount } from "./choose-account.ts";
import { loginAddress, repeatedFields } from "./login-address.ts";
import { readRequest, refuseService } from "./refuse-service.ts";
import { sendTicket } from "./send-ticket.ts";

/** @see CAS protocol 3.0.3, section 2.2.1 (warn) */
export function askBefore(
  call: Call,
  service: Service,
  session: CentralSession,
  { method, ticketName, gateway }: LoginRequest,
): Answer {
  const site = call.hub.sites.findByService(service);
  if (site === undefined) throw refuseService(call, { service });
  const { name, username } = session.person;
  return {
    screen: {
      name: "ask-before",
      model: {
        action: confirm.path,
        hidden: [
          { name: "token", value: call.hub.keys.form.sign(tokenText(session)) },
          { name: ticketName === "SAMLart" ? "TARGET" : "service", value: service.url },
          ...(method === "GET" ? [] : [{ name: "method", value: method }]),
        ],
        site: { name: site.name, host: site.host },
        person: { name, username },
        needed: !gateway,
        // A site that only wanted to know gets her back unknown; one that has to know cannot show what she wanted.
        declineTo: gateway ? service.url : site.url,
      },
    },
    keepsOpener: site.cas?.popup,
  };
}

/** She said yes: for this site, this once. */
export const confirm = route({
  method: "POST",
  path: "/cas/login/confirm",
  caller: "anyone",
  antiForgery: "flow-token",
  sends: "form",
  speaks: "html",
  async answer(call, { parameters }) {
    const request = readRequest(() => parseLoginRequest(parameters));
    const serviceRegistered =
      request.service !== null && call.hub.sites.findByService(request.service) !== undefined;
    const facts = {
      serviceRegistered,
      signedIn: true,
      credentialsAccepted: false,
      askBefore: true,
      confirmed: true,
    };
    const decision = decideLogin({ ...request, renew: false, gateway: false }, facts);
    if (decision.action === "refuse-service") throw refuseService(call, request);
    const found = await call.hub.findSession(call, { touch: true });
    // The session has ended since. The form is for the same site, and signing in there confirms as well.
    if (found.state !== "alive") return seeOther(loginAddress(repeatedFields(parameters)));
    const { session } = found;
    if (!call.hub.keys.form.isSignature(tokenText(session), parameters.get("token") ?? ""))
      return askWhichAccount(call, { session, parameters, because: "opened-before" });
    if (decision.action !== "issue-ticket") return seeOther("/account");
    return sendTicket(call, { ...request, ...decision, sessionId: session.id });
  },
});

/** Bound to the session's `uid`, which stays when the same user re-authenticates. */
const tokenText = ({ uid }: CentralSession) => `${uid}:ask-before`;
