/**
 * `/cas/v1/tickets`: programs get tickets with a password, without a browser. Passwords travel through programs here,
 * so there is no such address until a registration asks for it, and tickets are issued for such sites alone
 * (docs/decisions/0013).
 */
import {
  createTicketId,
  isTicketId,
  parseRestCredentials,
  parseRestTicketRequest,
  RestRequestError,
} from "@gatehouse/cas/server";
import type { CentralSession } from "@gatehouse/database";
import { type Refused, signIn, verifyCredentials } from "../credential/sign-in.ts";
import { HubError } from "../http/hub-error.ts";
import { type Call, type Route, route } from "../http/route.ts";

const path = "/cas/v1/tickets";

const startSession = route({
  method: "POST",
  path,
  caller: "anyone",
  antiForgery: "ticket",
  sends: "form",
  protocolForm: true,
  typed: ["username", "password"],
  speaks: "json",
  async answer(call, { parameters }) {
    isServed(call);
    const { username, password } = readForm(() => parseRestCredentials(parameters));
    const result = await signIn(call.hub, {
      identifier: username,
      password,
      address: call.address,
      userAgent: call.userAgent,
      previousToken: undefined,
      knownBrowser: null,
      longTerm: false,
      askBefore: false,
    });
    if (result.outcome === "refused") throw refuse(call, result);
    const { session, token } = result;
    call.log.info(
      {
        event: "sign_in.accepted",
        person: session.person.id,
        session: session.id,
        address: call.address,
        via: "rest",
      },
      "signed in",
    );
    return {
      status: 201,
      body: token,
      contentType: "text/plain; charset=utf-8",
      headers: { location: `${call.hub.settings.hubUrl}${path}/${token}` },
    };
  },
});

const issueTicket = route({
  method: "POST",
  path: `${path}/:tgt`,
  caller: "anyone",
  antiForgery: "ticket",
  sends: "form",
  protocolForm: true,
  typed: ["username", "password"],
  speaks: "json",
  async answer(call, { parameters }) {
    isServed(call);
    const { hub } = call;
    const session = await livingSession(call, { touch: true });
    const { service, credentials } = readForm(() => parseRestTicketRequest(parameters));
    const site = hub.sites.findByService(service);
    if (site?.cas?.rest !== true)
      throw new HubError(403, "service_unknown", "Not for this service", [
        "The service is not registered here, or its registration does not allow tickets by REST (cas.rest).",
      ]);
    if (credentials !== null) await proveAgain(call, session, credentials);
    const id = createTicketId("ST");
    await hub.database.tickets.issue({
      id,
      service: service.normalForm,
      siteId: site.id,
      sessionId: session.id,
      fromNewLogin: credentials !== null,
      proxies: [],
      lifeSeconds: hub.settings.ticketLifeSeconds,
    });
    return { status: 200, body: id, contentType: "text/plain; charset=utf-8" };
  },
});

const checkSession = route({
  method: "GET",
  path: `${path}/:tgt`,
  caller: "anyone",
  antiForgery: "changes-nothing",
  sends: "nothing",
  speaks: "json",
  async answer(call) {
    isServed(call);
    await livingSession(call, { touch: false });
    return { status: 200, body: tokenOf(call), contentType: "text/plain; charset=utf-8" };
  },
});

const endSession = route({
  method: "DELETE",
  path: `${path}/:tgt`,
  caller: "anyone",
  antiForgery: "ticket",
  sends: "nothing",
  speaks: "json",
  async answer(call) {
    isServed(call);
    const session = await livingSession(call, { touch: false });
    await call.hub.database.sessions.end({ token: tokenOf(call) }, "signed-out");
    call.log.info(
      { event: "sign_out", person: session.person.id, session: session.id, via: "rest" },
      "signed out",
    );
    return {
      status: 200,
      body: tokenOf(call),
      contentType: "text/plain; charset=utf-8",
      afterwards: call.hub.logout.wake,
    };
  },
});

export const rest: readonly Route[] = [startSession, issueTicket, checkSession, endSession];

function isServed(call: Call): void {
  if (call.hub.sites.list().some((site) => site.cas?.rest === true)) return;
  throw new HubError(404, "not_found", "There is no such address", [
    "Tickets by REST are off. A site's registration switches them on for that site: cas.rest.",
  ]);
}

function tokenOf(call: Call): string {
  return call.pathParameter("tgt");
}

async function livingSession(call: Call, options: { readonly touch: boolean }): Promise<CentralSession> {
  const token = tokenOf(call);
  const found = isTicketId("TGT", token) ? await call.hub.database.sessions.find(token, options) : undefined;
  if (found?.state === "alive") return found.session;
  throw new HubError(404, "session_unknown", "No such session", [
    "The ticket-granting ticket is unknown or its session has ended. Post the credentials once more.",
  ]);
}

/** `renew`: the same person proves herself again for this one ticket. */
async function proveAgain(
  call: Call,
  session: CentralSession,
  { username, password }: { readonly username: string; readonly password: string },
): Promise<void> {
  const attempt = { identifier: username, password, address: call.address, knownBrowser: null };
  const verified = await verifyCredentials(call.hub, attempt);
  if (verified.outcome === "refused") throw refuse(call, verified);
  if (verified.person.id !== session.person.id)
    throw refuse(call, { outcome: "refused", code: "credentials_wrong" });
}

function refuse(call: Call, refused: Refused): HubError {
  call.log.warn(
    { event: "sign_in.refused", code: refused.code, address: call.address, via: "rest" },
    "sign-in refused",
  );
  if (refused.code === "too_many_attempts")
    return new HubError(
      429,
      refused.code,
      "Too many tries",
      [`Try again in ${refused.retryInSeconds} seconds.`],
      {
        "retry-after": String(refused.retryInSeconds),
      },
    );
  return new HubError(
    401,
    refused.code,
    "Not signed in",
    ["User name and password do not belong together."],
    {
      "www-authenticate": 'FormBased realm="gatehouse"',
    },
  );
}

function readForm<Read>(read: () => Read): Read {
  try {
    return read();
  } catch (error) {
    if (error instanceof RestRequestError)
      throw new HubError(400, error.code, "This cannot be read", [error.message]);
    throw error;
  }
}
