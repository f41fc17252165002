/**
 * Sets up one-time codes: shows a new secret, and stores it once a code confirms that the app has it. The first factor comes
 * with recovery codes, shown once. Two ways lead here: the account page, with a fresh sign-in; and a sign-in of an operator
 * without a factor, who gets a session only afterwards.
 */
import { parseLoginRequest, type RequestParameters } from "@gatehouse/cas/server";
import type { FactorStore, PendingSignInStore } from "@gatehouse/database";
import { factorRecord } from "../audit/change-record.ts";
import { HubError } from "../http/hub-error.ts";
import { type KeptFormNeeds, readKeptForm } from "../http/kept-form.ts";
import { type Answer, type Call, type ReturnPage, type Route, route, seeOther } from "../http/route.ts";
import type { FactorErrorCode } from "../screen/screen.ts";
import type { HubKeys } from "../settings/secret-keys.ts";
import type { EnterSession } from "../sign-in/complete-sign-in.ts";
import {
  addPasskeyPath,
  addressOf,
  continueAddress,
  type DestinationNeeds,
  destinationOf,
  factorSetUpPath,
  loginAddress,
  repeatedFields,
  securityPath,
} from "../sign-in/login-address.ts";
import { readRequest } from "../sign-in/refuse-service.ts";
import { type Begun, type BegunNeeds, findPending, isTokenOf, startAgain, tokenOf } from "./begun-sign-in.ts";
import {
  type CompleteFactorNeeds,
  codeMethods,
  logFactorChange,
  startCompletedSession,
} from "./complete-factor.ts";
import { createQrCode } from "./qr-code.ts";
import { createRecoveryCodes } from "./recovery-codes.ts";
import { recoveryCodesModel } from "./recovery-codes-screen.ts";
import { createTotpSecret, stepOfCode, totpAddress } from "./totp.ts";

export interface SetUpCodesNeeds
  extends BegunNeeds,
    Omit<CompleteFactorNeeds, "pendingSignIns">,
    DestinationNeeds,
    KeptFormNeeds {
  readonly enterSession: EnterSession;
  readonly factors: Pick<FactorStore, "has" | "of" | "turnOnCodes">;
  readonly keys: Pick<HubKeys, "form" | "note" | "totp">;
  readonly pendingSignIns: Pick<PendingSignInStore, "complete" | "find">;
}

export const setUpCodesPath = "/account/security/codes/new";
const purpose = "set-up-codes";
/** Field with the sealed secret of the form. */
const secretField = "secret";

export const setUpCodesRoutes = (needs: SetUpCodesNeeds): Route[] => [
  route({
    method: "GET",
    path: setUpCodesPath,
    caller: "person",
    freshSignIn: true,
    antiForgery: "changes-nothing",
    sends: "query",
    speaks: "html",
    async answer(call, { parameters }) {
      const kept = readKeptForm(needs, call, parameters, call.session.person).get(secretField);
      const begun = await ofSession(needs, call);
      const secret = openSecret(needs, begun, kept) ?? createTotpSecret();
      return showPage(needs, begun, parameters, secret, null, {
        action: setUpCodesPath,
        token: call.formToken,
      });
    },
  }),
  route({
    method: "POST",
    path: setUpCodesPath,
    caller: "person",
    freshSignIn: true,
    antiForgery: "form-token",
    sends: "form",
    typed: ["code"],
    speaks: "html",
    returnPage,
    async answer(call, { parameters }) {
      const begun = await ofSession(needs, call);
      return confirm(needs, call, begun, parameters, { action: setUpCodesPath, token: call.formToken });
    },
  }),
  route({
    method: "GET",
    path: factorSetUpPath,
    caller: "anyone",
    antiForgery: "changes-nothing",
    sends: "query",
    speaks: "html",
    async answer(call, { parameters }) {
      const fields = repeatedFields(parameters);
      const begun = await findPending(needs, call);
      // A signed-in user sets it up in the account, with a fresh sign-in.
      if (begun === null) return seeOther(withFields(setUpCodesPath, parameters));
      // A sign-in that lacks a factor of the user is completed by that one, never by a new one.
      if (begun.mustChange || (await needs.factors.has(begun.person.id)))
        return startAgain(needs, call, fields);
      return showPage(needs, begun, parameters, createTotpSecret(), null, {
        action: factorSetUpPath,
        token: tokenOf(needs, begun, purpose),
      });
    },
  }),
  route({
    method: "POST",
    path: factorSetUpPath,
    caller: "anyone",
    antiForgery: "flow-token",
    sends: "form",
    typed: ["code"],
    speaks: "html",
    async answer(call, { parameters }) {
      const begun = await findPending(needs, call);
      const token = parameters.get("token") ?? "";
      if (begun === null || begun.mustChange || !isTokenOf(needs, begun, purpose, token))
        return startAgain(needs, call, repeatedFields(parameters));
      return confirm(needs, call, begun, parameters, { action: factorSetUpPath, token });
    },
  }),
];

interface SetUpForm {
  readonly action: string;
  readonly token: string;
}

