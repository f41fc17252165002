/** `/account`: the user's sessions, and the forms that end one or all of them. */
import type { CentralSessionStore, SessionWithSites } from "@gatehouse/database";
import type { ListAppPasswords } from "../app-password/app-passwords.ts";
import { actorOf } from "../audit/record-audit.ts";
import { HubError } from "../http/hub-error.ts";
import { type CallerFacts, type Route, route, seeOther } from "../http/route.ts";
import type { LogoutDispatcher } from "../logout/logout-dispatcher.ts";
import type { AnswerSignOut } from "../logout/sign-out-answer.ts";
import type { AccountScreen } from "../screen/screen.ts";
import type { SiteRegistry } from "../site-registry/site-registry.ts";
import type { ListConnectedApps } from "./connected-apps.ts";
import { describeBrowser } from "./describe-browser.ts";
import { sitesToVisit } from "./home.ts";

export interface AccountNeeds {
  readonly sessions: Pick<CentralSessionStore, "end" | "listOf" | "stopAskingBefore">;
  readonly sites: Pick<SiteRegistry, "find" | "list">;
  readonly listAppPasswords: ListAppPasswords;
  readonly listConnectedApps: ListConnectedApps;
  readonly logout: Pick<LogoutDispatcher, "wake">;
  readonly answerSignOut: AnswerSignOut;
}

export const accountRoutes = (needs: AccountNeeds): Route[] => [
  showAccount(needs),
  stopAsking(needs),
  endOne(needs),
  endOthers(needs),
  endAll(needs),
];

const notices: ReadonlyMap<string, string> = new Map([
  ["ended", "That sign-in has ended. Its sites are being told."],
  ["asked-no-more", "Other sites learn who you are without asking you first, on this browser."],
  ["ended-others", "Signed out everywhere else. The sites are being told."],
  ["gone", "That sign-in had ended already."],
  ["app-password-revoked", "Revoked. Whatever used it is refused from now on."],
  ["app-disconnected", "Disconnected. The app has lost the access that you allowed."],
  ["app-gone", "That app was disconnected already."],
  ["app-password-gone", "That app password was revoked already."],
  [
    "app-password-made",
    "That app password was made already, and is shown only once. Revoke it and make another if you missed it.",
  ],
]);

const showAccount = ({ listAppPasswords, listConnectedApps, sessions: store, sites }: AccountNeeds): Route =>
  route({
    method: "GET",
    path: "/account",
    caller: "person",
    antiForgery: "changes-nothing",
    sends: "query",
    speaks: "html",
    async answer(call, { parameters }) {
      const { person } = call.session;
      const [sessions, appPasswords, connectedApps] = await Promise.all([
        store.listOf(person.id),
        listAppPasswords(person.id),
        listConnectedApps(person.id),
      ]);
      const here = (session: SessionWithSites): boolean => session.id === call.session.id;
      const model: AccountScreen = {
        person: { name: person.name, username: person.username, email: person.email },
        token: call.formToken,
        notice: notices.get(parameters.get("notice") ?? "") ?? null,
        sessions: [...sessions.filter(here), ...sessions.filter((session) => !here(session))].map(
          (session) => ({
            id: session.id,
            here: here(session),
            browser: describeBrowser(session.userAgent),
            address: session.address,
            startedAt: session.startedAt,
            lastActivityAt: session.lastActivityAt,
            keptUntil: session.longTerm ? session.expiresAt : null,
            asksBefore: session.askBefore,
            sites: sitesOf(sites, session),
          }),
        ),
        appPasswords,
        connectedApps,
        sites: sitesToVisit(sites),
      };
      return { screen: { name: "account", model } };
    },
  });

/** One line per site: combines several sign-ins at one site, with the latest use. */
function sitesOf(
  sites: AccountNeeds["sites"],
  session: SessionWithSites,
): AccountScreen["sessions"][number]["sites"] {
  const bySite = new Map<string, AccountScreen["sessions"][number]["sites"][number]>();
  for (const { siteId, startedAt, lastActivityAt } of session.sites) {
    const site = sites.find(siteId);
    const before = bySite.get(siteId);
    bySite.set(siteId, {
      name: site?.name ?? siteId,
      host: site?.host ?? "",
      since: before && before.since < startedAt ? before.since : startedAt,
      lastActivityAt:
        before && before.lastActivityAt > lastActivityAt ? before.lastActivityAt : lastActivityAt,
    });
  }
  return [...bySite.values()];
}

const endOne = (needs: AccountNeeds): Route =>
  route({
    method: "POST",
    path: "/account/sessions/end",
    caller: "person",
    antiForgery: "form-token",
    sends: "form",
    speaks: "html",
    async answer(call, { parameters }) {
      const sessionId = parameters.get("session") ?? "";
      if (sessionId === "") {
        throw new HubError(400, "session_missing", "Which sign-in?", [
          "The form named no sign-in to end. Nothing was changed.",
          "Go back to your account and choose one.",
        ]);
      }
      const ended = await needs.sessions.end(
        { sessionId, personId: call.session.person.id },
        "ended-elsewhere",
        actorOf(call),
      );
      return ended.length === 0
        ? seeOther("/account?notice=gone")
        : afterEnding(needs, call, ended, "/account?notice=ended");
    },
  });

const stopAsking = ({ sessions }: AccountNeeds): Route =>
  route({
    method: "POST",
    path: "/account/sessions/stop-asking",
    caller: "person",
    antiForgery: "form-token",
    sends: "form",
    speaks: "html",
    async answer(call) {
      await sessions.stopAskingBefore(call.session.id);
      return seeOther("/account?notice=asked-no-more");
    },
  });

const endOthers = (needs: AccountNeeds): Route =>
  route({
    method: "POST",
    path: "/account/sessions/end-others",
    caller: "person",
    antiForgery: "form-token",
    sends: "form",
    speaks: "html",
    async answer(call) {
      const { id, person } = call.session;
      const ended = await needs.sessions.end(
        { personId: person.id, exceptSessionId: id },
        "ended-elsewhere",
        actorOf(call),
      );
      return afterEnding(needs, call, ended, "/account?notice=ended-others");
    },
  });

const endAll = ({ answerSignOut, sessions }: AccountNeeds): Route =>
  route({
    method: "POST",
    path: "/account/sessions/end-all",
    caller: "person",
    antiForgery: "form-token",
    sends: "form",
    speaks: "html",
    async answer(call) {
      const ended = await sessions.end(
        { personId: call.session.person.id },
        "ended-elsewhere",
        actorOf(call),
      );
      logEnded(call, ended);
      return answerSignOut(call, ended);
    },
  });

function afterEnding(
  { logout }: AccountNeeds,
  call: CallerFacts["person"],
  ended: readonly string[],
  next: string,
) {
  logEnded(call, ended);
  return seeOther(next, { afterwards: logout.wake });
}

function logEnded(call: CallerFacts["person"], ended: readonly string[]): void {
  call.log.info(
    { event: "sessions.ended", person: call.session.person.id, sessions: ended },
    "sessions ended from the account page",
  );
}
