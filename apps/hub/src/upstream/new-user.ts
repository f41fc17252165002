/**
 * Creates accounts here for users of other providers: the page for an account that is not connected to a user, and the
 * provider as the choice instead of a password on the pages of mailed links. The room `sign-up` creates the account, by a
 * link that is bound to the browser with the account at the provider.
 */
import type { VerificationTokenStore } from "@gatehouse/database";
import { fullName, nameFault, usernameFault } from "../credential/account-names.ts";
import { type Route, route, seeOther } from "../http/route.ts";
import type { UpstreamSignUp } from "../screen/screen.ts";
import type { SignUpMode } from "../settings/env.ts";
import type { HubKeys } from "../settings/secret-keys.ts";
import {
  addressOf,
  connectAccountPath,
  type Field,
  loginAddress,
  signUpPath,
} from "../sign-in/login-address.ts";
import type { ProvidersOfNewAccounts } from "../sign-up/federated-identity.ts";
import { linkKinds, linkPath, makeLinkPath } from "../sign-up/link.ts";
import { checkForm, type LinkFormNeeds, type StartedForm, startForm } from "../sign-up/link-form.ts";
import { needsProvider } from "../sign-up/make-account.ts";
import { ageOf } from "./auth-engine.ts";
import { beginUpstream, findUpstream, type UpstreamNeeds } from "./begin-upstream.ts";
import { refuseUpstream } from "./refuse-upstream.ts";
import { consumeAccount, type ProvedAccount, readAccount, writeAccount } from "./upstream-flow.ts";

export interface NewUserNeeds extends LinkFormNeeds, UpstreamNeeds {
  readonly keys: Pick<HubKeys, "form" | "upstream">;
  readonly signUpMode: SignUpMode;
  /** Whether mail reaches anybody. */
  readonly mailIsOn: boolean;
  readonly verificationTokens: Pick<VerificationTokenStore, "create" | "find">;
}

/** Page for an account that is not connected to a user. */
export const unknownPath = "/upstream/account";
const createPath = "/upstream/account/sign-up";
const chosenPath = (id: string): string => `/upstream/${id}/new-account`;

export function newUserRoutes(needs: NewUserNeeds): Route[] {
  if (needs.upstreams.length === 0) return [];
  return [showUnknown(needs), createLink(needs), chooseProvider(needs)];
}

/** Offers the providers on the pages of new accounts, and reads from the cookie the account that the user has proved. */
export function providersOfNewAccounts(
  needs: Pick<UpstreamNeeds, "upstreams" | "cookies" | "clock" | "keys" | "loginTickets"> & {
    readonly siteClock: () => Date;
  },
): ProvidersOfNewAccounts {
  const { upstreams, cookies, siteClock } = needs;
  return {
    offers: upstreams.map(({ id, name }) => ({ name, action: chosenPath(id) })),
    clear: cookies.clear("upstream"),
    findProved(call, page) {
      const account = readAccount(needs, call)?.account;
      const upstream = upstreams.find(({ id }) => id === account?.provider);
      if (account === undefined || upstream === undefined || account.newAccount !== page) return null;
      const { provider, id, label } = account;
      const name = fullName(account.name);
      const username = account.username.toLowerCase();
      return {
        account: { provider, id, label },
        provider: upstream.name,
        name: nameFault(name) === undefined ? name : "",
        username: usernameFault(username) === undefined ? username : "",
        secondsAgo: ageOf(account, siteClock()),
      };
    },
  };
}

function showUnknown(needs: NewUserNeeds): Route {
  return route({
    method: "GET",
    path: unknownPath,
    caller: "anyone",
    antiForgery: "changes-nothing",
    sends: "nothing",
    speaks: "html",
    async answer(call) {
      const kept = readAccount(needs, call);
      if (kept === null || kept.account.connectsTo !== "") return seeOther(loginAddress([]));
      const { account } = kept;
      const form = startForm(needs, call);
      const model = {
        provider: findUpstream(needs, account.provider).name,
        label: account.label,
        signUp: signUpOf(needs, account, form),
        connect: connectAccountPath,
        back: loginAddress(account.fields),
      };
      return { screen: { name: "upstream-unknown", model }, cookies: form.cookies };
    },
  });
}

function signUpOf(
  { signUpMode, mailIsOn }: NewUserNeeds,
  { email, isKnownAddress, fields }: ProvedAccount,
  form: StartedForm,
): UpstreamSignUp {
  if (isKnownAddress) return { mode: "known-address" };
  if (signUpMode !== "open") return { mode: signUpMode };
  if (email?.isProved) {
    const hidden = [form.tokenFor(createPath)];
    return { mode: "form", email: email.address, action: createPath, hidden };
  }
  if (!mailIsOn) return { mode: "off" };
  const name = email === null ? [] : [{ name: "name", value: email.address }];
  return { mode: "mail", href: addressOf(signUpPath, [...lastingFields(fields), ...name]) };
}

/** Makes a link of a sign-up, binds the proved account to it in the cookie, and redirects to its page. */
function createLink(needs: NewUserNeeds): Route {
  return route({
    method: "POST",
    path: createPath,
    caller: "anyone",
    antiForgery: "flow-token",
    sends: "form",
    speaks: "html",
    async answer(call, { parameters }) {
      checkForm(needs, call, parameters, unknownPath);
      const kept = readAccount(needs, call);
      if (kept === null || kept.account.connectsTo !== "") return seeOther(loginAddress([]));
      const { account } = kept;
      const { email, fields } = account;
      const upstream = findUpstream(needs, account.provider);
      const link = { label: "Back to sign in", href: loginAddress(fields) };
      const { mode } = signUpOf(needs, account, startForm(needs, call));
      // The page showed no such form, or the settings have changed since.
      if (mode !== "form" || email === null) return seeOther(unknownPath);
      if (!(await consumeAccount(needs, kept.id))) throw refuseUpstream("expired", upstream, link);
      const destination = Object.fromEntries(lastingFields(fields).map(({ name, value }) => [name, value]));
      const newAccount = await makeLinkPath(needs, {
        purpose: "sign-up",
        email: email.address,
        personId: null,
        mailed: false,
        destination,
      });
      const cookies = writeAccount(needs, call, { ...account, fields: [], newAccount });
      if (cookies === null) throw refuseUpstream("too-long", upstream, link);
      return seeOther(newAccount, { cookies });
    },
  });
}

/** From the page of a mailed link to the provider, whose answer leads back to that page. */
function chooseProvider(needs: NewUserNeeds): Route {
  return route({
    method: "POST",
    path: "/upstream/:id/new-account",
    caller: "anyone",
    antiForgery: "flow-token",
    sends: "form",
    speaks: "html",
    async answer(call, { parameters }) {
      const upstream = findUpstream(needs, call.pathParameter("id"));
      const kind = parameters.get("kind") === "invitation" ? "invitation" : "sign-up";
      const token = parameters.get("link") ?? "";
      const newAccount = linkPath(linkKinds[kind].path, token);
      checkForm(needs, call, parameters, newAccount);
      const found = await needs.verificationTokens.find(kind, token);
      // The page explains an unusable link. A link that the hub made for one account at a provider admits no other account.
      if (found === null || needsProvider({ kind, link: found })) return seeOther(newAccount);
      return beginUpstream(needs, call, upstream, { newAccount }, backToNewAccount(newAccount));
    },
  });
}

export const backToNewAccount = (href: string) => ({ label: "Back to your new account", href });

/** Fields of the sign-in form that are still valid after a sign-up. */
const lastingFields = (fields: readonly Field[]): Field[] =>
  fields.filter(({ name }) => name !== "renew" && name !== "name");
