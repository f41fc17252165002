/** Signs in with a passkey alone: `POST /cas/login/passkey` continues exactly as the form with the password does. */
import { parseLoginSubmission } from "@gatehouse/cas/server";
import type { LoginTicketStore } from "@gatehouse/database";
import { flowOf, sendsHubCookie } from "../http/flow.ts";
import { type Route, route, seeOther } from "../http/route.ts";
import type { PasskeyCeremony } from "../screen/screen.ts";
import type { FindSession } from "../session/find-session.ts";
import type { HubKeys } from "../settings/secret-keys.ts";
import type { AskForAccount } from "../sign-in/choose-account.ts";
import type { CompleteSignIn } from "../sign-in/complete-sign-in.ts";
import {
  type DestinationNeeds,
  type Field,
  formAnyway,
  loginAddress,
  repeatedFields,
} from "../sign-in/login-address.ts";
import { type LoginNote, type NoteNeeds, writeNote } from "../sign-in/login-form.ts";
import { readRequest, refuseService } from "../sign-in/refuse-service.ts";
import { issueChallenge } from "./challenge.ts";
import { requestOptions } from "./passkey-options.ts";
import { type VerifyPasskeyNeeds, verifyPasskey } from "./verify-passkey.ts";
import type { RelyingParty } from "./webauthn.ts";

export interface PasskeySignInNeeds extends DestinationNeeds, NoteNeeds, VerifyPasskeyNeeds {
  readonly keys: Pick<HubKeys, "form" | "note">;
  readonly loginTickets: LoginTicketStore;
  readonly findSession: FindSession;
  readonly askForAccount: AskForAccount;
  readonly completeSignIn: CompleteSignIn;
}

export interface PasskeyOfferNeeds {
  readonly keys: Pick<HubKeys, "form">;
  readonly clock: () => Date;
  readonly relyingParty: RelyingParty;
}

const path = "/cas/login/passkey";

/** The form with a passkey, for the sign-in page. @param flow of the browser, which alone can send it */
export function passkeyOffer(
  needs: PasskeyOfferNeeds,
  flow: string,
  hidden: readonly Field[],
): PasskeyCeremony {
  const challenge = issueChallenge(needs, { purpose: "sign-in", boundTo: flow });
  return { ceremony: "get", action: path, hidden, options: requestOptions(needs.relyingParty, challenge) };
}

export function passkeySignInRoutes(needs: PasskeySignInNeeds): Route[] {
  const signInByPasskey = route({
    method: "POST",
    path,
    caller: "anyone",
    // The challenge in the answer is one: single use, bound to the browser's flow.
    antiForgery: "login-ticket",
    sends: "form",
    typed: ["passkey"],
    speaks: "html",
    async answer(call, { parameters }) {
      const { request, rememberMe, warn } = readRequest(() => parseLoginSubmission(parameters));
      if (request.service !== null && needs.sites.findByService(request.service) === undefined)
        throw refuseService(call, request);
      const found = await needs.findSession(call, { touch: true });
      const session = found.state === "alive" ? found.session : null;
      const flow = flowOf(needs, call);
      const choices = { rememberMe, askBefore: warn };
      const fields = repeatedFields(parameters);
      const again = (code: NonNullable<LoginNote["error"]>["code"]) =>
        seeOther(loginAddress(session === null || request.renew ? fields : [...fields, formAnyway]), {
          cookies: [
            ...flow.cookies,
            writeNote(needs, flow.id, { ...choices, error: { code, reference: call.requestId } }),
          ],
        });
      if (!sendsHubCookie(needs, call)) return again("cookies_missing");
      const answer = parameters.get("passkey") ?? "";
      const result = await verifyPasskey(needs, call, answer, { purpose: "sign-in", boundTo: flow.id });
      if (result.outcome === "refused") {
        call.log.warn(
          { event: "sign-in.refused", code: result.code, address: call.address },
          "sign-in refused",
        );
        // The form was sent twice, and the answer to the first one has signed the user in.
        if (result.code === "passkey_expired" && session !== null && !request.renew)
          return seeOther(loginAddress(fields));
        return again(result.code);
      }
      const { username } = result.person;
      if (session !== null && session.person.id !== result.person.id)
        return needs.askForAccount(call, {
          session,
          parameters,
          because: "passkey",
          attempt: { username, ...choices, result },
        });
      return needs.completeSignIn(call, parameters, result, {
        longTerm: rememberMe,
        askBefore: warn,
      });
    },
  });
  return [signInByPasskey];
}
