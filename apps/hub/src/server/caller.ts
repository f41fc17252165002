/** Identifies the caller of a route. */
import type { FactorStore } from "@gatehouse/database";
import type { Throttle } from "../credential/throttle.ts";
import type { ApiScheme } from "../http/api-scheme.ts";
import { readBasicCredentials } from "../http/basic-credentials.ts";
import { type KeptFormNeeds, withKeptForm } from "../http/kept-form.ts";
import {
  type Call,
  type Caller,
  type CallerFacts,
  json,
  type RawAnswer,
  type ReturnPage,
  type Route,
  type Sent,
  seeOther,
} from "../http/route.ts";
import { type FindSession, sessionOf } from "../session/find-session.ts";
import { freshSignInAddress, isFresh } from "../session/fresh-sign-in.ts";
import { type HubKeys, isEqual } from "../settings/secret-keys.ts";
import { keepAccountAddress } from "../sign-in/login-address.ts";
import type { SiteRegistry } from "../site-registry/site-registry.ts";
import { identifyApiCaller } from "./api-caller.ts";

export interface CallerNeeds extends KeptFormNeeds {
  readonly keys: Pick<HubKeys, "form" | "note">;
  readonly factors: Pick<FactorStore, "has">;
  readonly findSession: FindSession;
  readonly sites: Pick<SiteRegistry, "authenticate" | "find">;
  readonly throttle: Pick<Throttle, "count">;
  /** Schemes of the hub's API, in the order of its challenges. */
  readonly apiSchemes: readonly ApiScheme[];
  /** Absent: the hub accepts no callers of the test door. */
  readonly testDoorKey: string | undefined;
}

export type Identified =
  | { readonly kind: "known"; readonly call: CallerFacts[Caller]; isFormToken(token: string): boolean }
  | { readonly kind: "refused"; readonly answer: RawAnswer };

/** @returns the call with the facts about its caller, or the answer that asks for credentials */
export async function identifyCaller(
  needs: CallerNeeds,
  route: Route,
  call: Call,
  sent: Sent,
): Promise<Identified> {
  switch (route.caller) {
    case "anyone":
      return { kind: "known", call, isFormToken: () => false };
    case "person":
      return identifyPerson(needs, route, call, sent);
    case "api":
      return identifyProgram(needs, route, call);
    case "site":
      return identifySite(needs, call);
    case "tester":
      return identifyTester(needs, call);
  }
}

async function identifyPerson(needs: CallerNeeds, route: Route, call: Call, sent: Sent): Promise<Identified> {
  const found = await needs.findSession(call, { touch: true });
  if (found.state === "deletion-due" && route.opensWhileDeletionDue !== true) {
    const { page } = returnPageOf(route, call, sent);
    return { kind: "refused", answer: seeOther(keepAccountAddress([{ name: "return", value: page }])) };
  }
  const session = sessionOf(found);
  if (session === null) {
    const returnPage = returnPageOf(route, call, sent);
    const back = found.state === "ended" ? withKeptForm(needs, found.username, returnPage) : returnPage.page;
    return { kind: "refused", answer: seeOther(`/cas/login?${new URLSearchParams({ return: back })}`) };
  }
  // `uid` stays when the same user re-authenticates, so forms in other tabs stay valid.
  const isFormToken = (token: string): boolean =>
    needs.keys.form.isSignature("account-form", session.uid, token);
  return {
    kind: "known",
    call: { ...call, session, formToken: needs.keys.form.sign("account-form", session.uid) },
    isFormToken,
  };
}

/**
 * Redirects to the sign-in form if the route needs a fresh sign-in and that of the session is older, so that a stranger at
 * an unattended browser cannot change how the user signs in. Of a user who has a factor, the sign-in must have proved one:
 * a session from before the factor, however young, changes none.
 *
 * @returns `undefined`: the route may answer
 */
