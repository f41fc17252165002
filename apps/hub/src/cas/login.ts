/** `/cas/login`: as requestor of credentials (GET) and as their acceptor (POST). */
import {
  decideLogin,
  type LoginDecision,
  type LoginFacts,
  type LoginRequest,
  parseLoginRequest,
  parseLoginSubmission,
  parseProtocolQuery,
  type RequestParameters,
  withQuery,
} from "@gatehouse/cas/server";
import type { CentralSession } from "@gatehouse/database";
import { readKnownBrowser, writeKnownBrowser } from "../credential/known-browser.ts";
import { type CredentialsAttempt, type Refused, signIn, verifyCredentials } from "../credential/sign-in.ts";
import { suggestedName, withoutEdges } from "../credential/typed-name.ts";
import type { OwnPage } from "../http/own-pages.ts";
import { type Answer, type Call, type Route, route, seeOther } from "../http/route.ts";
import { withChosenSession } from "../oidc/interaction/restart.ts";
import { askBefore } from "./ask-before.ts";
import { askWhichAccount, chooseAccount, names } from "./choose-account.ts";
import { destinationOf, loginAddress, loginPath, repeatedFields } from "./login-address.ts";
import {
  flowOf,
  issueLoginTicket,
  keepsCookies,
  type LoginNote,
  readNote,
  spendLoginTicket,
  writeNote,
} from "./login-form.ts";
import { reasonForForm } from "./reason.ts";
import { readRequest, refuseService } from "./refuse-service.ts";
import { sendTicket } from "./send-ticket.ts";

/** Longest user name that the note cookie keeps, in characters. */
const longestKeptName = 200;

/** Requests the form although a user is signed in, to sign in as another user. */
const formAnyway = { name: "prompt", value: "login" } as const;

/** @param ownPage pages of the hub that a sign-in may lead to */
export function loginRoutes(ownPage: OwnPage): readonly Route[] {
  /** The page of the hub that was asked for; @param chosen the user has just said who goes on there */
  function returnPage(
    call: Call,
    parameters: RequestParameters,
    session: CentralSession,
    { chosen }: { readonly chosen: boolean },
  ): string {
    const page = ownPage(parameters.get("return") ?? "") ?? "/account";
    return chosen ? withChosenSession(call.hub, page, session) : page;
  }

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
      const found = await call.hub.findSession(call, { touch: true });
      const session = found.state === "alive" ? found.session : null;
      const decision = decide(call, request, {
        signedIn: session !== null,
        askBefore: session?.askBefore ?? false,
      });
      const show = () => showForm(call, request, parameters, reasonForForm(found, parameters, request.renew));
      if (decision.action === "refuse-service") throw refuseService(call, request);
      if (parameters.get(formAnyway.name) === formAnyway.value) return show();
      switch (decision.action) {
        case "return-without-ticket":
          return seeOther(decision.service.url);
        case "show-signed-in":
          if (session === null) throw new Error("nobody is signed in");
          return seeOther(returnPage(call, parameters, session, { chosen: false }));
        case "ask-before":
          if (session === null) throw new Error("only somebody who is known is asked");
          return askBefore(call, decision.service, session, request);
        case "issue-ticket":
          if (session === null) throw new Error("a ticket needs a session");
          return sendTicket(call, { ...request, ...decision, sessionId: session.id });
        case "ask-credentials":
          return show();
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
      const identifier = withoutEdges(submission.username);
      if (decide(call, request, {}).action === "refuse-service") throw refuseService(call, request);
      const found = await call.hub.findSession(call, { touch: true });
      const session = found.state === "alive" ? found.session : null;
      const flow = flowOf(call);
      const typed = { username: identifier.slice(0, longestKeptName), rememberMe, askBefore: warn };
      const again = (error: Omit<NonNullable<LoginNote["error"]>, "reference">): Answer =>
        askAgain(
          call,
          session === null || request.renew
            ? repeatedFields(parameters)
            : [...repeatedFields(parameters), formAnyway],
          flow,
          { ...typed, error: { ...error, reference: call.requestId } },
        );
      // The note cookie would be lost as well, so the response is the form with the reason. Each attempt is the user's.
      if (!keepsCookies(call))
        return showForm(
          call,
          request,
          parameters,
          { reason: undefined, username: "", session: null },
          { ...typed, error: { code: "cookies_missing", reference: call.requestId } },
        );
      const isTicketGood = await spendLoginTicket(call.hub, submission.loginTicket, flow.id);
      const attempt = attemptOf(call, identifier, password);
      if (session !== null && !names(identifier, session)) {
        const isComplete = isTicketGood && identifier !== "" && password !== "";
        const result = isComplete ? await verifyCredentials(call.hub, attempt) : undefined;
        if (result?.outcome === "refused") logRefused(call, result);
        return askWhichAccount(call, {
          session,
          parameters,
          because: "typed",
          attempt: { ...typed, ...(result === undefined ? {} : { result }) },
        });
      }
      if (!isTicketGood)
        return session !== null && !request.renew
          ? seeOther(stay(parameters, call, session))
          : again({ code: "form_expired" });
      if (identifier === "") return again({ code: "username_missing" });
      if (password === "") return again({ code: "password_missing" });
      const result = await signIn(call.hub, {
        ...attempt,
        userAgent: call.userAgent,
        previousToken: call.hub.cookies.read(call.header("cookie"), "session"),
        longTerm: rememberMe,
        askBefore: warn,
      });
      if (result.outcome === "refused") {
        logRefused(call, result);
        const { code } = result;
        return again(
          code === "too_many_attempts" ? { code, retryInSeconds: result.retryInSeconds } : { code },
        );
      }
      return goOn(call, parameters, result.session, result.token);
    },
  });

  /** Sets the session cookie and redirects to the destination of the form. */
  async function goOn(
    call: Call,
    parameters: RequestParameters,
    session: CentralSession,
    token: string,
  ): Promise<Answer> {
    const request = parseLoginRequest(parameters);
    const { cookies } = call.hub;
    call.log.info(
      { event: "sign_in.accepted", person: session.person.id, session: session.id, address: call.address },
      "signed in",
    );
    const set = [
      // A long session has to outlive the browser's. @see CAS protocol 3.0.3, section 3.6
      cookies.write(
        "session",
        token,
        session.longTerm ? call.hub.settings.sessionRememberSeconds : undefined,
      ),
      cookies.clear("note"),
      writeKnownBrowser(call, session.person.id),
    ];
    const decision = decide(call, request, { signedIn: true, credentialsAccepted: true });
    const more = { cookies: set, afterwards: call.hub.logout.wake };
    if (decision.action !== "issue-ticket") {
      const { site, keepsOpener } = destinationOf(call, request, parameters);
      const address = returnPage(call, parameters, session, { chosen: true });
      return seeOther(address, { ...more, goesTo: site, keepsOpener });
    }
    return sendTicket(call, { ...request, ...decision, sessionId: session.id }, more);
  }

  /** Destination of the signed-in user; with `renew` the form again. */
  function stay(parameters: RequestParameters, call: Call, session: CentralSession): string {
    const { service, renew } = parseLoginRequest(parameters);
    return service === null && !renew
      ? returnPage(call, parameters, session, { chosen: true })
      : loginAddress(repeatedFields(parameters));
  }

  return [requestCredentials, acceptCredentials, chooseAccount(goOn, stay)];
}

