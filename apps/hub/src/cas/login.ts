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
import { readKnownBrowser, writeKnownBrowser } from "../credential/known-browser.ts";
import { signIn } from "../credential/sign-in.ts";
import { suggestedName, withoutEdges } from "../credential/typed-name.ts";
import { HubError } from "../http/hub-error.ts";
import { type Answer, type Call, route, seeOther } from "../http/route.ts";
import { askBefore } from "./ask-before.ts";
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

/** What was typed comes back in a cookie, which has room for so much. */
const longestKeptName = 200;

/** Pages of the hub that a person may come back to after signing in. */
const ownPages = [
  /^\/account$/,
  /^\/oidc\/device(\?user_code=[\w%+.~*-]{1,60})?$/,
  /^\/oidc\/interaction\/[\w-]{8,64}$/,
];

/** @see CAS protocol 3.0.3, section 2.1 */
export const requestCredentials = route({
  method: "GET",
  path: "/cas/login",
  caller: "anyone",
  antiForgery: "changes-nothing",
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
    switch (decision.action) {
      case "refuse-service":
        throw refuseService(call, request);
      case "return-without-ticket":
        return seeOther(decision.service.url);
      case "show-signed-in":
        return seeOther(returnPage(parameters));
      case "ask-before":
        if (session === null) throw new Error("only somebody who is known is asked");
        return askBefore(call, decision.service, session, request);
      case "issue-ticket":
        if (session === null) throw new Error("a ticket needs a session");
        return sendTicket(call, { ...request, ...decision, sessionId: session.id });
      case "ask-credentials":
        return showForm(call, request, parameters, reasonForForm(found, parameters, request.renew));
    }
  },
});

/** @see CAS protocol 3.0.3, section 2.2 */
export const acceptCredentials = route({
  method: "POST",
  path: "/cas/login",
  caller: "anyone",
  antiForgery: "login-ticket",
  sends: "form",
  protocolForm: true,
  typed: ["username", "password"],
  speaks: "html",
  async answer(call, { parameters: form, rawQuery }) {
    const parameters = withQuery(form, parseProtocolQuery(rawQuery));
    const submission = readRequest(() => parseLoginSubmission(parameters));
    const { request, password } = submission;
    const identifier = withoutEdges(submission.username);
    if (decide(call, request, {}).action === "refuse-service") throw refuseService(call, request);
    if (!keepsCookies(call)) throw cookiesNeeded();
    const flow = flowOf(call);
    const again = (error: Omit<NonNullable<LoginNote["error"]>, "reference">): Answer =>
      askAgain(call, parameters, flow, {
        username: identifier.slice(0, longestKeptName),
        rememberMe: submission.rememberMe,
        askBefore: submission.warn,
        error: { ...error, reference: call.requestId },
      });
    if (!(await spendLoginTicket(call.hub, submission.loginTicket, flow.id)))
      return again({ code: "form_expired" });
    if (identifier === "") return again({ code: "username_missing" });
    if (password === "") return again({ code: "password_missing" });
    const { cookies } = call.hub;
    const result = await signIn(call.hub, {
      identifier,
      password,
      address: call.address,
      userAgent: call.userAgent,
      previousToken: cookies.read(call.header("cookie"), "session"),
      knownBrowser: readKnownBrowser(call),
      longTerm: submission.rememberMe,
      askBefore: submission.warn,
    });
    if (result.outcome === "refused") {
      call.log.warn(
        { event: "sign_in.refused", code: result.code, address: call.address },
        "sign-in refused",
      );
      const { code } = result;
      return again(code === "too_many_attempts" ? { code, retryInSeconds: result.retryInSeconds } : { code });
    }
    const { session, token } = result;
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
      cookies.clear("flow"),
      cookies.clear("note"),
      writeKnownBrowser(call, session.person.id),
    ];
    const decision = decide(call, request, { signedIn: true, credentialsAccepted: true });
    const more = { cookies: set, afterwards: call.hub.logout.wake };
    if (decision.action !== "issue-ticket") {
      const goesTo = call.hub.sites.find(parameters.get("site") ?? "");
      const keepsOpener = keepsOpenerOf(call, request, parameters);
      return seeOther(returnPage(parameters), { ...more, goesTo, keepsOpener });
    }
    return sendTicket(call, { ...request, ...decision, sessionId: session.id }, more);
  },
});

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

