/** `/cas/login`: requests credentials (GET) and accepts them (POST). */
import {
  type LoginRequest,
  parseLoginRequest,
  parseLoginSubmission,
  parseProtocolQuery,
  type RequestParameters,
  withQuery,
} from "@gatehouse/cas/server";
import type { CentralSession, Person } from "@gatehouse/database";
import { suggestedName, trimInvisible } from "../credential/typed-name.ts";
import { flowOf, sendsHubCookie } from "../http/flow.ts";
import { type Answer, type Call, type Route, route, seeOther } from "../http/route.ts";
import { type PasskeyOfferNeeds, passkeyOffer } from "../passkey/passkey-sign-in.ts";
import type { LoginScreen } from "../screen/screen.ts";
import type { SignUpMode } from "../settings/env.ts";
import type { HubKeys } from "../settings/secret-keys.ts";
import { type ChooseAccountNeeds, chooseAccount, isNameOf } from "../sign-in/choose-account.ts";
import { type KnownBrowserNeeds, readKnownBrowser } from "../sign-in/known-browser.ts";
import {
  destinationOf,
  formAnyway,
  keepAccountAddress,
  loginAddress,
  loginPath,
  otherWaysIn,
  repeatedFields,
} from "../sign-in/login-address.ts";
import {
  consumeLoginTicket,
  issueLoginTicket,
  type LoginNote,
  type NoteNeeds,
  readNote,
  writeNote,
} from "../sign-in/login-form.ts";
import { reasonForForm } from "../sign-in/reason.ts";
import { readRequest, refuseService } from "../sign-in/refuse-service.ts";
import {
  type CredentialsAttempt,
  type Refused,
  type VerifyCredentialsNeeds,
  verifyCredentials,
} from "../sign-in/sign-in.ts";
import type { SiteRegistry } from "../site-registry/site-registry.ts";
import { type ArriveNeeds, decide, returnPage } from "./arrive.ts";
import { type AskBeforeNeeds, askBefore } from "./ask-before.ts";
import { sendTicket } from "./send-ticket.ts";

/** Needs of the CAS login from the rest of the hub. */
export interface LoginNeeds
  extends ArriveNeeds,
    AskBeforeNeeds,
    ChooseAccountNeeds,
    KnownBrowserNeeds,
    PasskeyOfferNeeds,
    VerifyCredentialsNeeds {
  readonly keys: Pick<HubKeys, "browser" | "form" | "note">;
  readonly people: VerifyCredentialsNeeds["people"];
  /** Buttons for accounts at other providers. */
  readonly offerProviders: (options: { readonly renew: boolean }) => LoginScreen["providers"];
  readonly sites: Pick<SiteRegistry, "find" | "findByService">;
  readonly sessionIdleSeconds: number;
  readonly sessionRememberSeconds: number;
  /** Offers sign-up, or another link to users who were invited. */
  readonly signUpMode: SignUpMode;
}

/** Longest username that the note cookie keeps, in characters. */
const longestKeptName = 200;

