/**
 * The user's part of the device flow: the user types the code of the device, sees which site requests which scopes, and
 * decides. A link with a code only fills in the form. oidc-provider serves the device.
 *
 * @see RFC 8628, sections 3.3 and 5.4 (remote phishing)
 */
import type { RequestParameters } from "@gatehouse/cas/server";
import type { Throttle } from "../../credential/throttle.ts";
import { trimInvisible } from "../../credential/typed-name.ts";
import { HubError } from "../../http/hub-error.ts";
import {
  type Answer,
  type CallerFacts,
  type ReturnPage,
  type Route,
  route,
  seeOther,
} from "../../http/route.ts";
import type { DeviceCodeErrorCode, DeviceCodeScreen } from "../../screen/screen.ts";
import type { FindSession } from "../../session/find-session.ts";
import type { HubKeys } from "../../settings/secret-keys.ts";
import type { AskForAccount } from "../../sign-in/choose-account.ts";
import { factorAddress } from "../../sign-in/login-address.ts";
import type { SiteRegistry } from "../../site-registry/site-registry.ts";
import { isSignInOnly, namedScopes, outlivesSession, readChoice } from "../scope/consent.ts";
import { type ConsentPageNeeds, consentPage } from "./consent-page.ts";
import {
  askedByDevice,
  type DeviceRequest,
  type DeviceRequestNeeds,
  findDeviceRequest,
  isProofTooOld,
  isTooWeakForDevice,
} from "./device-request.ts";
import { type SettleDeviceNeeds, settleDevice } from "./settle-device.ts";

export interface DeviceNeeds extends ConsentPageNeeds, DeviceRequestNeeds, SettleDeviceNeeds {
  readonly askForAccount: AskForAccount;
  readonly throttle: Pick<Throttle, "count">;
  readonly findSession: FindSession;
  readonly keys: Pick<HubKeys, "form">;
  readonly sites: Pick<SiteRegistry, "find" | "list">;
}

type Person = CallerFacts["person"];

const path = "/oidc/device";
/** Address that users type on another device. */
export const shortDevicePath = "/device";

/** @see RFC 8628, section 3.3.1: the address with the code, as in a QR code, leads to the form that shows the code */
const shortAddress = (): Route =>
  route({
    method: "GET",
    path: shortDevicePath,
    caller: "anyone",
    antiForgery: "changes-nothing",
    sends: "query",
    typed: ["user_code"],
    speaks: "html",
    async answer(_, { parameters }) {
      const code = shortened(parameters.get("user_code"));
      return seeOther(code === "" ? path : `${path}?${new URLSearchParams({ user_code: code })}`);
    },
  });

const enterCode = (needs: DeviceNeeds): Route =>
  route({
    method: "GET",
    path,
    caller: "anyone",
    antiForgery: "changes-nothing",
    sends: "query",
    typed: ["user_code"],
    speaks: "html",
    asksForSignIn: true,
    async answer(call, { parameters }) {
      const code = shortened(parameters.get("user_code"));
      const found = await needs.findSession(call, { touch: true });
      if (found.state !== "alive") return askForSignIn(code);
      return draw(needs.keys.form.sign("account-form", found.session.uid), code);
    },
  });

const showRequest = (needs: DeviceNeeds): Route =>
  route({
    method: "POST",
    path,
    caller: "person",
    antiForgery: "form-token",
    sends: "form",
    typed: ["user_code"],
    speaks: "html",
    returnPage,
    async answer(call, { parameters }) {
      const code = shortened(parameters.get("user_code"));
      if (code === "") return refuse(call, code, "code_missing");
      const { session, address } = call;
      const counted = await needs.throttle.count("device-code", { session: session.id, address });
      if (!counted.allowed) return refuse(call, code, "too_many_attempts", counted.retryInSeconds);
      const request = await findDeviceRequest(needs, code);
      if (request === undefined) return refuse(call, code, "code_wrong");
      if (isProofTooOld(needs, session, request)) return askForSignIn(request.code, true);
      if (isTooWeakForDevice(session, request)) return askForFactor(request);
      return showConsent(needs, call, request);
    },
  });

