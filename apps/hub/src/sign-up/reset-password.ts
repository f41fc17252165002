/**
 * The page behind the link of a forgotten password. A new password ends all sessions and signs nobody in: the sign-in that
 * follows asks for the second factor as always.
 */
import type {
  FactorStore,
  PasswordStore,
  VerificationToken,
  VerificationTokenStore,
} from "@gatehouse/database";
import { passwordRecord } from "../audit/change-record.ts";
import { hashPassword, verifyPassword } from "../credential/password.ts";
import {
  type PasswordFault,
  type PasswordLengths,
  standsAlone,
  wordsOfUser,
} from "../credential/password-rule.ts";
import type { Throttle } from "../credential/throttle.ts";
import { flowOf } from "../http/flow.ts";
import { type Answer, type Call, type Route, route, seeOther } from "../http/route.ts";
import type { LogoutDispatcher } from "../logout/logout-dispatcher.ts";
import type { ResetPasswordScreen } from "../screen/screen.ts";
import { type KnownBrowserNeeds, keepKnownBrowser, readKnownBrowser } from "../sign-in/known-browser.ts";
import { forgotPasswordPath, loginAddress, repeatedFields } from "../sign-in/login-address.ts";
import { type NoteNeeds, writeNote } from "../sign-in/login-form.ts";
import { destinationParameters } from "./destination.ts";
import { linkKinds, linkPath, linkUnusable } from "./link.ts";
import { checkForm, type LinkFormNeeds, startForm } from "./link-form.ts";

export interface ResetPasswordNeeds extends LinkFormNeeds, NoteNeeds, KnownBrowserNeeds {
  readonly keys: LinkFormNeeds["keys"] & NoteNeeds["keys"] & KnownBrowserNeeds["keys"];
  readonly verificationTokens: Pick<VerificationTokenStore, "find" | "resetPassword">;
  readonly factors: Pick<FactorStore, "has" | "of">;
  readonly passwords: Pick<PasswordStore, "find">;
  readonly passwordFault: PasswordFault;
  readonly passwordLengths: PasswordLengths;
  readonly throttle: Pick<Throttle, "attempt" | "forget">;
  readonly logout: Pick<LogoutDispatcher, "wake">;
}

const { path } = linkKinds["password-reset"];

type ResetLink = VerificationToken & { readonly person: NonNullable<VerificationToken["person"]> };

export const resetPasswordRoutes = (needs: ResetPasswordNeeds): Route[] => [
  route({
    method: "GET",
    path,
    caller: "anyone",
    antiForgery: "changes-nothing",
    sends: "query",
    speaks: "html",
    async answer(call, { parameters }) {
      const token = parameters.get("link") ?? "";
      const link = await findLink(needs, token);
      return showForm(needs, call, { token, link }, { error: null, disconnectApps: false });
    },
  }),
  route({
    method: "POST",
    path,
    caller: "anyone",
    antiForgery: "flow-token",
    sends: "form",
    typed: ["username", "password"],
    speaks: "html",
    async answer(call, { parameters }) {
      const token = parameters.get("link") ?? "";
      checkForm(needs, call, parameters, linkPath(path, token));
      const link = await findLink(needs, token);
      const password = parameters.get("password") ?? "";
      const disconnectApps = parameters.get("disconnectApps") === "true";
      const isOnlyFactor = await hasNoFactor(needs, link);
      const about = wordsOfUser(link.person);
      const fault =
        password === "" ? "Choose a password." : await needs.passwordFault(password, { about, isOnlyFactor });
      const refuse = (error: string) => showForm(needs, call, { token, link }, { error, disconnectApps });
      if (fault !== undefined) return refuse(fault);
      const changed = await resetPassword(needs, call, { token, link }, { password, disconnectApps });
      if (changed === "same-password") return refuse(samePassword);
      if (changed === null) return refuseAgain(needs, call, token, password, disconnectApps);
      const { person, sessionsEnded } = changed;
      call.log.info(
        { event: "password.reset", person: person.id, sessionsEnded, disconnectApps, address: call.address },
        "password reset",
      );
      // Wrong guesses before the reset must not delay the right password after it.
      const knownBrowser = readKnownBrowser(needs, call, link.person);
      const { address } = call;
      await needs.throttle.forget("password", { account: person.username, address, knownBrowser });
      const kept = keepKnownBrowser(needs, call, { before: link.person, after: person });
      return toSignIn(needs, call, link, kept);
    },
  }),
];

const samePassword = "You have this password already. Sign in with it, or choose another one.";

