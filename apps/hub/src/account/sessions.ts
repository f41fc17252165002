/** `/account/sessions`: the user's sessions by browser, and the forms that change or end them. */
import type { CentralSessionStore, PersonStore, SessionWithSites } from "@gatehouse/database";
import { actorOf } from "../audit/record-audit.ts";
import { describeBrowser } from "../http/describe-browser.ts";
import { HubError } from "../http/hub-error.ts";
import { seeNotice } from "../http/page-notice.ts";
import { type Answer, type CallerFacts, type Route, route } from "../http/route.ts";
import type { LogoutDispatcher } from "../logout/logout-dispatcher.ts";
import type { AnswerSignOut } from "../logout/sign-out-answer.ts";
import type { ListedSession, SessionsScreen } from "../screen/screen.ts";
import { type KnownBrowserNeeds, keepKnownBrowser } from "../sign-in/known-browser.ts";
import type { SiteRegistry } from "../site-registry/site-registry.ts";
import { type AccountPageNeeds, accountPage } from "./account-page.ts";
import { describeToldSites, type ToldSitesNeeds } from "./told-sites.ts";

export interface SessionsNeeds extends AccountPageNeeds, KnownBrowserNeeds, ToldSitesNeeds {
  readonly keys: AccountPageNeeds["keys"] & KnownBrowserNeeds["keys"];
  readonly people: Pick<PersonStore, "findById">;
  readonly sessions: Pick<CentralSessionStore, "end" | "listOf" | "setAskBefore">;
  readonly sites: Pick<SiteRegistry, "find">;
  readonly logout: Pick<LogoutDispatcher, "wake">;
  readonly answerSignOut: AnswerSignOut;
}

const page = "/account/sessions";
/** A user has fewer sessions; a longer list in a form is forged. */
const mostSessions = 100;

export const sessionsRoutes = (needs: SessionsNeeds): Route[] => [
  accountPage(needs, {
    path: page,
    async show(common, { session }, { notice }) {
      const all = await needs.sessions.listOf(session.person.id);
      const here = all.find(({ id }) => id === session.id);
      const others = all.filter(({ id }) => id !== session.id);
      const told = await describeToldSites(needs, notice?.endedSessions ?? []);
      return {
        name: "account-sessions",
        model: {
          ...common,
          here: listedSession(needs, here ?? { ...session, sites: [] }),
          asksBefore: session.askBefore,
          others: byBrowser(others.map((one) => listedSession(needs, one))),
          notice: notice && { at: notice.at, text: `${notice.text} ${told}`.trim() },
        },
      };
    },
  }),
  setAskBefore(needs),
  endSome(needs),
  endOthers(needs),
  endAll(needs),
];

function listedSession(needs: Pick<SessionsNeeds, "sites">, session: SessionWithSites): ListedSession {
  return {
    id: session.id,
    browser: describeBrowser(session.userAgent),
    address: session.address,
    startedAt: session.startedAt,
    lastActivityAt: session.lastActivityAt,
    keptUntil: session.longTerm ? session.expiresAt : null,
    sites: sitesOf(needs.sites, session),
  };
}

/** Groups sessions of browsers that look alike, the latest used first. */
function byBrowser(sessions: readonly ListedSession[]): SessionsScreen["others"] {
  return [...Map.groupBy(sessions, ({ browser }) => browser)].map(([browser, ofBrowser]) => ({
    browser,
    sessions: ofBrowser,
  }));
}