const decide = (needs: DeviceNeeds): Route =>
  route({
    method: "POST",
    path: `${path}/decide`,
    caller: "person",
    antiForgery: "form-token",
    sends: "form",
    typed: ["user_code"],
    speaks: "html",
    returnPage,
    async answer(call, { parameters }) {
      const code = shortened(parameters.get("user_code"));
      const clientId = parameters.get("site") ?? "";
      // Checked before the look-up, so that guesses here cannot bypass the throttle.
      if (
        !needs.keys.form.isSignature(
          "device-form",
          shown(call, code, clientId),
          parameters.get("shown") ?? "",
        )
      )
        throw new HubError(
          403,
          "form_token_wrong",
          "Please try again",
          [
            `This form belongs to another session: you are now signed in as ${call.session.person.name}. Nothing was allowed.`,
            "Enter the code once more.",
          ],
          {},
          { label: "Enter the code", href: addressOf(code) },
        );
      const request = await findDeviceRequest(needs, code);
      if (request?.site.id !== clientId) return refuse(call, code, "code_wrong");
      if (isProofTooOld(needs, call.session, request)) return askForSignIn(request.code, true);
      if (isTooWeakForDevice(call.session, request)) return askForFactor(request);
      const answer = parameters.get("answer");
      if (answer === "switch") return askWhich(needs, call, code, request);
      const choice = answer === "allow" || answer === "without" ? readChoice(parameters) : null;
      const asked = askedByDevice(needs, call.session, request);
      const given = await settleDevice(needs, call, request, choice);
      if (given === null) return refuse(call, code, "code_wrong");
      call.log.info(
        {
          event: choice === null ? "device.declined" : "device.allowed",
          site: clientId,
          person: call.session.person.id,
        },
        "device decided",
      );
      const { name, host } = request.site;
      const allows = namedScopes(given, needs).map(({ words }) => words);
      const outcome = choice === null ? "declined" : allows.length > 0 ? "allowed" : "without-access";
      const isLasting = choice !== null && choice.duration !== "once" && outlivesSession(asked, needs);
      const model = {
        site: { name, host },
        outcome: isSignInOnly(asked, needs) && choice !== null ? "signed-in" : outcome,
        allows,
        offline: given.scopes.includes("offline_access"),
        days: isLasting ? Number(choice.duration) : null,
      } as const;
      return { screen: { name: "device-done", model } };
    },
  });

export const deviceRoutes = (needs: DeviceNeeds): Route[] => [
  shortAddress(),
  enterCode(needs),
  showRequest(needs),
  decide(needs),
];

async function showConsent(needs: DeviceNeeds, call: Person, request: DeviceRequest): Promise<Answer> {
  const { site, code } = request;
  const { session, formToken } = call;
  const asked = askedByDevice(needs, session, request);
  const page = await consentPage(needs, { site, session, asked, requested: asked, anew: true });
  const hidden = [
    { name: "token", value: formToken },
    { name: "user_code", value: code },
    { name: "site", value: site.id },
    { name: "shown", value: needs.keys.form.sign("device-form", shown(call, code, site.id)) },
  ];
  const model = { action: `${path}/decide`, hidden, ...page, device: { code } };
  return { screen: { name: "consent", model } };
}

/** Keeps the typed code for the next page. */
function askWhich(needs: DeviceNeeds, call: Person, code: string, { site }: DeviceRequest): Promise<Answer> {
  const parameters = new Map([
    ["return", addressOf(code)],
    ["site", site.id],
  ]);
  return needs.askForAccount(call, { session: call.session, parameters, because: "not-you" });
}

/** Binds the form to the code, site and session that the user saw. */
function shown({ session }: Person, code: string, clientId: string): string {
  return `${session.uid}:${code}:${clientId}`;
}

function refuse(call: Person, code: string, error: DeviceCodeErrorCode, retryInSeconds?: number): Answer {
  const status = error === "too_many_attempts" ? 429 : 400;
  const more = retryInSeconds === undefined ? {} : { retryInSeconds };
  return draw(call.formToken, code, { code: error, ...more }, status);
}

function draw(token: string, code: string, error: DeviceCodeScreen["error"] = null, status = 200): Answer {
  const hidden = [{ name: "token", value: token }];
  const headers = error?.retryInSeconds === undefined ? {} : { "retry-after": String(error.retryInSeconds) };
  return { screen: { name: "device-code", model: { action: path, hidden, code, error } }, status, headers };
}

function askForSignIn(code: string, renew = false): Answer {
  return seeOther(
    `/cas/login?${new URLSearchParams({ return: addressOf(code), ...(renew ? { renew: "true" } : {}) })}`,
  );
}

function askForFactor({ code, demanded, site }: DeviceRequest): Answer {
  if (demanded?.acr == null)
    throw new HubError(403, "acr_unknown", "This sign-in is not possible", [
      `${site.name} demands a kind of sign-in that does not exist here. Nothing was allowed.`,
      "Ask the people who made the program.",
    ]);
  const fields = { return: addressOf(code), site: site.id, acr: demanded.acr };
  return seeOther(factorAddress(Object.entries(fields).map(([name, value]) => ({ name, value }))));
}

/** The page with the code filled in. */
function addressOf(code: string): string {
  return code === "" ? path : `${path}?${new URLSearchParams({ user_code: code })}`;
}

/** The typed code is kept although the session has ended meanwhile. */
function returnPage(parameters: RequestParameters): ReturnPage {
  return { page: addressOf(shortened(parameters.get("user_code"))) };
}

/** Maximum length of a typed code, with full-width letters and a space between any two. */
function shortened(typed: string | undefined): string {
  return trimInvisible(typed ?? "").slice(0, 40);
}
