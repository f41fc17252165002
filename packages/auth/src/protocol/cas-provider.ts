import {
  type AuthenticatedUser,
  CasClientError,
  type CasClientErrorCode,
  loginUrl,
  logoutUrl,
  parseLogoutRequest,
  processServiceValidateResponse,
  serviceValidateRequest,
} from "@gatehouse/cas/client";
import { GatehouseAuthError, type GatehouseAuthErrorCode } from "../log/gatehouse-auth-error.ts";
import type { IdentifiedUser } from "../session/sealed-session.ts";
import { callbackUrl, parseFlow, type SignInFlow } from "./sign-in-flow.ts";
import type { SignInProtocol } from "./sign-in-protocol.ts";

/** Time limit for the hub's answer; a ticket is not valid much longer. */
const timeoutMs = 5_000;

const codes: Partial<Record<CasClientErrorCode, GatehouseAuthErrorCode>> = {
  hub_failed: "hub_unreachable",
  ticket_refused: "ticket_refused",
  service_mismatch: "callback_altered",
  site_refused: "service_refused",
};

/**
 * Sign-in by CAS.
 *
 * @see CAS protocol 3.0.3, sections 2.1, 2.3 and 2.8
 */
export const casProtocol: SignInProtocol = {
  provider({ hubUrl, siteUrl }, exchange) {
    return {
      type: "oauth",
      checks: ["state"],
      settings: {
        client: { token_endpoint_auth_method: "none" },
        authorization: `${hubUrl}/cas/login`,
        token: `${hubUrl}/cas/p3/serviceValidate`,
        // next-auth needs no profile: `exchange.identified` gets the user.
        userinfo: { url: `${hubUrl}/`, request: () => ({}) },
      },
      async fetch() {
        if (exchange === null) throw new GatehouseAuthError("internal");
        const { flow, state, ticket } = exchange;
        const renew = flow.maxAge !== null;
        const user = await validate(hubUrl, serviceUrl(siteUrl, flow, state), ticket, renew);
        exchange.identified(user);
        return Response.json({ access_token: user.sessionIndex, token_type: "bearer" });
      },
    };
  },

  authenticationUrl({ hubUrl, siteUrl }, { flow, prepared, reason }) {
    return loginUrl(hubUrl, {
      service: serviceUrl(siteUrl, flow, prepared.searchParams.get("state") ?? ""),
      gateway: flow.purpose === "recognise",
      // CAS has no maximum age, so the hub asks for credentials.
      renew: flow.maxAge !== null,
      reason: reason ?? undefined,
    });
  },

  parseReturn({ siteUrl }, query) {
    const names = ["flow", "returnTo", "purpose", "attempt", "maxAge", "acr", "state", "ticket"];
    if (names.some((name) => query.getAll(name).length > 1)) return null;
    const [
      id = null,
      returnTo = null,
      purpose = null,
      attempt = null,
      maxAge = null,
      acr = null,
      state,
      ticket,
    ] = names.map((name) => query.get(name));
    const flow = parseFlow({ id, returnTo, purpose, attempt, maxAge, acr }, siteUrl);
    if (!flow || !state || !/^[A-Za-z0-9._-]{1,2000}$/.test(state)) return null;
    // CAS 3.7: letters, digits and hyphens; services must accept up to 256 characters.
    if (ticket != null && !/^ST-[A-Za-z0-9-]{1,253}$/.test(ticket)) return null;
    return { flow, state, ticket: ticket ?? null };
  },

  signOutUrl: ({ hubUrl, siteUrl }) => logoutUrl(hubUrl, { service: `${siteUrl}/` }),

  /**
   * Logout requests of CAS are not authenticated. The session index protects them: it is a consumed ticket that only the hub
   * and this site know.
   *
   * @see CAS protocol 3.0.3, section 2.3.3
   */
  async parseLogoutRequest(_settings, body) {
    try {
      return parseLogoutRequest(body).sessionIndex;
    } catch (cause) {
      if (cause instanceof CasClientError)
        throw new GatehouseAuthError("logout_request_malformed", "", { cause });
      throw cause;
    }
  },
};

/**
 * The service URL, to which the hub binds the ticket and redirects the browser.
 *
 * It contains `state`: an attacker's ticket is bound to the attacker's state, for which no other browser has the cookie.
 *
 * @see RFC 9700, section 4.7 (login CSRF)
 */
function serviceUrl(siteUrl: string, flow: SignInFlow, state: string): string {
  const url = new URL(callbackUrl(siteUrl));
  url.searchParams.set("flow", flow.id);
  url.searchParams.set("returnTo", flow.returnTo);
  if (flow.purpose === "recognise") url.searchParams.set("purpose", flow.purpose);
  if (flow.attempt === 2) url.searchParams.set("attempt", "2");
  if (flow.maxAge !== null) url.searchParams.set("maxAge", String(flow.maxAge));
  // CAS has no parameter for the strength: the registration's `requires` demands it. The callback checks it.
  if (flow.acr !== null) url.searchParams.set("acr", flow.acr);
  url.searchParams.set("state", state);
  return url.href;
}

/** @param renew accepts only a ticket from credentials; sent here too, because the browser could drop it from the login URL */
async function validate(
  hubUrl: string,
  service: string,
  ticket: string,
  renew: boolean,
): Promise<IdentifiedUser> {
  const request = serviceValidateRequest(hubUrl, { service, ticket, renew });
  const user = fetch(request, { signal: AbortSignal.timeout(timeoutMs) }).then(
    processServiceValidateResponse,
  );
  return readUser(await user.catch(translate), ticket);
}

/** The consumed ticket is the session index: single logout names it. */
function readUser(
  { user, attributes, authenticationDate, isFromNewLogin }: AuthenticatedUser,
  ticket: string,
): IdentifiedUser {
  const text = (name: string) => {
    const value = [attributes[name] ?? []].flat()[0];
    return value === undefined || value === "" ? null : value;
  };
  const id = text("id");
  // A username can pass to another user, so it cannot replace the id.
  if (id === null) throw new GatehouseAuthError("person_id_missing");
  // A new sign-in needs no time from the hub.
  const at = isFromNewLogin ? Date.now() : (authenticationDate?.getTime() ?? null);
  return {
    id,
    username: user,
    name: text("name") ?? user,
    email: text("email"),
    groups: [attributes.groups ?? []].flat(),
    sessionIndex: ticket,
    authenticatedAt: at === null ? null : Math.floor(at / 1000),
  };
}

/**
 * Replaces the hub's text, which comes from outside, by a sentence of the package. Any other error means that the connection
 * failed, before the answer or in the middle of it.
 */
function translate(cause: unknown): never {
  const code = cause instanceof CasClientError ? (codes[cause.code] ?? "hub_answer") : "hub_unreachable";
  throw new GatehouseAuthError(code, "", { cause });
}
