/** `/account/app-passwords/new`: the form for a new app password (name, scopes, life), and the page that shows it once. */
import { randomUUID } from "node:crypto";
import type { RequestParameters } from "@gatehouse/cas/server";
import { type AppPasswordCreation, type AppPasswordStore, PersonGone } from "@gatehouse/database";
import { factorRecord } from "../audit/change-record.ts";
import { trimInvisible } from "../credential/typed-name.ts";
import { HubError } from "../http/hub-error.ts";
import { type KeptFormNeeds, readKeptForm } from "../http/kept-form.ts";
import { type PageNoticeNeeds, seeNotice } from "../http/page-notice.ts";
import {
  type Answer,
  type CallerFacts,
  type ReturnPage,
  type Route,
  route,
  seeOther,
} from "../http/route.ts";
import type { MakeAppPasswordErrorCode } from "../screen/screen.ts";
import type { ApiSources } from "../site-registry/known-apis.ts";
import { allowedBy, scopesOffered } from "./app-password-scopes.ts";
import { createAppPasswordSecret } from "./verify-app-password.ts";

const path = "/account/app-passwords/new";
/** Page that lists the app passwords. */
export const appsPage = "/account/apps";
const lives = [7, 30, 90, 365];
const usualLife = 30;
const longestName = 60;
const formId = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export interface MakeAppPasswordNeeds extends KeptFormNeeds, PageNoticeNeeds {
  readonly appPasswords: Pick<AppPasswordStore, "create">;
  readonly apis: ApiSources;
}

/** The form as sent, or as first shown. */
interface AppPasswordForm {
  /** Id of the form and of the app password, so that a form that is sent twice makes only one. */
  readonly id: string;
  readonly name: string;
  readonly scopes: readonly string[];
  readonly days: number | undefined;
}

export const makeAppPasswordRoutes = (needs: MakeAppPasswordNeeds): Route[] => [
  askForAppPassword(needs),
  makeAppPassword(needs),
];

function askForAppPassword(needs: MakeAppPasswordNeeds): Route {
  return route({
    method: "GET",
    path,
    caller: "person",
    freshSignIn: true,
    antiForgery: "changes-nothing",
    sends: "query",
    speaks: "html",
    async answer(call, { parameters }) {
      const kept = readKeptForm(needs, call, parameters, call.session.person);
      const fresh = { id: randomUUID(), name: "", scopes: [], days: usualLife };
      return showForm(needs, call, formId.test(kept.get("id") ?? "") ? readForm(needs, kept) : fresh, []);
    },
  });
}

function makeAppPassword(needs: MakeAppPasswordNeeds): Route {
  return route({
    method: "POST",
    path,
    caller: "person",
    freshSignIn: true,
    antiForgery: "form-token",
    sends: "form",
    typed: ["name"],
    speaks: "html",
    returnPage: filledIn,
    async answer(call, { parameters }) {
      const form = readForm(needs, parameters);
      const errors = errorsOf(form);
      if (errors.length > 0) return showForm(needs, call, form, errors);
      const { id: personId, username } = call.session.person;
      const secret = createAppPasswordSecret();
      const making = await create(needs, call, form, secret);
      // Disabled a moment ago: the account page redirects to the page that says so.
      if (making === undefined) return seeOther(appsPage);
      if (making.outcome === "too-many") return showForm(needs, call, form, ["too_many"]);
      if (making.outcome === "made-already")
        return seeNotice(needs, call, appsPage, {
          at: "app-passwords",
          text: "That app password was made already, and is shown only once. Revoke it and make another if you missed it.",
        });
      const { id, name, scopes, expiresAt } = making.appPassword;
      call.log.info(
        { event: "app-password.made", person: personId, appPassword: id, scopes, expiresAt },
        "app password made",
      );
      const allows = allowedBy(scopes, needs.apis);
      return {
        screen: {
          name: "app-password-made",
          model: { token: call.formToken, name, secret, username, allows, expiresAt },
        },
      };
    },
  });
}

/** @returns `undefined`: the account was disabled or removed meanwhile */
async function create(
  { appPasswords }: Pick<MakeAppPasswordNeeds, "appPasswords">,
  call: CallerFacts["person"],
  { id, name, scopes, days = usualLife }: AppPasswordForm,
  secret: string,
): Promise<AppPasswordCreation | undefined> {
  const personId = call.session.person.id;
  const lifeSeconds = days * 86_400;
  try {
    return await appPasswords.create({ id, personId, secret, name, scopes, lifeSeconds }, () =>
      factorRecord(call, call.session, "app-password-made", { appPassword: id, name, scopes }),
    );
  } catch (error) {
    if (error instanceof PersonGone) return undefined;
    throw error;
  }
}

/** The form's fields, kept across a sign-in; none of them is secret. */
function filledIn(parameters: RequestParameters): ReturnPage {
  const isKept = (name: string) => ["id", "name", "days"].includes(name) || name.startsWith(fieldOf(""));
  return { page: path, fields: new Map([...parameters].filter(([name]) => isKept(name))) };
}

function readForm(
  { apis }: Pick<MakeAppPasswordNeeds, "apis">,
  parameters: RequestParameters,
): AppPasswordForm {
  const id = parameters.get("id") ?? "";
  if (!formId.test(id)) {
    throw new HubError(400, "form_incomplete", "Please try again", [
      "A part of the form is missing. No app password was made.",
      "Go back to your account and start again.",
    ]);
  }
  const days = Number(parameters.get("days"));
  return {
    id,
    name: trimInvisible(parameters.get("name") ?? ""),
    scopes: scopesOffered(apis)
      .map(({ name }) => name)
      .filter((name) => parameters.get(fieldOf(name)) === "true"),
    days: lives.includes(days) ? days : undefined,
  };
}

function errorsOf({ name, scopes, days }: AppPasswordForm): readonly MakeAppPasswordErrorCode[] {
  return [
    ...(name === "" ? (["name_missing"] as const) : []),
    ...([...name].length > longestName ? (["name_too_long"] as const) : []),
    ...(scopes.length === 0 ? (["scope_missing"] as const) : []),
    ...(days === undefined ? (["life_missing"] as const) : []),
  ];
}

function showForm(
  { apis }: Pick<MakeAppPasswordNeeds, "apis">,
  call: CallerFacts["person"],
  form: AppPasswordForm,
  errors: readonly MakeAppPasswordErrorCode[],
): Answer {
  const model = {
    personName: call.session.person.name,
    action: path,
    hidden: [
      { name: "token", value: call.formToken },
      { name: "id", value: form.id },
    ],
    name: form.name,
    longestName,
    scopes: scopesOffered(apis).map(({ name, words, at }) => ({
      field: fieldOf(name),
      words,
      at,
      chosen: form.scopes.includes(name),
    })),
    lives: lives.map((days) => ({ days, chosen: days === form.days })),
    errors,
  };
  return { screen: { name: "make-app-password", model }, status: errors.length === 0 ? 200 : 400 };
}

function fieldOf(scope: string): string {
  return `scope:${scope}`;
}