export function loginRoutes(needs: LoginNeeds): Route[] {
  const { askForAccount, completeSignIn, findSession } = needs;

  /** @see CAS protocol 3.0.3, section 2.1 */
  const requestCredentials = route({
    method: "GET",
    path: loginPath,
    caller: "anyone",
    antiForgery: "navigation",
    sends: "raw-query",
    speaks: "html",
    async answer(call, { rawQuery }) {
      const parameters = parseProtocolQuery(rawQuery, { typed: ["name"] });
      const request = readRequest(() => parseLoginRequest(parameters));
      const found = await findSession(call, { touch: true });
      const session = found.state === "alive" ? found.session : null;
      const decision = decide(needs, request, {
        signedIn: session !== null,
        askBefore: session?.askBefore ?? false,
      });
      const show = () =>
        showForm(needs, call, request, parameters, reasonForForm(found, parameters, request.renew));
      if (decision.action === "refuse-service") throw refuseService(call, request);
      if (parameters.get(formAnyway.name) === formAnyway.value) return show();
      switch (decision.action) {
        case "return-without-ticket":
          return seeOther(decision.service.url);
        case "show-signed-in":
          if (session === null) throw new Error("nobody is signed in");
          return seeOther(returnPage(needs, parameters, session, { chosen: false }));
        case "ask-before":
          if (session === null) throw new Error("only a signed-in user is asked");
          return askBefore(needs, call, decision.service, session, request);
        case "issue-ticket":
          if (session === null) throw new Error("a ticket needs a session");
          return sendTicket(needs, call, { ...request, ...decision, session });
        case "ask-credentials":
          return found.state === "deletion-due" && !request.renew
            ? seeOther(keepAccountAddress(repeatedFields(parameters)))
            : show();
      }
    },
  });

  /** @see CAS protocol 3.0.3, section 2.2 */
  const acceptCredentials = route({
    method: "POST",
    path: loginPath,
    caller: "anyone",
    antiForgery: "login-ticket",
    sends: "form",
    protocolForm: true,
    typed: ["username", "password"],
    speaks: "html",
    async answer(call, { parameters: form, rawQuery }) {
      const parameters = withQuery(form, parseProtocolQuery(rawQuery));
      const submission = readRequest(() => parseLoginSubmission(parameters));
      const { request, password, rememberMe, warn } = submission;
      const identifier = trimInvisible(submission.username);
      if (decide(needs, request, {}).action === "refuse-service") throw refuseService(call, request);
      const found = await findSession(call, { touch: true });
      const session = found.state === "alive" ? found.session : null;
      const flow = flowOf(needs, call);
      const typed = { username: identifier.slice(0, longestKeptName), rememberMe, askBefore: warn };
      const again = (error: Omit<NonNullable<LoginNote["error"]>, "reference">): Answer =>
        askAgain(
          needs,
          session === null || request.renew
            ? repeatedFields(parameters)
            : [...repeatedFields(parameters), formAnyway],
          flow,
          { ...typed, error: { ...error, reference: call.requestId } },
        );
      // The note cookie would be lost as well, so the response is the form with the reason. The user starts each
      // attempt.
      if (!sendsHubCookie(needs, call))
        return showForm(
          needs,
          call,
          request,
          parameters,
          { reason: undefined, username: "", session: null },
          { ...typed, error: { code: "cookies_missing", reference: call.requestId } },
        );
      const isTicketGood = await consumeLoginTicket(needs, submission.loginTicket, flow.id);
      const attempt = attemptOf(needs, call, identifier, password);
      if (session !== null && !isNameOf(identifier, session)) {
        const isComplete = isTicketGood && identifier !== "" && password !== "";
        const result = isComplete ? await verifyCredentials(needs, attempt) : undefined;
        if (result?.outcome === "refused") logRefused(call, result);
        return askForAccount(call, {
          session,
          parameters,
          because: "typed",
          attempt: { ...typed, ...(result === undefined ? {} : { result }) },
        });
      }
      if (!isTicketGood)
        return session !== null && !request.renew
          ? seeOther(stay(parameters, session))
          : again({ code: "form_expired" });
      if (identifier === "") return again({ code: "username_missing" });
      if (password === "") return again({ code: "password_missing" });
      const result = await verifyCredentials(needs, attempt);
      if (result.outcome === "refused") {
        logRefused(call, result);
        const { code } = result;
        return again(
          code === "too_many_attempts" ? { code, retryInSeconds: result.retryInSeconds } : { code },
        );
      }
      return completeSignIn(call, parameters, result, { longTerm: rememberMe, askBefore: warn });
    },
  });

  /** Destination of the signed-in user; with `renew` the form again. */
  function stay(parameters: RequestParameters, session: CentralSession): string {
    const { service, renew } = parseLoginRequest(parameters);
    return service === null && !renew
      ? returnPage(needs, parameters, session, { chosen: true })
      : loginAddress(repeatedFields(parameters));
  }

  return [requestCredentials, acceptCredentials, chooseAccount(needs, stay)];
}

function attemptOf(
  needs: KnownBrowserNeeds,
  call: Call,
  identifier: string,
  password: string,
): CredentialsAttempt {
  const { address, userAgent } = call;
  const knownBrowserOf = (person: Person) => readKnownBrowser(needs, call, person);
  return { identifier, password, address, userAgent, knownBrowserOf };
}

function logRefused(call: Call, { code }: Refused): void {
  call.log.warn({ event: "sign-in.refused", code, address: call.address }, "sign-in refused");
}

/** @param typed input of the form that this one answers; left out: the content of the note cookie */
async function showForm(
  needs: LoginNeeds,
  call: Call,
  request: LoginRequest,
  parameters: RequestParameters,
  because: ReturnType<typeof reasonForForm>,
  typed?: LoginNote,
): Promise<Answer> {
  const flow = flowOf(needs, call);
  const note = typed ?? readNote(needs, call, flow.id);
  const { site, keepsOpener } = destinationOf(needs, request, parameters);
  // An error is shown once; name and reason stay for the next time the form is shown.
  const cookies =
    note.error === undefined || typed !== undefined
      ? flow.cookies
      : [...flow.cookies, writeNote(needs, flow.id, { ...note, error: undefined as never })];
  const { session } = because;
  const username =
    note.username || because.username || suggestedName(parameters.get("name"), longestKeptName);
  const fields = repeatedFields(parameters);
  return {
    screen: {
      name: "login",
      model: {
        action: loginPath,
        hidden: [{ name: "lt", value: issueLoginTicket(needs, flow.id) }, ...fields],
        passkey: passkeyOffer(needs, flow.id, fields),
        providers: needs.offerProviders(request),
        site:
          site === undefined ? null : { name: site.name, host: site.host, mark: site.mark, url: site.url },
        signedIn:
          session === null || request.renew
            ? null
            : {
                name: session.person.name,
                username: session.person.username,
                continueTo: loginAddress(fields),
              },
        reason: because.reason ?? note.reason ?? null,
        idleMinutes: Math.round(needs.sessionIdleSeconds / 60),
        error: note.error ?? null,
        username,
        otherWays: otherWaysIn(fields, { username, signUpMode: needs.signUpMode }),
        // Users who sign in again keep their choice, unless they untick it.
        rememberMe: note.rememberMe ?? session?.longTerm ?? false,
        askBefore: note.askBefore ?? session?.askBefore ?? false,
        rememberDays: Math.round(needs.sessionRememberSeconds / 86_400),
      },
    },
    cookies,
    keepsOpener,
  };
}

function askAgain(
  needs: NoteNeeds,
  fields: ReturnType<typeof repeatedFields>,
  flow: ReturnType<typeof flowOf>,
  note: LoginNote,
): Answer {
  const cookies = [...flow.cookies, writeNote(needs, flow.id, note)];
  return seeOther(loginAddress(fields), { cookies });
}
