/**
 * The pages behind the links of a sign-up and of an invitation: the user chooses name and username, and a password, a
 * passkey or an account at another provider. A passkey contains the names, so it is made on a page of its own once they are
 * accepted. An account at a provider is proved first, and suggests them.
 */
import type { RequestParameters } from "@gatehouse/cas/server";
import type { PersonStore, VerificationTokenStore } from "@gatehouse/database";
import { fullName, nameFault, usernameFault } from "../credential/account-names.ts";
import { hashPassword } from "../credential/password.ts";
import { type PasswordFault, standsAlone, wordsOfUser } from "../credential/password-rule.ts";
import type { Throttle } from "../credential/throttle.ts";
import { trimInvisible } from "../credential/typed-name.ts";
import { createRecoveryCodes } from "../factor/recovery-codes.ts";
import { type RecoveryCodesScreenNeeds, recoveryCodesModel } from "../factor/recovery-codes-screen.ts";
import { type Answer, type Call, type Route, route, seeOther } from "../http/route.ts";
import { verifyNewPasskey } from "../passkey/register-passkey.ts";
import { methodsOf } from "../passkey/verify-passkey.ts";
import type { SignUpMode } from "../settings/env.ts";
import type { CompleteSignIn, EnterSession } from "../sign-in/complete-sign-in.ts";
import { loginAddress, loginPath, repeatedFields } from "../sign-in/login-address.ts";
import { type StartSessionNeeds, startVerifiedSession, type Verified } from "../sign-in/sign-in.ts";
import { destinationParameters } from "./destination.ts";
import type { FederatedIdentity, ProvidersOfNewAccounts } from "./federated-identity.ts";
import { linkKinds, linkPath } from "./link.ts";
import { checkForm } from "./link-form.ts";
import {
  accountLinkUnusable,
  emailTaken,
  type MakeAccountNeeds,
  makeAccount,
  needsProvider,
  type OpenedLink,
  providerGone,
  signUpClosed,
  tooManyNames,
} from "./make-account.ts";
import {
  accountId,
  type NewAccountErrors,
  type NewAccountPageNeeds,
  showForm,
  showPasskeyPage,
  type TypedNames,
} from "./new-account-page.ts";

export interface NewAccountNeeds extends MakeAccountNeeds, NewAccountPageNeeds, StartSessionNeeds {
  readonly keys: NewAccountPageNeeds["keys"] & RecoveryCodesScreenNeeds["keys"];
  readonly verificationTokens: MakeAccountNeeds["verificationTokens"] & Pick<VerificationTokenStore, "find">;
  readonly people: Pick<PersonStore, "findForSignIn">;
  readonly passwordFault: PasswordFault;
  readonly signUpMode: SignUpMode;
  readonly throttle: Pick<Throttle, "count">;
  readonly completeSignIn: CompleteSignIn;
  readonly enterSession: EnterSession;
  readonly providers: ProvidersOfNewAccounts;
}

type Kind = OpenedLink["kind"];

export const newAccountRoutes = (needs: NewAccountNeeds): Route[] =>
  (["sign-up", "invitation"] as const).flatMap((kind) => [showPage(needs, kind), acceptForm(needs, kind)]);

function showPage(needs: NewAccountNeeds, kind: Kind): Route {
  return route({
    method: "GET",
    path: linkKinds[kind].path,
    caller: "anyone",
    antiForgery: "changes-nothing",
    sends: "query",
    speaks: "html",
    async answer(call, { parameters }) {
      const opened = await openLink(needs, call, kind, parameters, () => true);
      const { link, identity } = opened;
      const { name = "", username = identity?.username ?? "" } = link.person ?? {};
      // Operators often do not know the name, and give the username instead.
      const shown = link.person === null || name === username ? (identity?.name ?? "") : name;
      return showForm(needs, call, opened, { name: shown, username }, []);
    },
  });
}

