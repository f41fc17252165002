/**
 * `/account/password`: changes the password. It asks for the current one, so users without a second step need no fresh
 * sign-in besides. Those with one prove it too, by a fresh sign-in with both; adding a first password also needs one.
 * `/.well-known/change-password` leads here.
 *
 * @see https://www.w3.org/TR/change-password-url/
 */
import type { RequestParameters } from "@gatehouse/cas/server";
import type { FactorStore, PasswordStore, StoredPassword } from "@gatehouse/database";
import { passwordRecord } from "../audit/change-record.ts";
import { hashPassword } from "../credential/password.ts";
import {
  type PasswordFault,
  type PasswordLengths,
  standsAlone,
  wordsOfUser,
} from "../credential/password-rule.ts";
import { seeNotice } from "../http/page-notice.ts";
import { type Answer, type CallerFacts, type Route, route, seeOther } from "../http/route.ts";
import type { LogoutDispatcher } from "../logout/logout-dispatcher.ts";
import type { ChangePasswordError, ChangePasswordScreen } from "../screen/screen.ts";
import {
  type KnownBrowserNeeds,
  keepKnownBrowser,
  readKnownBrowser,
  writeKnownBrowser,
} from "../sign-in/known-browser.ts";
import { type VerifyCredentialsNeeds, verifyCredentials } from "../sign-in/sign-in.ts";
import type { AccountPageNeeds } from "./account-page.ts";

export interface ChangePasswordNeeds extends AccountPageNeeds, KnownBrowserNeeds, VerifyCredentialsNeeds {
  readonly keys: AccountPageNeeds["keys"] & KnownBrowserNeeds["keys"];
  readonly factors: Pick<FactorStore, "has">;
  readonly passwords: Pick<PasswordStore, "change" | "find">;
  readonly passwordFault: PasswordFault;
  readonly passwordLengths: PasswordLengths;
  readonly logout: Pick<LogoutDispatcher, "wake">;
}

const path = "/account/password";
const addPath = "/account/password/add";
const securityPage = "/account/security";

export const changePasswordRoutes = (needs: ChangePasswordNeeds): Route[] => [
  leadToForm,
  showForm(needs),
  changePassword(needs),
  showFirstForm(needs),
  addPassword(needs),
];

const leadToForm = route({
  method: "GET",
  path: "/.well-known/change-password",
  caller: "anyone",
  antiForgery: "changes-nothing",
  sends: "nothing",
  speaks: "html",
  answer: async () => seeOther(path),
});

type Person = CallerFacts["person"];

const showForm = (needs: ChangePasswordNeeds): Route =>
  route({
    method: "GET",
    path,
    caller: "person",
    freshSignIn: "with-factor",
    antiForgery: "changes-nothing",
    sends: "query",
    speaks: "html",
    async answer(call) {
      const stored = await needs.passwords.find(call.session.person.id);
      if (stored === null) return seeOther(addPath);
      return formScreen(needs, call, stored, []);
    },
  });

const showFirstForm = (needs: ChangePasswordNeeds): Route =>
  route({
    method: "GET",
    path: addPath,
    caller: "person",
    freshSignIn: true,
    antiForgery: "changes-nothing",
    sends: "query",
    speaks: "html",
    async answer(call) {
      const stored = await needs.passwords.find(call.session.person.id);
      return stored === null ? formScreen(needs, call, stored, []) : seeOther(path);
    },
  });

const changePassword = (needs: ChangePasswordNeeds): Route =>
  route({
    method: "POST",
    path,
    caller: "person",
    freshSignIn: "with-factor",
    antiForgery: "form-token",
    sends: "form",
    typed: ["current", "password"],
    speaks: "html",
    returnPage: () => ({ page: path }),
    async answer(call, { parameters }) {
      const stored = await needs.passwords.find(call.session.person.id);
      if (stored === null) return seeOther(addPath);
      const current = parameters.get("current") ?? "";
      const errors: ChangePasswordError[] = current === "" ? [{ code: "current_missing" }] : [];
      if (current !== "" && current === parameters.get("password")) errors.push({ code: "password_same" });
      else errors.push(...(await faultsOf(needs, call, parameters)));
      // A new password that is refused anyway spends no attempt.
      if (errors.length === 0) errors.push(...(await faultsOfCurrent(needs, call, current)));
      if (errors.length > 0) return formScreen(needs, call, stored, errors, parameters);
      return save(needs, call, parameters, stored);
    },
  });

const addPassword = (needs: ChangePasswordNeeds): Route =>
  route({
    method: "POST",
    path: addPath,
    caller: "person",
    freshSignIn: true,
    antiForgery: "form-token",
    sends: "form",
    typed: ["password"],
    speaks: "html",
    returnPage: () => ({ page: addPath }),
    async answer(call, { parameters }) {
      if ((await needs.passwords.find(call.session.person.id)) !== null) return seeOther(path);
      const errors = await faultsOf(needs, call, parameters);
      if (errors.length > 0) return formScreen(needs, call, null, errors, parameters);
      return save(needs, call, parameters, null);
    },
  });