/** One line per site: combines several sign-ins at one site, with the latest use. */
function sitesOf(sites: SessionsNeeds["sites"], session: SessionWithSites): ListedSession["sites"] {
  const bySite = new Map<string, ListedSession["sites"][number]>();
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

/** Switches "ask me before another site learns who I am" on or off, for this browser. */
const setAskBefore = (needs: SessionsNeeds): Route =>
  route({
    method: "POST",
    path: "/account/sessions/ask-before",
    caller: "person",
    antiForgery: "form-token",
    sends: "form",
    speaks: "html",
    returnPage: () => ({ page }),
    async answer(call, { parameters }) {
      const asks = parameters.get("ask") === "true";
      await needs.sessions.setAskBefore(call.session.id, asks);
      const text = asks
        ? "Other sites learn who you are only after asking you, on this browser."
        : "Other sites learn who you are without asking you first, on this browser.";
      return seeNotice(needs, call, page, { at: "here", text });
    },
  });

/** Ends the sessions of one row: one of them, or all of a browser. */
const endSome = (needs: SessionsNeeds): Route =>
  route({
    method: "POST",
    path: "/account/sessions/end",
    caller: "person",
    antiForgery: "form-token",
    sends: "form",
    speaks: "html",
    returnPage: () => ({ page }),
    async answer(call, { parameters }) {
      const ids = (parameters.get("session") ?? "").split(",").filter((id) => id !== "");
      if (ids.length === 0 || ids.length > mostSessions) {
        throw new HubError(400, "session_missing", "Which sign-in?", [
          "The form named no sign-in to end. Nothing was changed.",
          "Go back to your account and choose one.",
        ]);
      }
      const personId = call.session.person.id;
      const named = (await needs.sessions.listOf(personId)).find(({ id }) => id === ids[0]);
      const ended: string[] = [];
      for (const sessionId of ids)
        ended.push(...(await needs.sessions.end({ sessionId, personId }, "ended-elsewhere", actorOf(call))));
      if (ended.length === 0)
        return seeNotice(needs, call, page, { at: "others", text: "That browser was signed out already." });
      const browser = describeBrowser(named?.userAgent ?? "");
      return afterEnding(needs, call, ended, `${browser} is signed out.`);
    },
  });

const endOthers = (needs: SessionsNeeds): Route =>
  route({
    method: "POST",
    path: "/account/sessions/end-others",
    caller: "person",
    antiForgery: "form-token",
    sends: "form",
    speaks: "html",
    returnPage: () => ({ page }),
    async answer(call) {
      const { id, person } = call.session;
      const ended = await needs.sessions.end(
        { personId: person.id, exceptSessionId: id },
        "ended-elsewhere",
        actorOf(call),
      );
      const answer = afterEnding(needs, call, ended, "You are signed out everywhere else.");
      return withKnownBrowser(needs, call, answer);
    },
  });

const endAll = (needs: SessionsNeeds): Route =>
  route({
    method: "POST",
    path: "/account/sessions/end-all",
    caller: "person",
    antiForgery: "form-token",
    sends: "form",
    speaks: "html",
    returnPage: () => ({ page }),
    async answer(call) {
      const ended = await needs.sessions.end(
        { personId: call.session.person.id },
        "ended-elsewhere",
        actorOf(call),
      );
      logEnded(call, ended);
      return withKnownBrowser(needs, call, await needs.answerSignOut(call, ended, { isEverywhere: true }));
    },
  });

/** "Sign out everywhere" makes all known browsers unknown, but for the one in which the user asked for it, if it was known. */
async function withKnownBrowser(
  needs: SessionsNeeds,
  call: CallerFacts["person"],
  answer: Answer,
): Promise<Answer> {
  const before = call.session.person;
  const after = await needs.people.findById(before.id);
  if (after === null) return answer;
  const kept = keepKnownBrowser(needs, call, { before, after });
  return { ...answer, cookies: [...(answer.cookies ?? []), ...kept] };
}

function afterEnding(
  needs: SessionsNeeds,
  call: CallerFacts["person"],
  ended: readonly string[],
  text: string,
): Answer {
  logEnded(call, ended);
  const notice = { at: "others", text, endedSessions: ended };
  return seeNotice(needs, call, page, notice, { afterwards: needs.logout.wake });
}

function logEnded(call: CallerFacts["person"], ended: readonly string[]): void {
  call.log.info(
    { event: "sessions.ended", person: call.session.person.id, sessions: ended },
    "sessions ended from the account page",
  );
}
