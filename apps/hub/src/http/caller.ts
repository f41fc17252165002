/** Finds out who calls. */

import { isEqual } from "../secret-keys.ts";
import { identifyApiCaller } from "./api-caller.ts";
import { readBasicCredentials } from "./basic-credentials.ts";
import { withKeptForm } from "./kept-form.ts";
import {
  type Call,
  type Caller,
  type CallerFacts,
  type ComesBack,
  json,
  type Route,
  type Sent,
  seeOther,
  type Written,
} from "./route.ts";

export type Identified =
  | { readonly kind: "known"; readonly call: CallerFacts[Caller]; isFormToken(token: string): boolean }
  | { readonly kind: "elsewhere"; readonly answer: Written };

/** @returns the call with what is known of the caller, or the answer that asks for credentials */
export async function identifyCaller(route: Route, call: Call, sent: Sent): Promise<Identified> {
  switch (route.caller) {
    case "anyone":
      return { kind: "known", call, isFormToken: () => false };
    case "person":
      return identifyPerson(route, call, sent);
    case "api":
      return identifyProgram(route, call);
    case "site":
      return identifySite(call);
    case "tester":
      return identifyTester(call);
  }
}

async function identifyPerson(route: Route, call: Call, sent: Sent): Promise<Identified> {
  const found = await call.hub.findSession(call, { touch: true });
  if (found.state !== "alive") {
    const comesBack = comesBackTo(route, call, sent);
    const back = found.state === "ended" ? withKeptForm(call, found.username, comesBack) : comesBack.page;
    return { kind: "elsewhere", answer: seeOther(`/cas/login?${new URLSearchParams({ return: back })}`) };
  }
  const { session } = found;
  // `uid` stays when the same user re-authenticates, so forms in other tabs stay valid.
  const isFormToken = (token: string): boolean => call.hub.keys.form.isSignature(session.uid, token);
  return {
    kind: "known",
    call: { ...call, session, formToken: call.hub.keys.form.sign(session.uid) },
    isFormToken,
  };
}

/** The requested page, or the page of the submitted form. */
export function comesBackTo(route: Route, call: Call, { parameters, rawQuery }: Sent): ComesBack {
  if (call.method !== "GET") return route.comesBack?.(parameters) ?? { page: "/account" };
  const query = new URLSearchParams(rawQuery);
  // Notices of the address are not repeated after the sign-in, or to another user.
  query.delete("notice");
  return { page: query.size === 0 ? call.path : `${call.path}?${query}` };
}

async function identifyProgram(route: Route, call: Call): Promise<Identified> {
  if (route.scope === undefined) throw new Error(`${route.path} says no scope`);
  const found = await identifyApiCaller(call, route.scope);
  if ("answer" in found) return { kind: "elsewhere", answer: found.answer };
  const { person, credential } = found;
  return { kind: "known", call: { ...call, person, credential }, isFormToken: () => false };
}

/** @see RFC 7617, section 2 */
async function identifySite(call: Call): Promise<Identified> {
  const token68 = /^Basic +(.+)$/i.exec(call.header("authorization") ?? "")?.[1];
  const credentials = readBasicCredentials(token68 ?? "");
  const site = credentials && call.hub.sites.authenticate(credentials.userId, credentials.password);
  if (site !== undefined) return { kind: "known", call: { ...call, site }, isFormToken: () => false };
  warnOfStranger(call, credentials?.userId);
  const isWrong = call.header("authorization") !== undefined;
  const retryInSeconds = isWrong ? await call.hub.wrongSecrets.count({ address: call.address }) : 0;
  if (retryInSeconds > 0) return { kind: "elsewhere", answer: tooManySecrets(call, retryInSeconds) };
  return {
    kind: "elsewhere",
    answer: json(
      401,
      {
        error: "invalid_site",
        message:
          "The site's id or secret is wrong. Compare SITE_SECRET at the site with the registration at the hub.",
        reference: call.requestId,
      },
      {
        headers: {
          "www-authenticate": 'Basic realm="gatehouse-sites", charset="UTF-8"',
          "x-request-id": call.requestId,
        },
      },
    ),
  };
}

function tooManySecrets(call: Call, retryInSeconds: number): Written {
  const message = `There were too many wrong ids or secrets of sites. Wait ${retryInSeconds} seconds. Right ones are still answered.`;
  return json(
    429,
    { error: "too_many_attempts", message, reference: call.requestId },
    { headers: { "retry-after": String(retryInSeconds), "x-request-id": call.requestId } },
  );
}

/** Names registered sites only: what a stranger sends as id may be anything, a secret in the wrong place included. */
function warnOfStranger(call: Call, claimed: string | undefined): void {
  const site = claimed === undefined ? undefined : call.hub.sites.find(claimed);
  const fix =
    site === undefined
      ? "Compare the site's id with the registrations: npm run hub -- site check."
      : site.secretHash === undefined
        ? `The registration of ${site.id} holds no secret. Make one: npm run hub -- site renew-secret ${site.id}.`
        : `Compare SITE_SECRET at ${site.id} with its registration, or make a new one: npm run hub -- site renew-secret ${site.id}.`;
  call.log.warn(
    { event: "site.not-authenticated", site: site?.id ?? "unknown", fix },
    "a site did not prove itself",
  );
}

async function identifyTester(call: Call): Promise<Identified> {
  const key = call.hub.settings.testDoorKey;
  if (key !== undefined && isEqual(call.header("authorization") ?? "", `Bearer ${key}`)) {
    return { kind: "known", call, isFormToken: () => false };
  }
  const message = "The test door opens with TEST_DOOR_KEY only.";
  return {
    kind: "elsewhere",
    answer: json(
      401,
      { error: "invalid_token", message },
      { headers: { "www-authenticate": 'Bearer realm="gatehouse-test-door"' } },
    ),
  };
}