/** @param stored the password that was verified; `null`: there is none */
async function save(
  needs: ChangePasswordNeeds,
  call: Person,
  parameters: RequestParameters,
  stored: StoredPassword | null,
): Promise<Answer> {
  const { session } = call;
  const { id: personId } = session.person;
  const password = parameters.get("password") ?? "";
  const endSessions = parameters.get("endSessions") === "true";
  const disconnectApps = parameters.get("disconnectApps") === "true";
  const changed = await needs.passwords.change(
    {
      personId,
      from: stored?.changedAt ?? null,
      password: {
        hash: await hashPassword(password),
        standsAlone: standsAlone(password, needs.passwordLengths),
      },
      endSessionsExcept: endSessions ? session.id : undefined,
      disconnectApps,
    },
    ({ sessionsEnded, disconnected }) => {
      const facts = { sessionsEnded: sessionsEnded.length, disconnectApps };
      return passwordRecord(call, session, "password-changed", facts, disconnected);
    },
  );
  if (changed === null) {
    const newest = await needs.passwords.find(personId);
    return formScreen(needs, call, newest, [{ code: "changed_meanwhile" }], parameters);
  }
  const { person, sessionsEnded } = changed;
  call.log.info({ event: "password.changed", person: personId, sessionsEnded }, "password changed");
  // A first password proves no more than the session does.
  const cookies =
    stored === null
      ? keepKnownBrowser(needs, call, { before: session.person, after: person })
      : [writeKnownBrowser(needs, call, person)];
  const others = endSessions ? " You are signed out everywhere else." : "";
  const text = `${stored === null ? "You have a password now." : "Your password is changed."}${others}`;
  return seeNotice(
    needs,
    call,
    securityPage,
    { at: "password", text },
    { cookies, afterwards: needs.logout.wake },
  );
}

async function isOnlyFactor({ factors }: ChangePasswordNeeds, { session }: Person): Promise<boolean> {
  return !(await factors.has(session.person.id));
}

/** Errors of the new password. */
async function faultsOf(
  needs: ChangePasswordNeeds,
  call: Person,
  parameters: RequestParameters,
): Promise<ChangePasswordError[]> {
  const password = parameters.get("password") ?? "";
  if (password === "") return [{ code: "password_missing" }];
  const about = wordsOfUser(call.session.person);
  const use = { about, isOnlyFactor: await isOnlyFactor(needs, call) };
  const why = await needs.passwordFault(password, use);
  return why === undefined ? [] : [{ code: "password_refused", why }];
}

/** Verifies the current password, with the throttle of the sign-in. */
async function faultsOfCurrent(
  needs: ChangePasswordNeeds,
  call: Person,
  current: string,
): Promise<ChangePasswordError[]> {
  const { address, userAgent, session } = call;
  const verified = await verifyCredentials(needs, {
    identifier: session.person.username,
    password: current,
    address,
    userAgent,
    kind: "password-changed",
    knownBrowserOf: (person) => readKnownBrowser(needs, call, person),
  });
  if (verified.outcome === "verified") return [];
  if (verified.code === "too_many_attempts")
    return [{ code: "too_many_attempts", retryInSeconds: verified.retryInSeconds }];
  return [{ code: "current_wrong" }];
}

/** @param sent the form as it was sent; absent: it is shown for the first time, with both boxes ticked */
async function formScreen(
  needs: ChangePasswordNeeds,
  call: Person,
  stored: StoredPassword | null,
  errors: readonly ChangePasswordError[],
  sent?: RequestParameters,
): Promise<Answer> {
  const { person } = call.session;
  const { alone, withFactor } = needs.passwordLengths;
  const isTicked = (name: string) => sent === undefined || sent.get(name) === "true";
  const model: ChangePasswordScreen = {
    person: { name: person.name, username: person.username },
    action: stored === null ? addPath : path,
    hidden: [{ name: "token", value: call.formToken }],
    hasPassword: stored !== null,
    least: (await isOnlyFactor(needs, call)) ? alone : withFactor,
    about: wordsOfUser(person),
    errors,
    endSessions: isTicked("endSessions"),
    disconnectApps: isTicked("disconnectApps"),
  };
  const screen = { name: "change-password", model } as const;
  const throttled = errors.find((error) => error.code === "too_many_attempts");
  return throttled === undefined
    ? { screen, status: errors.length === 0 ? 200 : 400 }
    : { screen, status: 429, headers: { "retry-after": String(throttled.retryInSeconds) } };
}
