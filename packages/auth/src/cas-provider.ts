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
import { GatehouseAuthError, type GatehouseAuthErrorCode } from "./gatehouse-auth-error.ts";
import { serviceUrl } from "./sign-in-flow.ts";
import type { RecognisedPerson, SignInProtocol } from "./sign-in-protocol.ts";

/** How long to wait for the hub; a ticket does not live much longer. */
const patienceMs = 5_000;

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
  authenticationUrl({ hubUrl, siteUrl }, { flow, state, reason }) {
    return loginUrl(hubUrl, {
      service: serviceUrl(siteUrl, flow, state),
      gateway: flow.purpose === "recognise",
      reason: reason ?? undefined,
    });
  },

  async exchange({ hubUrl }, service, ticket) {
    const request = serviceValidateRequest(hubUrl, { service, ticket });
    const reply = await fetch(request, { signal: AbortSignal.timeout(patienceMs) }).catch((cause) => {
      throw new GatehouseAuthError("hub_unreachable", "", { cause });
    });
    return recognise(await processServiceValidateResponse(reply).catch(translate), ticket);
  },

  signOutUrl: ({ hubUrl, siteUrl }) => logoutUrl(hubUrl, { service: `${siteUrl}/` }),

  parseLogoutRequest(body) {
    try {
      return parseLogoutRequest(body).sessionIndex;
    } catch (error) {
      if (error instanceof CasClientError) return null;
      throw error;
    }
  },
};

/** The ticket, spent, is the session index from here on: single logout names it. */
function recognise({ user, attributes }: AuthenticatedUser, ticket: string): RecognisedPerson {
  const text = (name: string) => {
    const value = [attributes[name] ?? []].flat()[0];
    return value === undefined || value === "" ? null : value;
  };
  const id = text("id");
  // The user name may be given to another person one day; records must not follow it.
  if (id === null) throw new GatehouseAuthError("person_id_missing");
  return { id, username: user, name: text("name") ?? user, email: text("email"), sessionIndex: ticket };
}

/** The hub's own words come from outside and stay out of the log; our sentence says what to do. */
function translate(error: unknown): never {
  if (!(error instanceof CasClientError)) throw new GatehouseAuthError("hub_answer", "", { cause: error });
  throw new GatehouseAuthError(codes[error.code] ?? "hub_answer", "", { cause: error });
}
