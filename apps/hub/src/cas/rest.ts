/**
 * `/cas/v1/tickets`: programs get tickets with a password, without a browser. Passwords pass through programs, so the
 * address exists only while a registration asks for it, and issues tickets for such sites only (docs/decisions/0013).
 */

import {
  createTicketId,
  isTicketId,
  parseRestCredentials,
  parseRestTicketRequest,
  RestRequestError,
  type TicketRegistry,
} from "@gatehouse/cas/server";
import type { AuditEventStore, CentralSession, CentralSessionStore } from "@gatehouse/database";
import { actorOf } from "../audit/record-audit.ts";
import { HubError } from "../http/hub-error.ts";
import { type Call, type Route, route } from "../http/route.ts";
import { waitWords } from "../http/wait-words.ts";
import type { LogoutDispatcher } from "../logout/logout-dispatcher.ts";
import type { QueueMail } from "../mail/queue-mail.ts";
import { restSessionPrefix } from "../session/find-session.ts";
import {
  announceRestSignIn,
  type RestSignInNeeds,
  type UnfinishedNeeds,
  unfinishedRecord,
} from "../sign-in/announce-sign-in.ts";
import { type MissingFactorNeeds, missingFactor } from "../sign-in/complete-sign-in.ts";
import {
  type CredentialsAttempt,
  type Refused,
  type StartSessionNeeds,
  startVerifiedSession,
  type Verified,
  type VerifyCredentialsNeeds,
  verifyCredentials,
} from "../sign-in/sign-in.ts";
import type { SiteRegistry } from "../site-registry/site-registry.ts";

export interface RestNeeds
  extends MissingFactorNeeds,
    VerifyCredentialsNeeds,
    StartSessionNeeds,
    RestSignInNeeds,
    UnfinishedNeeds {
  readonly people: VerifyCredentialsNeeds["people"] & RestSignInNeeds["people"];
  readonly throttle: VerifyCredentialsNeeds["throttle"] & RestSignInNeeds["throttle"];
  readonly auditEvents: Pick<AuditEventStore, "write">;
  readonly queueMail: QueueMail;
  readonly sites: Pick<SiteRegistry, "findByService" | "list">;
  readonly sessions: Pick<CentralSessionStore, "end" | "find" | "start">;
  readonly tickets: Pick<TicketRegistry, "issue">;
  readonly logout: Pick<LogoutDispatcher, "wake">;
  readonly hubUrl: string;
  readonly ticketLifeSeconds: number;
}

const path = "/cas/v1/tickets";