function acceptForm(needs: NewAccountNeeds, kind: Kind): Route {
  return route({
    method: "POST",
    path: linkKinds[kind].path,
    caller: "anyone",
    antiForgery: "flow-token",
    sends: "form",
    typed: ["name", "username", "password", "passkey"],
    speaks: "html",
    async answer(call, { parameters }) {
      checkForm(needs, call, parameters, linkPath(call.path, parameters.get("link") ?? ""));
      const use = parameters.get("use");
      const provider = parameters.get("with") ?? "";
      const opened = await openLink(
        needs,
        call,
        kind,
        parameters,
        ({ account }) => use !== "password" && account.provider === provider,
      );
      const typed = {
        name: fullName(parameters.get("name") ?? ""),
        username:
          opened.link.person?.username ?? trimInvisible(parameters.get("username") ?? "").toLowerCase(),
      };
      if (use === "password") return showForm(needs, call, opened, typed, []);
      const passkey = parameters.get("passkey");
      const isPassword = opened.identity === null && use !== "passkey" && passkey === undefined;
      if (isPassword && provider !== "")
        return showForm(needs, call, opened, typed, errorAt("password", providerLost));
      const errors = [
        ...(await nameErrors(needs, call, opened, typed)),
        ...(isPassword ? await passwordErrors(needs, opened, typed, parameters.get("password") ?? "") : []),
      ];
      if (errors.length > 0) return showForm(needs, call, opened, typed, errors);
      if (opened.identity !== null) return acceptProvider(needs, call, opened, typed, opened.identity);
      if (isPassword) return acceptPassword(needs, call, opened, typed, parameters.get("password") ?? "");
      return passkey === undefined
        ? showPasskeyPage(needs, call, opened, typed, null)
        : acceptPasskey(needs, call, opened, typed, { answer: passkey, id: parameters.get("account") ?? "" });
    },
  });
}

const providerLost =
  "The sign-in at the other provider was more than ten minutes ago. Continue with the provider again, or choose a password.";

/**
 * @param isChosen whether the request is for this proved account at a provider; otherwise the page offers a password
 * @throws HubError for a link that permits nothing
 */
async function openLink(
  needs: NewAccountNeeds,
  call: Call,
  kind: Kind,
  parameters: RequestParameters,
  isChosen: (identity: FederatedIdentity) => boolean,
): Promise<OpenedLink> {
  const token = parameters.get("link") ?? "";
  const link = await needs.verificationTokens.find(kind, token);
  if (link === null) throw accountLinkUnusable(needs, kind);
  if (kind === "sign-up" && needs.signUpMode !== "open") throw signUpClosed();
  const proved = needs.providers.findProved(call, linkPath(linkKinds[kind].path, token));
  const opened = { kind, token, link, identity: proved !== null && isChosen(proved) ? proved : null };
  if (opened.identity === null && needsProvider(opened)) throw providerGone(link);
  return opened;
}

/** @throws HubError if another user has the address, or many usernames were sent */
async function nameErrors(
  { people, throttle }: NewAccountNeeds,
  { address }: Call,
  opened: OpenedLink,
  { name, username }: TypedNames,
): Promise<NewAccountErrors> {
  const { link } = opened;
  const wrongName = errorAt("name", nameFault(name));
  if (link.person !== null) return wrongName;
  const fault = usernameFault(username);
  if (fault !== undefined) return [...wrongName, ...errorAt("username", fault)];
  const counted = await throttle.count("new-username", { link: opened.token, address });
  if (!counted.allowed) throw tooManyNames(opened, counted.retryInSeconds);
  // Checked before a passkey is made, because the user would be left with one that opens nothing.
  if ((await people.findForSignIn(link.email)) !== null) throw emailTaken(opened);
  return (await people.findForSignIn(username)) === null ? wrongName : [...wrongName, usernameTaken];
}

const usernameTaken = {
  field: "username",
  text: "This username belongs to somebody else. Choose another one.",
} as const;

async function passwordErrors(
  { passwordFault }: NewAccountNeeds,
  { link: { email } }: OpenedLink,
  typed: TypedNames,
  password: string,
): Promise<NewAccountErrors> {
  const about = wordsOfUser({ ...typed, email });
  return errorAt(
    "password",
    password === "" ? "Choose a password." : await passwordFault(password, { about, isOnlyFactor: true }),
  );
}

function errorAt(field: NewAccountErrors[number]["field"], text: string | undefined): NewAccountErrors {
  return text === undefined ? [] : [{ field, text }];
}

async function acceptPassword(
  needs: NewAccountNeeds,
  call: Call,
  opened: OpenedLink,
  typed: TypedNames,
  password: string,
): Promise<Answer> {
  const credential = {
    password: {
      hash: await hashPassword(password),
      standsAlone: standsAlone(password, needs.passwordLengths),
    },
  };
  const made = await makeAccount(needs, call, opened, { id: accountId(opened), ...typed, credential });
  if (made.outcome !== "made") return showForm(needs, call, opened, typed, [usernameTaken]);
  return complete(needs, call, opened, {
    outcome: "verified",
    person: made.person,
    amr: ["pwd"],
    secondsAgo: 0,
    passwordHash: credential.password.hash,
  });
}

