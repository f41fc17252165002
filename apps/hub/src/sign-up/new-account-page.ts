/** The two pages of a new account: names and the way to sign in, and the passkey, which contains the names. */
import { randomUUID } from "node:crypto";
import { parseLoginRequest } from "@gatehouse/cas/server";
import { type PasswordLengths, wordsOfUser } from "../credential/password-rule.ts";
import type { Answer, Call } from "../http/route.ts";
import { askForRegistration, type VerifyNewPasskeyNeeds } from "../passkey/register-passkey.ts";
import type { NewAccountScreen } from "../screen/screen.ts";
import type { FindSession } from "../session/find-session.ts";
import { destinationOf } from "../sign-in/login-address.ts";
import { destinationParameters, type SignUpDestinationNeeds } from "./destination.ts";
import type { ProvidersOfNewAccounts } from "./federated-identity.ts";
import { linkKinds } from "./link.ts";
import { type LinkFormNeeds, startForm } from "./link-form.ts";
import { needsProvider, type OpenedLink } from "./make-account.ts";

export interface NewAccountPageNeeds
  extends LinkFormNeeds,
    VerifyNewPasskeyNeeds,
    Pick<SignUpDestinationNeeds, "sites"> {
  readonly findSession: FindSession;
  readonly passwordLengths: PasswordLengths;
  readonly providers: Pick<ProvidersOfNewAccounts, "offers">;
}

export type NewAccountErrors = NewAccountScreen["errors"];

/** Name and username as typed, trimmed. */
export interface TypedNames {
  readonly name: string;
  readonly username: string;
}

/** Id of the invited user, or a new one for a sign-up. */
export const accountId = ({ link }: OpenedLink): string => link.person?.id ?? randomUUID();

export async function showForm(
  needs: NewAccountPageNeeds,
  call: Call,
  opened: OpenedLink,
  typed: TypedNames,
  errors: NewAccountErrors,
): Promise<Answer> {
  const { kind, token, link, identity } = opened;
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
        hidden: [
          form.token,
          { name: "link", value: token },
          ...(identity === null ? [] : [{ name: "with", value: identity.account.provider }]),
        ],
        identity: identity && {
          provider: identity.provider,
          label: identity.account.label,
          canChange: !needsProvider(opened),
        },
        providers: needs.providers.offers
          .filter(() => identity === null)
          .map(({ name, action }) => ({
            name,
            action,
            hidden: [form.tokenFor(action), { name: "kind", value: kind }, { name: "link", value: token }],
          })),
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

/** The page that makes the passkey. */
export async function showPasskeyPage(
  needs: NewAccountPageNeeds,
  call: Call,
  opened: OpenedLink,
  typed: TypedNames,
  error: string | null,
): Promise<Answer> {
  const form = startForm(needs, call);
  const person = { id: accountId(opened), ...typed };
  const action = linkKinds[opened.kind].path;
  const hidden = [
    form.token,
    { name: "link", value: opened.token },
    { name: "name", value: typed.name },
    { name: "username", value: typed.username },
  ];
  return {
    screen: {
      name: "new-account-passkey",
      model: {
        email: opened.link.email,
        username: typed.username,
        passkey: {
          ceremony: "create",
          action,
          hidden: [...hidden, { name: "account", value: person.id }],
          options: await askForRegistration(needs, { person, boundTo: opened.token }),
        },
        back: { action, hidden },
        error,
      },
    },
    status: error === null ? 200 : 400,
    cookies: form.cookies,
  };
}