const startSession = (needs: RestNeeds): Route =>
  route({
    method: "POST",
    path,
    caller: "anyone",
    antiForgery: "ticket",
    sends: "form",
    protocolForm: true,
    typed: ["username", "password"],
    speaks: "json",
    async answer(call, { parameters }) {
      expectServed(needs);
      const { username, password } = readForm(() => parseRestCredentials(parameters));
      const { address, userAgent } = call;
      const attempt = {
        identifier: username,
        password,
        address,
        userAgent,
        knownBrowserOf: () => undefined,
      };
      const verified = await verifyPasswordAlone(needs, call, attempt);
      const token = createTicketId("TGT");
      const started = await startVerifiedSession(needs, verified, {
        token: sessionTokenOf(token),
        address,
        userAgent,
        previousToken: undefined,
        longTerm: false,
        askBefore: false,
      });
      if (started === null) throw refuse(call, { outcome: "refused", code: "credentials_wrong" });
      const { session } = started;
      await announceRestSignIn(needs, call, session.person);
      call.log.info(
        {
          event: "sign-in.accepted",
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
        headers: { location: `${needs.hubUrl}${path}/${token}` },
      };
    },
  });

const issueTicket = (needs: RestNeeds): Route =>
  route({
    method: "POST",
    path: `${path}/:tgt`,
    caller: "anyone",
    antiForgery: "ticket",
    sends: "form",
    protocolForm: true,
    typed: ["username", "password"],
    speaks: "json",
    async answer(call, { parameters }) {
      expectServed(needs);
      const session = await livingSession(needs, call, { touch: true });
      const { service, credentials } = readForm(() => parseRestTicketRequest(parameters));
      const site = needs.sites.findByService(service);
      if (site?.cas?.rest !== true)
        throw new HubError(403, "service_unknown", "Not for this service", [
          "The service is not registered here, or its registration does not allow tickets by REST (cas.rest).",
        ]);
      if (credentials !== null) await proveAgain(needs, call, session, credentials);
      const id = createTicketId("ST");
      await needs.tickets.issue({
        id,
        service: service.normalForm,
        siteId: site.id,
        sessionId: session.id,
        fromNewLogin: credentials !== null,
        proxies: [],
        lifeSeconds: needs.ticketLifeSeconds,
      });
      return { status: 200, body: id, contentType: "text/plain; charset=utf-8" };
    },
  });

const checkSession = (needs: RestNeeds): Route =>
  route({
    method: "GET",
    path: `${path}/:tgt`,
    caller: "anyone",
    antiForgery: "changes-nothing",
    sends: "nothing",
    speaks: "json",
    async answer(call) {
      expectServed(needs);
      await livingSession(needs, call, { touch: false });
      return { status: 200, body: tokenOf(call), contentType: "text/plain; charset=utf-8" };
    },
  });

const endSession = (needs: RestNeeds): Route =>
  route({
    method: "DELETE",
    path: `${path}/:tgt`,
    caller: "anyone",
    antiForgery: "ticket",
    sends: "nothing",
    speaks: "json",
    async answer(call) {
      expectServed(needs);
      const session = await livingSession(needs, call, { touch: false });
      await needs.sessions.end({ token: sessionTokenOf(tokenOf(call)) }, "signed-out", actorOf(call));
      call.log.info(
        { event: "sign-out.accepted", person: session.person.id, session: session.id, via: "rest" },
        "signed out",
      );
      return {
        status: 200,
        body: tokenOf(call),
        contentType: "text/plain; charset=utf-8",
        afterwards: needs.logout.wake,
      };
    },
  });

export const restRoutes = (needs: RestNeeds): Route[] => [
  startSession(needs),
  issueTicket(needs),
  checkSession(needs),
  endSession(needs),
];

/** @throws HubError when no registration asks for tickets by REST */
function expectServed({ sites }: RestNeeds): void {
  if (sites.list().some((site) => site.cas?.rest === true)) return;
  throw new HubError(404, "not_found", "There is no such address", [
    "Tickets by REST are off. A site's registration switches them on for that site: cas.rest.",
  ]);
}

function tokenOf(call: Call): string {
  return call.pathParameter("tgt");
}

/** Token that the session of a ticket-granting ticket is stored under, so that the ticket is no cookie of a browser. */
function sessionTokenOf(ticket: string): string {
  return restSessionPrefix + ticket;
}

async function livingSession(
  { sessions }: RestNeeds,
  call: Call,
  options: { readonly touch: boolean },
): Promise<CentralSession> {
  const token = tokenOf(call);
  const found = isTicketId("TGT", token) ? await sessions.find(sessionTokenOf(token), options) : undefined;
  if (found?.state === "alive") return found.session;
  throw new HubError(404, "session_unknown", "No such session", [
    "The ticket-granting ticket is unknown or its session has ended. Post the credentials again.",
  ]);
}

/** `renew`: the same user proves the password again for this one ticket. */
async function proveAgain(
  needs: RestNeeds,
  call: Call,
  session: CentralSession,
  { username, password }: { readonly username: string; readonly password: string },
): Promise<void> {
  const { address, userAgent } = call;
  const attempt = {
    identifier: username,
    password,
    address,
    userAgent,
    knownBrowserOf: () => undefined,
  };
  const verified = await verifyPasswordAlone(needs, call, attempt);
  if (verified.person.id !== session.person.id)
    throw refuse(call, { outcome: "refused", code: "credentials_wrong" });
}

/**
 * A program has no further steps, so a user who needs one gets no tickets this way.
 *
 * @throws HubError if the credentials are wrong, or the password alone does not sign the user in
 */
async function verifyPasswordAlone(
  needs: RestNeeds,
  call: Call,
  attempt: CredentialsAttempt,
): Promise<Verified> {
  const verified = await verifyCredentials(needs, attempt);
  if (verified.outcome === "refused") throw refuse(call, verified);
  if (verified.mustChange) {
    await refuseUnfinished(needs, call, verified, "password_must_change");
    throw new HubError(403, "password_must_change", "Not signed in", [
      "This password must be changed first.",
      "Sign in once with a browser and choose another one.",
    ]);
  }
  const isKept = verified.person.deletionDueAt === null;
  if ((await missingFactor(needs, verified)) === null && isKept) return verified;
  if (!isKept) throw await refuseDeletion(needs, call, verified);
  await refuseUnfinished(needs, call, verified, "factor_required");
  throw new HubError(403, "factor_required", "Not signed in", [
    "This user signs in with a second step, which this address cannot ask for.",
    "Sign in with a browser, or use an app password where the service accepts one.",
  ]);
}

/** A sign-in with a browser asks whether to keep the account; a program cannot answer. */
async function refuseDeletion(
  { recordAudit }: RestNeeds,
  call: Call,
  { person }: Verified,
): Promise<HubError> {
  logRefused(call, "deletion_due");
  await recordAudit({ kind: "sign-in", outcome: "deletion_due", actor: actorOf(call), personId: person.id });
  return new HubError(403, "deletion_due", "Not signed in", [
    "The user asked for the deletion of this account.",
    "Sign in with a browser and keep the account first.",
  ]);
}

/** Records that the password was right, and tells the user, as when it is entered in the form. */
async function refuseUnfinished(
  needs: RestNeeds,
  call: Call,
  { person, amr }: Verified,
  code: "factor_required" | "password_must_change",
): Promise<void> {
  logRefused(call, code);
  const record = unfinishedRecord(needs, call, person, amr, code);
  if (record === undefined) return;
  if (record.mail !== undefined) await needs.queueMail(record.mail);
  await needs.auditEvents.write(record.events);
}

function logRefused(call: Call, code: string): void {
  call.log.warn({ event: "sign-in.refused", code, address: call.address, via: "rest" }, "sign-in refused");
}

function refuse(call: Call, refused: Refused): HubError {
  logRefused(call, refused.code);
  if (refused.code === "too_many_attempts")
    return new HubError(
      429,
      refused.code,
      "Too many attempts",
      [`Try again in ${waitWords(refused.retryInSeconds)}.`],
      {
        "retry-after": String(refused.retryInSeconds),
      },
    );
  return new HubError(
    401,
    refused.code,
    "Not signed in",
    ["The username or email and the password do not belong together."],
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
