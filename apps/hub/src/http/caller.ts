/** Finds out who calls. */

import { isEqual } from "../secret-keys.ts";
import { type Call, type Caller, type CallerFacts, json, seeOther, type Written } from "./route.ts";

export type Identified =
  | { readonly kind: "known"; readonly call: CallerFacts[Caller]; isFormToken(token: string): boolean }
  | { readonly kind: "elsewhere"; readonly answer: Written };

/** @returns the call with what is known of the caller, or the answer that asks for credentials */
export async function identifyCaller(caller: Caller, call: Call): Promise<Identified> {
  switch (caller) {
    case "anyone":
      return { kind: "known", call, isFormToken: () => false };
    case "person":
      return identifyPerson(call);
    case "site":
      return identifySite(call);
    case "tester":
      return identifyTester(call);
  }
}

async function identifyPerson(call: Call): Promise<Identified> {
  const found = await call.hub.findSession(call, { touch: true });
  if (found.state !== "alive") {
    return {
      kind: "elsewhere",
      answer: seeOther(
        `/cas/login?return=${encodeURIComponent(call.method === "GET" ? call.path : "/account")}`,
      ),
    };
  }
  const { session } = found;
  const isFormToken = (token: string): boolean => call.hub.keys.form.isSignature(session.id, token);
  return {
    kind: "known",
    call: { ...call, session, formToken: call.hub.keys.form.sign(session.id) },
    isFormToken,
  };
}

/** @see RFC 7617, section 2 */
async function identifySite(call: Call): Promise<Identified> {
  const credentials = basicCredentials(call);
  const site = credentials && call.hub.sites.authenticate(credentials.id, credentials.secret);
  if (site !== undefined) return { kind: "known", call: { ...call, site }, isFormToken: () => false };
  warnOfStranger(call, credentials?.id);
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

function basicCredentials(call: Call): { readonly id: string; readonly secret: string } | undefined {
  const match = /^Basic ([A-Za-z0-9+/]{1,2000}={0,2})$/i.exec(call.header("authorization") ?? "");
  const credentials = Buffer.from(match?.[1] ?? "", "base64").toString("utf8");
  const colon = credentials.indexOf(":");
  if (colon <= 0) return undefined;
  return { id: credentials.slice(0, colon), secret: credentials.slice(colon + 1) };
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
