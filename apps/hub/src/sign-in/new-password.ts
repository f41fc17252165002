/**
 * `/cas/login/new-password`: after the right password, the user chooses another one, because an operator set it, or because it is
 * too short without the second step that an operator turned off. The sign-in then goes on to its destination; until then it is a
 * pending sign-in, and never a session.
 */
import type { RequestParameters } from "@gatehouse/cas/server";
import type { FactorStore, PasswordStore, PersonStore, WaitingSignIn } from "@gatehouse/database";
import { passwordRecord } from "../audit/change-record.ts";
import { hashPassword, verifyPassword } from "../credential/password.ts";
import {
  type PasswordFault,
  type PasswordLengths,
  standsAlone,
  wordsOfUser,
} from "../credential/password-rule.ts";
import { flowOf } from "../http/flow.ts";
import { type Answer, type Call, type Route, route, seeOther } from "../http/route.ts";
import type { NewPasswordError } from "../screen/screen.ts";
import type { CompleteSignIn } from "./complete-sign-in.ts";
import { type KnownBrowserNeeds, readKnownBrowser } from "./known-browser.ts";
import { loginAddress, newPasswordPath, repeatedFields } from "./login-address.ts";
import {
  consumeLoginTicket,
  issueLoginTicket,
  type LoginTicketNeeds,
  type NoteNeeds,
  writeNote,
} from "./login-form.ts";

export interface NewPasswordNeeds extends LoginTicketNeeds, NoteNeeds, KnownBrowserNeeds {
  readonly keys: LoginTicketNeeds["keys"] & NoteNeeds["keys"] & KnownBrowserNeeds["keys"];
  readonly factors: Pick<FactorStore, "has">;
  readonly people: Pick<PersonStore, "findForSignIn">;
  readonly passwords: Pick<PasswordStore, "find" | "findWaiting" | "replaceAtSignIn">;
  readonly passwordFault: PasswordFault;
  readonly passwordLengths: PasswordLengths;
  readonly completeSignIn: CompleteSignIn;
}

export const newPasswordRoutes = (needs: NewPasswordNeeds): Route[] => [showForm(needs), accept(needs)];

const showForm = (needs: NewPasswordNeeds): Route =>
  route({
    method: "GET",
    path: newPasswordPath,
    caller: "anyone",
    antiForgery: "navigation",
    sends: "query",
    speaks: "html",
    async answer(call, { parameters }) {
      const waiting = await needs.passwords.findWaiting(pendingToken(needs, call));
      return waiting === null
        ? startAgain(needs, call, parameters)
        : formScreen(needs, call, parameters, waiting, null);
    },
  });

const accept = (needs: NewPasswordNeeds): Route =>
  route({
    method: "POST",
    path: newPasswordPath,
    caller: "anyone",
    antiForgery: "login-ticket",
    sends: "form",
    typed: ["password"],
    speaks: "html",
    async answer(call, { parameters }) {
      const token = pendingToken(needs, call);
      const waiting = await needs.passwords.findWaiting(token);
      const flow = flowOf(needs, call);
      const isTicketGood = await consumeLoginTicket(needs, parameters.get("lt") ?? null, flow.id);
      if (!isTicketGood || waiting === null) return startAgain(needs, call, parameters);
      const password = parameters.get("password") ?? "";
      const error = await errorOf(needs, waiting, password);
      if (error !== null) return formScreen(needs, call, parameters, waiting, error);
      const sessionToken = needs.cookies.read(call.header("cookie"), "session");
      const chosen = {
        hash: await hashPassword(password),
        standsAlone: standsAlone(password, needs.passwordLengths),
      };
      const replaced = await needs.passwords.replaceAtSignIn(token, chosen, sessionToken, ({ person }) =>
        passwordRecord(call, { person }, "password-changed", { wasDemanded: true }),
      );
      if (replaced === null) return startAgain(needs, call, parameters);
      const { person, amr, longTerm } = replaced;
      call.log.info(
        { event: "password.changed", person: person.id },
        "password that had to be changed replaced",
      );
      const askBefore = parameters.get("warn") === "true";
      // The new password is the proof: a change voids what was proved with the former one.
      const verified = {
        outcome: "verified",
        person,
        amr,
        secondsAgo: 0,
        passwordHash: chosen.hash,
        wasKnownBrowser: readKnownBrowser(needs, call, waiting.person) !== undefined,
      } as const;
      return needs.completeSignIn(call, parameters, verified, { longTerm, askBefore });
    },
  });

function pendingToken({ cookies }: NewPasswordNeeds, call: Call): string {
  return cookies.read(call.header("cookie"), "pending") ?? "";
}

async function errorOf(
  needs: NewPasswordNeeds,
  { person }: WaitingSignIn,
  password: string,
): Promise<NewPasswordError | null> {
  if (password === "") return { code: "password_missing" };
  const isOnlyFactor = !(await needs.factors.has(person.id));
  const why = await needs.passwordFault(password, { about: wordsOfUser(person), isOnlyFactor });
  if (why !== undefined) return { code: "password_refused", why };
  const current = (await needs.people.findForSignIn(person.username))?.passwordHash ?? null;
  return (await verifyPassword(current, password)) ? { code: "password_same" } : null;
}

async function formScreen(
  needs: NewPasswordNeeds,
  call: Call,
  parameters: RequestParameters,
  { person }: WaitingSignIn,
  error: NewPasswordError | null,
): Promise<Answer> {
  const flow = flowOf(needs, call);
  const isOnlyFactor = !(await needs.factors.has(person.id));
  const { alone, withFactor } = needs.passwordLengths;
  const stored = await needs.passwords.find(person.id);
  return {
    screen: {
      name: "new-password",
      model: {
        action: newPasswordPath,
        hidden: [
          { name: "lt", value: issueLoginTicket(needs, flow.id) },
          ...repeatedFields(parameters),
          ...(parameters.get("warn") === "true" ? [{ name: "warn", value: "true" }] : []),
        ],
        username: person.username,
        // Passwords that operators set with earlier versions are stored as long enough.
        because: stored?.standsAlone === false ? "too-short" : "set-by-operator",
        least: isOnlyFactor ? alone : withFactor,
        about: [person.username, person.name],
        error,
        startAgain: loginAddress(repeatedFields(parameters)),
      },
    },
    status: error === null ? 200 : 400,
    cookies: flow.cookies,
  };
}

/** The pending sign-in or the form is void; the sign-in form says so. */
function startAgain(needs: NewPasswordNeeds, call: Call, parameters: RequestParameters): Answer {
  const flow = flowOf(needs, call);
  const error = { code: "form_expired", reference: call.requestId } as const;
  return seeOther(loginAddress(repeatedFields(parameters)), {
    cookies: [...flow.cookies, needs.cookies.clear("pending"), writeNote(needs, flow.id, { error })],
  });
}