function attemptOf(call: Call, identifier: string, password: string): CredentialsAttempt {
  return { identifier, password, address: call.address, knownBrowser: readKnownBrowser(call) };
}

function logRefused(call: Call, { code }: Refused): void {
  call.log.warn({ event: "sign_in.refused", code, address: call.address }, "sign-in refused");
}

function decide(call: Call, request: LoginRequest, facts: Partial<LoginFacts>): LoginDecision {
  return decideLogin(request, {
    serviceRegistered:
      request.service !== null && call.hub.sites.findByService(request.service) !== undefined,
    signedIn: false,
    credentialsAccepted: false,
    askBefore: false,
    confirmed: false,
    ...facts,
  });
}

/** @param typed input of the form that this one answers; left out: the content of the note cookie */
async function showForm(
  call: Call,
  request: LoginRequest,
  parameters: RequestParameters,
  because: ReturnType<typeof reasonForForm>,
  typed?: LoginNote,
): Promise<Answer> {
  const flow = flowOf(call);
  const note = typed ?? readNote(call, flow.id);
  const { site, keepsOpener } = destinationOf(call, request, parameters);
  // An error is said once; name and reason stay for the next look at the form.
  const cookies =
    note.error === undefined || typed !== undefined
      ? flow.cookies
      : [...flow.cookies, writeNote(call.hub, flow.id, { ...note, error: undefined as never })];
  const { session } = because;
  return {
    screen: {
      name: "login",
      model: {
        action: loginPath,
        hidden: [{ name: "lt", value: issueLoginTicket(call.hub, flow.id) }, ...repeatedFields(parameters)],
        site: site === undefined ? null : { name: site.name, host: site.host, url: site.url },
        signedIn:
          session === null || request.renew
            ? null
            : {
                name: session.person.name,
                username: session.person.username,
                continueTo: loginAddress(repeatedFields(parameters)),
              },
        reason: because.reason ?? note.reason ?? null,
        idleMinutes: Math.round(call.hub.settings.sessionIdleSeconds / 60),
        error: note.error ?? null,
        username: note.username || because.username || suggestedName(parameters.get("name"), longestKeptName),
        // Who proves herself again keeps what she chose, unless she takes the tick away.
        rememberMe: note.rememberMe ?? session?.longTerm ?? false,
        askBefore: note.askBefore ?? session?.askBefore ?? false,
        rememberDays: Math.round(call.hub.settings.sessionRememberSeconds / 86_400),
      },
    },
    cookies,
    keepsOpener,
  };
}

function askAgain(
  call: Call,
  fields: ReturnType<typeof repeatedFields>,
  flow: ReturnType<typeof flowOf>,
  note: LoginNote,
): Answer {
  const cookies = [...flow.cookies, writeNote(call.hub, flow.id, note)];
  return seeOther(loginAddress(fields), { cookies });
}