async function acceptProvider(
  needs: NewAccountNeeds,
  call: Call,
  opened: OpenedLink,
  typed: TypedNames,
  { account: upstreamAccount, secondsAgo }: FederatedIdentity,
): Promise<Answer> {
  const credential = { upstreamAccount };
  const made = await makeAccount(needs, call, opened, { id: accountId(opened), ...typed, credential });
  if (made.outcome !== "made") return showForm(needs, call, opened, typed, [usernameTaken]);
  const answer = await complete(needs, call, opened, {
    outcome: "verified",
    person: made.person,
    amr: ["fed"],
    secondsAgo,
    upstreamAccount,
  });
  return { ...answer, cookies: [needs.providers.clear, ...(answer.cookies ?? [])] };
}

/** Signs the new user in. */
async function complete(
  needs: NewAccountNeeds,
  call: Call,
  { link }: OpenedLink,
  verified: Verified,
): Promise<Answer> {
  const found = await needs.findSession(call, { touch: false });
  return needs.completeSignIn(call, destinationParameters(link.facts), verified, {
    longTerm: false,
    askBefore: false,
    replaces: found.state === "alive" ? found.session : null,
  });
}

/**
 * Verifies the passkey; then one transaction uses the link and stores account, passkey and recovery codes.
 *
 * @param sent.id id that the passkey was made for; its challenge is valid for no other
 */
async function acceptPasskey(
  needs: NewAccountNeeds,
  call: Call,
  opened: OpenedLink,
  typed: TypedNames,
  { answer, id }: { readonly answer: string; readonly id: string },
): Promise<Answer> {
  const person = { id: opened.link.person?.id ?? id, ...typed };
  const verified = await verifyNewPasskey(needs, call, answer, { person, boundTo: opened.token });
  if (verified.outcome !== "verified")
    return showPasskeyPage(needs, call, opened, typed, passkeyErrors[verified.outcome]);
  const { passkey } = verified;
  const recoveryCodes = createRecoveryCodes();
  const made = await makeAccount(needs, call, opened, { ...person, credential: { passkey, recoveryCodes } });
  switch (made.outcome) {
    case "username-taken":
      return showForm(needs, call, opened, typed, [usernameTaken]);
    case "passkey-taken":
      return showPasskeyPage(needs, call, opened, typed, passkeyErrors[made.outcome]);
    default: {
      const amr = methodsOf(passkey);
      const proved = { outcome: "verified", person: made.person, amr, secondsAgo: 0 } as const;
      return enterWithCodes(needs, call, opened, proved, recoveryCodes);
    }
  }
}

const passkeyErrors = {
  expired: "This page stood open for too long, or was sent twice. Try again.",
  invalid: "Your browser's answer could not be verified. Try again.",
  "passkey-taken": "This passkey belongs to an account already. Try again with a new one.",
} as const;

/** Starts the session, and shows the recovery codes before the destination. A passkey is a whole sign-in. */
async function enterWithCodes(
  needs: NewAccountNeeds,
  call: Call,
  { link: { facts } }: OpenedLink,
  verified: Verified,
  codes: readonly string[],
): Promise<Answer> {
  const started = await startVerifiedSession(needs, verified, {
    userAgent: call.userAgent,
    address: call.address,
    previousToken: needs.cookies.read(call.header("cookie"), "session"),
    longTerm: false,
    askBefore: false,
  });
  // The user was disabled or removed in the same moment; the sign-in page answers as for any such user.
  if (started === null) return seeOther(loginPath);
  const destination = destinationParameters(facts);
  const fields = repeatedFields(destination);
  const model = recoveryCodesModel(needs, {
    codes,
    token: needs.keys.form.sign("account-form", started.session.uid),
    personId: verified.person.id,
    because: "new-account",
    continueTo: fields.length === 0 ? "/account" : loginAddress(fields),
  });
  return needs.enterSession(call, destination, started, {
    fresh: true,
    show: (entered) => ({ screen: { name: "recovery-codes", model }, ...entered }),
  });
}