async function showForm(
  call: Call,
  request: LoginRequest,
  parameters: RequestParameters,
  because: ReturnType<typeof reasonForForm>,
): Promise<Answer> {
  const flow = flowOf(call);
  const note = readNote(call, flow.id);
  const site =
    request.service === null
      ? call.hub.sites.find(parameters.get("site") ?? "")
      : call.hub.sites.findByService(request.service);
  // An error is said once; name and reason stay for the next look at the form.
  const cookies =
    note.error === undefined
      ? flow.cookies
      : [...flow.cookies, writeNote(call.hub, flow.id, { ...note, error: undefined as never })];
  return {
    screen: {
      name: "login",
      model: {
        action: "/cas/login",
        hidden: [{ name: "lt", value: issueLoginTicket(call.hub, flow.id) }, ...carried(parameters)],
        site: site === undefined ? null : { name: site.name, host: site.host },
        reason: because.reason ?? note.reason ?? null,
        idleMinutes: Math.round(call.hub.settings.sessionIdleSeconds / 60),
        error: note.error ?? null,
        username: note.username || because.username || suggestedName(parameters.get("name"), longestKeptName),
        // Who proves herself again keeps what she chose, unless she takes the tick away.
        rememberMe: note.rememberMe ?? because.session?.longTerm ?? false,
        askBefore: note.askBefore ?? because.session?.askBefore ?? false,
        rememberDays: Math.round(call.hub.settings.sessionRememberSeconds / 86_400),
      },
    },
    cookies,
    keepsOpener: keepsOpenerOf(call, request, parameters),
  };
}

/** `site` alone is no sign-in of a site: there has to be a flow to return to. */
function keepsOpenerOf(
  call: Call,
  { service }: LoginRequest,
  parameters: RequestParameters,
): boolean | undefined {
  if (service !== null) return call.hub.sites.findByService(service)?.cas?.popup;
  if (!returnPage(parameters).startsWith("/oidc/interaction/")) return false;
  return call.hub.sites.find(parameters.get("site") ?? "")?.oidc?.popup;
}

function askAgain(
  call: Call,
  parameters: RequestParameters,
  flow: ReturnType<typeof flowOf>,
  note: LoginNote,
): Answer {
  const back = new URLSearchParams(carried(parameters).map(({ name, value }) => [name, value]));
  const cookies = [...flow.cookies, writeNote(call.hub, flow.id, note)];
  return seeOther(back.size === 0 ? "/cas/login" : `/cas/login?${back}`, { cookies });
}

/** What the form repeats, so that the answer to it knows where she came from. */
function carried(parameters: RequestParameters): { readonly name: string; readonly value: string }[] {
  return ["service", "TARGET", "renew", "method", "return", "site", "name"].flatMap((name) => {
    const value = parameters.get(name) ?? "";
    return value === "" ? [] : [{ name, value }];
  });
}

function returnPage(parameters: RequestParameters): string {
  const page = parameters.get("return") ?? "";
  return ownPages.some((own) => own.test(page)) ? page : "/account";
}

/** Without the cookie of the form no attempt can ever succeed, so asking again would go on for ever. */
function cookiesNeeded(): HubError {
  return new HubError(400, "cookies_needed", "Your browser sent no cookie", [
    "Signing in needs cookies, and the one that belongs to the form did not come back. You were not signed in.",
    "Go back, reload the sign-in page and try again. If this page comes back, allow cookies for this site.",
  ]);
}