export async function askForFreshSignIn(
  needs: CallerNeeds,
  route: Route,
  call: CallerFacts[Caller],
  sent: Sent,
): Promise<RawAnswer | undefined> {
  const { freshSignIn = false } = route;
  if (freshSignIn === false) return undefined;
  if (!("session" in call)) throw new Error(`the route ${route.path} requires a fresh sign-in of nobody`);
  const { amr, person } = call.session;
  const fresh = isFresh(call.session, needs.clock());
  if (fresh && amr.includes("mfa")) return undefined;
  const isFactorNeeded = await needs.factors.has(person.id);
  if (!isFactorNeeded && (fresh || freshSignIn === "with-factor")) return undefined;
  const { username } = person;
  return seeOther(freshSignInAddress(withKeptForm(needs, username, returnPageOf(route, call, sent))));
}

/** The requested page, or the page of the submitted form. */
export function returnPageOf(route: Route, call: Call, { parameters, rawQuery }: Sent): ReturnPage {
  if (route.returnPage !== undefined) return route.returnPage(parameters);
  if (call.method !== "GET") return { page: "/account" };
  const query = new URLSearchParams(rawQuery);
  // The page after the sign-in must not repeat the notice, least of all to another user.
  query.delete("notice");
  return { page: query.size === 0 ? call.path : `${call.path}?${query}` };
}

async function identifyProgram(needs: CallerNeeds, route: Route, call: Call): Promise<Identified> {
  if (route.scope === undefined) throw new Error(`the route ${route.path} declares no scope`);
  const found = await identifyApiCaller(needs.apiSchemes, call, route.scope);
  if ("answer" in found) return { kind: "refused", answer: found.answer };
  const { person, credential } = found;
  return { kind: "known", call: { ...call, person, credential }, isFormToken: () => false };
}

/** @see RFC 7617, section 2 */
async function identifySite(needs: CallerNeeds, call: Call): Promise<Identified> {
  const token68 = /^Basic +(.+)$/i.exec(call.header("authorization") ?? "")?.[1];
  const credentials = readBasicCredentials(token68 ?? "");
  const site = credentials && needs.sites.authenticate(credentials.userId, credentials.password);
  if (site !== undefined) return { kind: "known", call: { ...call, site }, isFormToken: () => false };
  warnOfStranger(needs, call, credentials?.userId);
  if (call.header("authorization") !== undefined) {
    const counted = await needs.throttle.count("site-secret", { address: call.address });
    if (!counted.allowed) return { kind: "refused", answer: tooManySecrets(call, counted.retryInSeconds) };
  }
  return {
    kind: "refused",
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

function tooManySecrets(call: Call, retryInSeconds: number): RawAnswer {
  const message = `Too many wrong site ids or secrets came from this address. Wait ${retryInSeconds} seconds. Right ones are still accepted.`;
  return json(
    429,
    { error: "too_many_attempts", message, reference: call.requestId },
    { headers: { "retry-after": String(retryInSeconds), "x-request-id": call.requestId } },
  );
}

/** Names registered sites only: an unknown id may be a secret in the wrong place. */
function warnOfStranger({ sites }: CallerNeeds, call: Call, claimed: string | undefined): void {
  const site = claimed === undefined ? undefined : sites.find(claimed);
  const fix =
    site === undefined
      ? "Compare the site's id with the registrations: npm run hub -- site check."
      : site.secretHash === undefined
        ? `The registration of ${site.id} has no secret. Make one: npm run hub -- site renew-secret ${site.id}.`
        : `Compare SITE_SECRET at ${site.id} with its registration, or make a new one: npm run hub -- site renew-secret ${site.id}.`;
  call.log.warn(
    { event: "site-secret.refused", site: site?.id ?? "unknown", fix },
    "a site sent a wrong id or secret",
  );
}

async function identifyTester({ testDoorKey }: CallerNeeds, call: Call): Promise<Identified> {
  if (testDoorKey !== undefined && isEqual(call.header("authorization") ?? "", `Bearer ${testDoorKey}`)) {
    return { kind: "known", call, isFormToken: () => false };
  }
  const message = "The test door requires TEST_DOOR_KEY.";
  return {
    kind: "refused",
    answer: json(
      401,
      { error: "invalid_token", message },
      { headers: { "www-authenticate": 'Bearer realm="gatehouse-test-door"' } },
    ),
  };
}