async function ofSession(
  { cookies }: SetUpCodesNeeds,
  call: Call & { readonly session: NonNullable<Begun["session"]> },
): Promise<Begun> {
  const { person, amr, askBefore, uid } = call.session;
  const sessionToken = cookies.read(call.header("cookie"), "session") ?? "";
  return {
    from: { sessionToken },
    person,
    amr,
    session: call.session,
    askBefore,
    mustChange: false,
    id: uid,
  };
}

/** Stores the confirmed secret, starts the stronger session, and shows the recovery codes. */
async function confirm(
  needs: SetUpCodesNeeds,
  call: Call,
  begun: Begun,
  parameters: RequestParameters,
  form: SetUpForm,
): Promise<Answer> {
  const { person } = begun;
  const secret = openSecret(needs, begun, parameters.get(secretField));
  if (secret === null) return seeOther(withFields(form.action, parameters));
  const again = (code: FactorErrorCode) => showPage(needs, begun, parameters, secret, code, form);
  const typed = (parameters.get("code") ?? "").replaceAll(/\s/g, "");
  if (typed === "") return again("code_missing");
  const step = stepOfCode(secret, typed, needs.clock());
  if (step === null) return again("code_wrong");
  const recoveryCodes = createRecoveryCodes();
  const sealed = needs.keys.totp.seal(secret, person.id);
  const asFirstFactor = begun.session === null;
  const turnedOn = await needs.factors.turnOnCodes(
    { personId: person.id, sealed, step, recoveryCodes, asFirstFactor },
    () => factorRecord(call, begun.session ?? { person }, "codes-on"),
  );
  if (turnedOn === null && asFirstFactor) return startAgain(needs, call, repeatedFields(parameters));
  if (turnedOn === null) throw alreadyOn();
  logFactorChange(call, person, "codes-on");
  // The code has just proved the factor: the session says so from now on.
  const consumed = { kind: "consumed" } as const;
  const started = await startCompletedSession(needs, call, parameters, begun, consumed, codeMethods);
  if (started === null) return startAgain(needs, call, repeatedFields(parameters));
  const continueTo = continueAddress(repeatedFields(parameters), securityPath);
  const model = recoveryCodesModel(needs, {
    codes: recoveryCodes,
    token: needs.keys.form.sign("account-form", started.session.uid),
    personId: person.id,
    because: "codes-on",
    continueTo,
  });
  return needs.enterSession(call, parameters, started, {
    fresh: false,
    show: (entered) =>
      turnedOn.recoveryCodesStored
        ? { screen: { name: "recovery-codes", model }, ...entered }
        : seeOther(continueTo, entered),
  });
}

function returnPage(parameters: RequestParameters): ReturnPage {
  const secret = parameters.get(secretField);
  return {
    page: withFields(setUpCodesPath, parameters),
    ...(secret === undefined ? {} : { fields: new Map([[secretField, secret]]) }),
  };
}

function withFields(path: string, parameters: RequestParameters): string {
  return addressOf(path, repeatedFields(parameters));
}

const boundTo = ({ person }: Pick<Begun, "person">): string => `set-up ${person.id}`;

function openSecret({ keys }: SetUpCodesNeeds, begun: Begun, sealed: string | undefined): string | null {
  return keys.totp.open(sealed ?? "", boundTo(begun));
}

async function showPage(
  needs: SetUpCodesNeeds,
  begun: Begun,
  parameters: RequestParameters,
  secret: string,
  error: FactorErrorCode | null,
  { action, token }: SetUpForm,
): Promise<Answer> {
  if ((await needs.factors.of(begun.person.id)).codesSince !== null) throw alreadyOn();
  const { site } = destinationOf(
    needs,
    readRequest(() => parseLoginRequest(parameters)),
    parameters,
  );
  const because = begun.session === null ? "operator" : parameters.has("acr") ? "asked-for" : "wanted";
  return {
    screen: {
      name: "set-up-codes",
      model: {
        action,
        hidden: [
          { name: "token", value: token },
          { name: secretField, value: needs.keys.totp.seal(secret, boundTo(begun)) },
          ...repeatedFields(parameters),
          ...(parameters.get("warn") === "true" ? [{ name: "warn", value: "true" }] : []),
        ],
        because,
        passkeyInstead: because === "asked-for" ? withFields(addPasskeyPath, parameters) : null,
        site: site === undefined ? null : { name: site.name, host: site.host },
        qrCode: createQrCode(totpAddress(secret, begun.person.username)),
        // Base32 in groups of four, to type by hand.
        secret: secret.replaceAll(/.{4}(?=.)/g, "$& "),
        cancelTo:
          begun.session === null ? loginAddress(repeatedFields(parameters)) : (site?.url ?? securityPath),
        error,
      },
    },
    status: error === null ? 200 : 400,
  };
}

function alreadyOn(): HubError {
  return new HubError(
    409,
    "codes_on_already",
    "One-time codes are on already",
    [
      "You set them up before, perhaps in another tab. Nothing was changed.",
      "Recovery codes are shown only once: make new ones on the Security page if you did not save them.",
      "To move to another app, turn them off on the Security page and set them up again.",
    ],
    {},
    { label: "Go to Security", href: "/account/security" },
  );
}