/**
 * Uses the link unless the chosen password is the current one. A stranger with the link could guess the password by this answer,
 * so each comparison counts as an attempt, and the first wrong guess uses the link. Without attempts left, the hub compares
 * nothing and accepts any password: users who forgot theirs must not wait.
 */
async function resetPassword(
  needs: ResetPasswordNeeds,
  call: Call,
  { token, link: { person } }: { readonly token: string; readonly link: ResetLink },
  { password, disconnectApps }: { readonly password: string; readonly disconnectApps: boolean },
): ReturnType<VerificationTokenStore["resetPassword"]> {
  const chosen = {
    hash: await hashPassword(password),
    standsAlone: standsAlone(password, needs.passwordLengths),
  };
  const reset = (isCurrent?: (passwordHash: string) => Promise<boolean>) =>
    needs.verificationTokens.resetPassword(token, chosen, { disconnectApps, isCurrent }, (changed) => {
      const facts = { sessionsEnded: changed.sessionsEnded, disconnectApps };
      return passwordRecord(call, { person: changed.person }, "password-reset", facts, changed.disconnected);
    });
  const knownBrowser = readKnownBrowser(needs, call, person);
  const by = { account: person.username, address: call.address, knownBrowser };
  const attempted = await needs.throttle.attempt("password", by, {
    // The transaction waits for this verification, so the verification does not wait for others.
    make: () => reset((current) => verifyPassword(current, password, { first: true })),
    isRight: (outcome) => outcome === "same-password",
  });
  return attempted.allowed ? attempted.result : reset();
}

/** The factor beside a short password was removed meanwhile: the rule then names another length. Otherwise the link is used. */
async function refuseAgain(
  needs: ResetPasswordNeeds,
  call: Call,
  token: string,
  password: string,
  disconnectApps: boolean,
): Promise<Answer> {
  const link = await findLink(needs, token);
  const use = { about: wordsOfUser(link.person), isOnlyFactor: await hasNoFactor(needs, link) };
  const error = (await needs.passwordFault(password, use)) ?? "Nothing was changed. Try again.";
  return showForm(needs, call, { token, link }, { error, disconnectApps });
}

async function findLink(needs: ResetPasswordNeeds, token: string): Promise<ResetLink> {
  const link = await needs.verificationTokens.find("password-reset", token);
  if (link === null || link.person === null) throw unusable();
  return { ...link, person: link.person };
}

const unusable = () =>
  linkUnusable("password-reset", { label: "Ask for another link", href: forgotPasswordPath });

async function hasNoFactor({ factors }: ResetPasswordNeeds, { person }: ResetLink): Promise<boolean> {
  return !(await factors.has(person.id));
}

/** The way to sign in until now. */
async function formerOf(
  { factors, passwords }: ResetPasswordNeeds,
  { person }: ResetLink,
): Promise<ResetPasswordScreen["former"]> {
  if ((await passwords.find(person.id)) !== null) return "password";
  return (await factors.of(person.id)).passkeys > 0 ? "passkey" : "none";
}

/** The sign-in form with the user's name, also in a browser in which another user is signed in. */
function toSignIn(
  needs: ResetPasswordNeeds,
  call: Call,
  { facts, person }: ResetLink,
  cookies: readonly string[],
): Answer {
  const flow = flowOf(needs, call);
  const fields = [...repeatedFields(destinationParameters(facts)), { name: "prompt", value: "login" }];
  const note = { username: person.username, reason: "password-reset" } as const;
  return seeOther(loginAddress(fields), {
    cookies: [...flow.cookies, writeNote(needs, flow.id, note), ...cookies],
    afterwards: needs.logout.wake,
  });
}

async function showForm(
  needs: ResetPasswordNeeds,
  call: Call,
  { token, link }: { readonly token: string; readonly link: ResetLink },
  { error, disconnectApps }: { readonly error: string | null; readonly disconnectApps: boolean },
): Promise<Answer> {
  const form = startForm(needs, call);
  const { name, username } = link.person;
  const { alone, withFactor } = needs.passwordLengths;
  return {
    screen: {
      name: "reset-password",
      model: {
        action: path,
        hidden: [form.token, { name: "link", value: token }],
        person: { name, username },
        former: await formerOf(needs, link),
        signIn: loginAddress(repeatedFields(destinationParameters(link.facts))),
        least: (await hasNoFactor(needs, link)) ? alone : withFactor,
        about: wordsOfUser(link.person),
        error,
        disconnectApps,
      },
    },
    status: error === null ? 200 : 400,
    cookies: form.cookies,
  };
}
