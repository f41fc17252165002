/** The pages behind the links of a sign-up and of an invitation: the user chooses name, user name and password. */
import type { RequestParameters } from "@gatehouse/cas/server";
import { parseLoginRequest } from "@gatehouse/cas/server";
import type { Person, VerificationToken, VerificationTokenStore } from "@gatehouse/database";
import { actorOf, type RecordAudit } from "../audit/record-audit.ts";
import { fullName, nameFault, usernameFault } from "../credential/account-names.ts";
import { hashPassword } from "../credential/password.ts";
import {
  type PasswordFault,
  type PasswordLengths,
  standsAlone,
  wordsOfUser,
} from "../credential/password-rule.ts";
import { trimInvisible } from "../credential/typed-name.ts";
import { HubError } from "../http/hub-error.ts";
import { type Answer, type Call, type Route, route } from "../http/route.ts";
import type { NewAccountScreen } from "../screen/screen.ts";
import type { FindSession } from "../session/find-session.ts";
import type { CompleteSignIn } from "../sign-in/complete-sign-in.ts";
import {
  destinationOf,
  loginAddress,
  loginPath,
  repeatedFields,
  signUpPath,
} from "../sign-in/login-address.ts";
import { destinationParameters, type SignUpDestinationNeeds } from "./destination.ts";
import { linkKinds, linkPath, linkUnusable } from "./link.ts";
import { checkForm, type LinkFormNeeds, startForm } from "./link-form.ts";

export interface NewAccountNeeds extends LinkFormNeeds, Pick<SignUpDestinationNeeds, "sites"> {
  readonly verificationTokens: Pick<VerificationTokenStore, "acceptInvitation" | "find" | "signUp">;
  readonly findSession: FindSession;
  readonly passwordFault: PasswordFault;
  readonly passwordLengths: PasswordLengths;
  readonly completeSignIn: CompleteSignIn;
  readonly recordAudit: RecordAudit;
}

type Kind = NewAccountScreen["kind"];
type Errors = NewAccountScreen["errors"];

interface Typed {
  readonly name: string;
  readonly username: string;
}

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
      const token = parameters.get("link") ?? "";
      const link = await findLink(needs, kind, token);
      const { name = "", username = "" } = link.person ?? {};
      // Operators often do not know the name, and give the user name instead.
      const shown = name === username ? "" : name;
      return showForm(needs, call, { kind, token, link }, { name: shown, username }, []);
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
    typed: ["name", "username", "password"],
    speaks: "html",
    async answer(call, { parameters }) {
      const token = parameters.get("link") ?? "";
      checkForm(needs, call, parameters, linkPath(call.path, token));
      const link = await findLink(needs, kind, token);
      const password = parameters.get("password") ?? "";
      const typed = {
        name: fullName(parameters.get("name") ?? ""),
        username: link.person?.username ?? trimInvisible(parameters.get("username") ?? "").toLowerCase(),
      };
      const shown = { kind, token, link };
      const errors = await errorsOf(needs, link, typed, password);
      if (errors.length > 0) return showForm(needs, call, shown, typed, errors);
      const made = await makeAccount(needs, shown, typed, password);
      if (made === "username-taken") {
        const text = "This user name belongs to somebody else. Choose another one.";
        return showForm(needs, call, shown, typed, [{ field: "username", text }]);
      }
      call.log.info({ event: "account.made", kind, person: made.id, address: call.address }, "account made");
      await needs.recordAudit({ kind, actor: actorOf(call, made.id), personId: made.id });
      const found = await needs.findSession(call, { touch: false });
      return needs.completeSignIn(
        call,
        destinationParameters(link.facts),
        { outcome: "verified", person: made, amr: ["pwd"], secondsAgo: 0 },
        { longTerm: false, askBefore: false, replaces: found.state === "alive" ? found.session : null },
      );
    },
  });
}

async function findLink(needs: NewAccountNeeds, kind: Kind, token: string): Promise<VerificationToken> {
  const link = await needs.verificationTokens.find(kind, token);
  if (link === null) throw unusable(kind);
  return link;
}

const unusable = (kind: Kind): HubError =>
  linkUnusable(
    kind,
    kind === "sign-up"
      ? { label: "Ask for another link", href: signUpPath }
      : { label: "Go to sign in", href: loginPath },
  );

async function errorsOf(
  { passwordFault }: NewAccountNeeds,
  { email, person }: VerificationToken,
  { name, username }: Typed,
  password: string,
): Promise<Errors> {
  const about = wordsOfUser({ username, name, email });
  const faults = {
    name: nameFault(name),
    username: person === null ? usernameFault(username) : undefined,
    password:
      password === "" ? "Choose a password." : await passwordFault(password, { about, isOnlyFactor: true }),
  };
  return Object.entries(faults).flatMap(([field, text]) =>
    text === undefined ? [] : [{ field: field as Errors[number]["field"], text }],
  );
}

/** @throws HubError if the link was used meanwhile, or its address got an account otherwise */
async function makeAccount(
  { verificationTokens, passwordLengths }: NewAccountNeeds,
  { kind, token, link }: { readonly kind: Kind; readonly token: string; readonly link: VerificationToken },
  { name, username }: Typed,
  typedPassword: string,
): Promise<Person | "username-taken"> {
  const password = {
    hash: await hashPassword(typedPassword),
    standsAlone: standsAlone(typedPassword, passwordLengths),
  };
  if (kind === "invitation") {
    const person = await verificationTokens.acceptInvitation(token, { name, password });
    if (person === null) throw unusable(kind);
    return person;
  }
  const result = await verificationTokens.signUp(token, { username, name, password });
  if (result === null) throw unusable(kind);
  if (result.outcome === "email-taken") throw emailTaken(destinationParameters(link.facts));
  return result.outcome === "created" ? result.person : "username-taken";
}

function emailTaken(destination: RequestParameters): HubError {
  return new HubError(
    409,
    "email_taken",
    "This address has an account already",
    [
      "An account was made for this e-mail address after the link was sent. There is no second one.",
      "Sign in with it. If you did not choose its password, choose “Forgot your password?” there.",
    ],
    {},
    { label: "Go to sign in", href: loginAddress(repeatedFields(destination)) },
  );
}

async function showForm(
  needs: NewAccountNeeds,
  call: Call,
  { kind, token, link }: { readonly kind: Kind; readonly token: string; readonly link: VerificationToken },
  typed: Typed,
  errors: Errors,
): Promise<Answer> {
  const form = startForm(needs, call);
  const found = await needs.findSession(call, { touch: false });
  const parameters = destinationParameters(link.facts);
  const { site } = destinationOf(needs, parseLoginRequest(parameters), parameters);
  return {
    screen: {
      name: "new-account",
      model: {
        kind,
        action: linkKinds[kind].path,
        hidden: [form.token, { name: "link", value: token }],
        site: site === undefined ? null : { name: site.name, host: site.host },
        email: link.email,
        name: typed.name.slice(0, 200),
        username: typed.username.slice(0, 200),
        least: needs.passwordLengths.alone,
        about: wordsOfUser({ ...typed, email: link.email }),
        errors,
        signedIn: found.state === "alive" ? found.session.person.name : null,
      },
    },
    status: errors.length === 0 ? 200 : 400,
    cookies: form.cookies,
  };
}
