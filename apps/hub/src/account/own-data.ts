/**
 * `/account/data`: the export of everything that the hub stores about the user, and the deletion of the account, which
 * is due after a grace period. `/account/keep` asks a user who signs in before that whether to keep the account; a sign-in
 * alone keeps nothing.
 */
import type { CentralSessionStore, PersonStore, ProfileStore, RequestedDeletion } from "@gatehouse/database";
import { disconnectedEvents, type HubChangeRecord } from "../audit/change-record.ts";
import { actorOf, byUser, type RecordAudit } from "../audit/record-audit.ts";
import { trimInvisible } from "../credential/typed-name.ts";
import { type Answer, type CallerFacts, json, type Route, route, seeOther } from "../http/route.ts";
import type { LogoutDispatcher } from "../logout/logout-dispatcher.ts";
import type { AnswerSignOut } from "../logout/sign-out-answer.ts";
import type { AccountPage, AnyScreen } from "../screen/screen.ts";
import { type KnownBrowserNeeds, keepKnownBrowser } from "../sign-in/known-browser.ts";
import { keepAccountPath, loginAddress, repeatedFields } from "../sign-in/login-address.ts";
import { type AccountPageNeeds, accountPage, commonParts } from "./account-page.ts";

export interface OwnDataNeeds extends AccountPageNeeds, KnownBrowserNeeds {
  readonly keys: AccountPageNeeds["keys"] & KnownBrowserNeeds["keys"];
  readonly people: Pick<PersonStore, "findById">;
  readonly profiles: Pick<ProfileStore, "cancelDeletion" | "exportOf" | "requestDeletion">;
  readonly sessions: Pick<CentralSessionStore, "end">;
  readonly logout: Pick<LogoutDispatcher, "wake">;
  readonly answerSignOut: AnswerSignOut;
  readonly recordAudit: RecordAudit;
  /** Time between the request and the deletion, in seconds. */
  readonly deletionGraceSeconds: number;
  readonly clock: () => Date;
}

const page = "/account/data";

export const ownDataRoutes = (needs: OwnDataNeeds): Route[] => [
  accountPage(needs, {
    path: page,
    freshSignIn: true,
    show: (common) => formScreen(needs, common, "", false),
  }),
  exportData(needs),
  requestDeletion(needs),
  askToKeep(needs),
  answerToKeep(needs),
];

function formScreen(
  { deletionGraceSeconds }: OwnDataNeeds,
  common: AccountPage,
  typed: string,
  isWrong: boolean,
): AnyScreen {
  const graceDays = Math.round(deletionGraceSeconds / 86_400);
  const error = isWrong ? "username_wrong" : null;
  return { name: "account-data", model: { ...common, graceDays, typed, error } };
}

const exportData = ({ profiles, clock, recordAudit }: OwnDataNeeds): Route =>
  route({
    method: "POST",
    path: "/account/data/export",
    caller: "person",
    freshSignIn: true,
    antiForgery: "form-token",
    sends: "form",
    speaks: "html",
    returnPage: () => ({ page }),
    async answer(call) {
      const { id, username } = call.session.person;
      const data = await profiles.exportOf(id);
      await recordAudit({ kind: "data-exported", ...byUser(call) });
      call.log.info({ event: "account.exported", person: id }, "data exported");
      const name = `gatehouse-${username.replaceAll(/[^a-z0-9._-]/g, "-")}.json`;
      return json(
        200,
        { exportedAt: clock(), ...data },
        {
          headers: { "content-disposition": `attachment; filename="${name}"` },
        },
      );
    },
  });

const requestDeletion = (needs: OwnDataNeeds): Route =>
  route({
    method: "POST",
    path: "/account/delete",
    caller: "person",
    freshSignIn: true,
    antiForgery: "form-token",
    sends: "form",
    typed: ["username"],
    speaks: "html",
    returnPage: () => ({ page }),
    async answer(call, { parameters }) {
      const { id: personId, username } = call.session.person;
      const typed = trimInvisible(parameters.get("username") ?? "");
      if (typed.toLowerCase() !== username)
        return { screen: formScreen(needs, commonParts(call), typed, true), status: 400 };
      const asked = await needs.profiles.requestDeletion(
        personId,
        needs.deletionGraceSeconds,
        deletionRecord(call),
      );
      // Disabled a moment ago: the sign-in page says so.
      if (asked === null) return seeOther("/account");
      const { dueAt, endedSessions } = asked;
      call.log.info({ event: "account-deletion.requested", person: personId, dueAt }, "deletion requested");
      const answer = withDeletion(
        await needs.answerSignOut(call, endedSessions, { isEverywhere: true }),
        dueAt,
      );
      // The user who comes back in this browser to keep the account would get a mail about a new browser.
      const before = call.session.person;
      const after = await needs.people.findById(personId);
      const kept = after === null ? [] : keepKnownBrowser(needs, call, { before, after });
      return { ...answer, cookies: [...(answer.cookies ?? []), ...kept] };
    },
  });

const deletionRecord =
  (call: CallerFacts["person"]) =>
  ({ dueAt, disconnected }: RequestedDeletion): HubChangeRecord => {
    const { address, session, userAgent } = call;
    const { email, id: personId } = session.person;
    const facts = { dueAt: dueAt.toISOString() };
    return {
      events: [
        { kind: "deletion-due", ...byUser(call), facts },
        ...disconnectedEvents(call, session, disconnected),
      ],
      mail: { kind: "deletion-due", recipient: email, personId, facts: { ...facts, address, userAgent } },
    };
  };

/** The page after the sign-out says when the account will be deleted. */
function withDeletion(answer: Answer, deletionDueAt: Date): Answer {
  if (!("screen" in answer) || answer.screen.name !== "logged-out") return answer;
  return { ...answer, screen: { name: "logged-out", model: { ...answer.screen.model, deletionDueAt } } };
}

/** The only page that a session opens while a deletion is due (`FoundSession`). */
const askToKeep = (needs: OwnDataNeeds): Route =>
  accountPage(needs, {
    path: keepAccountPath,
    opensWhileDeletionDue: true,
    show: (common, _, { parameters }) => ({
      name: "keep-account",
      model: { ...common, hidden: repeatedFields(parameters) },
    }),
  });

const answerToKeep = (needs: OwnDataNeeds): Route =>
  route({
    method: "POST",
    path: keepAccountPath,
    caller: "person",
    opensWhileDeletionDue: true,
    antiForgery: "form-token",
    sends: "form",
    typed: ["name"],
    speaks: "html",
    returnPage: () => ({ page: keepAccountPath }),
    async answer(call, { parameters }) {
      if (parameters.get("answer") !== "keep") return signOutAgain(needs, call);
      const { id } = call.session.person;
      const record = (): HubChangeRecord => ({
        events: [{ kind: "deletion-cancelled", ...byUser(call) }],
      });
      if (await needs.profiles.cancelDeletion(id, record))
        call.log.info({ event: "account.kept", person: id }, "deletion cancelled");
      return seeOther(loginAddress(repeatedFields(parameters)));
    },
  });

async function signOutAgain(needs: OwnDataNeeds, call: CallerFacts["person"]): Promise<Answer> {
  const { id: sessionId, person } = call.session;
  const ended = await needs.sessions.end({ sessionId, personId: person.id }, "signed-out", actorOf(call));
  const answer = await needs.answerSignOut(call, ended);
  return person.deletionDueAt === null ? answer : withDeletion(answer, person.deletionDueAt);
}
