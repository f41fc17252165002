/** Puts routes on Hono: limits, parameters, caller, anti-forgery and fresh sign-in in this order, then the route. */
import { ParameterError, parseParameters, parseProtocolQuery } from "@gatehouse/cas/server";
import type { HttpBindings } from "@hono/node-server";
import { type Context, Hono } from "hono";
import { chooseRequestId, loggedPath, logResponse } from "../http/access-log.ts";
import { clientAddress } from "../http/client-address.ts";
import { databaseOutage, databaseUnavailable, logOutage } from "../http/database-outage.ts";
import { readUserAgent } from "../http/describe-browser.ts";
import { HubError } from "../http/hub-error.ts";
import { isPrefetch, prefetchRefused } from "../http/prefetch.ts";
import type { Answer, AntiForgery, Call, Caller, CallerFacts, Route, Sent } from "../http/route.ts";
import type { Log } from "../log.ts";
import type { Settings } from "../settings/env.ts";
import { askForFreshSignIn, type CallerNeeds, identifyCaller, returnPageOf } from "./caller.ts";
import { readBody } from "./read-body.ts";
import { readUpload } from "./read-upload.ts";
import { renderError } from "./render-error.ts";

type HubContext = Context<{ Bindings: HttpBindings }>;
export interface MountNeeds extends CallerNeeds {
  readonly log: Log;
  readonly hubUrl: string;
  /** Addresses whose forwarding headers are believed. */
  readonly trustedProxies: Settings["trustedProxies"];
}

/** Sends an answer out; screens need the frontend, which only the server has. */
export type Send = (context: HubContext, answer: Answer) => Promise<Response>;

const contentTypes = {
  form: ["application/x-www-form-urlencoded"],
  // The answer does not depend on the content type; some programs send none.
  "raw-form": ["application/x-www-form-urlencoded", ""],
  upload: ["multipart/form-data"],
  json: ["application/json"],
  // Some CAS clients name no type at all.
  xml: ["text/xml", "application/xml", "application/soap+xml", ""],
};

export function mount(
  needs: MountNeeds,
  routes: readonly Route[],
  send: Send,
): Hono<{ Bindings: HttpBindings }> {
  const app = new Hono<{ Bindings: HttpBindings }>();
  app.onError((error, context) => fail(needs, context, error, "html", send));
  for (const declared of routes) {
    const answer = async (context: HubContext): Promise<Response> => {
      if (context.req.method === "HEAD" && !answersHead(declared))
        return refuseMethod(context, declared.path);
      const call = makeCall(needs, context, isLooking(declared, context.req.method));
      logResponse(call.log, context.env.outgoing);
      try {
        const answer = await run(needs, declared, call, context);
        // A prefetch must not change a sign-in in progress.
        const looked = isLooking(declared, context.req.method);
        return await send(context, looked ? { ...answer, cookies: [] } : answer);
      } catch (error) {
        return fail(needs, context, error, declared.speaks, send, call);
      }
    };
    app.on(declared.method, declared.path, answer);
  }
  for (const path of new Set(routes.map((declared) => declared.path)))
    app.all(path, (context) => refuseMethod(context, path));
  app.notFound((context) => failLogged(context, notFound(), "html"));
  return app;

  function failLogged(context: HubContext, error: HubError, speaks: "html" | "json"): Promise<Response> {
    const call = makeCall(needs, context);
    logResponse(call.log, context.env.outgoing);
    return fail(needs, context, error, speaks, send, call);
  }

  function refuseMethod(context: HubContext, path: string): Promise<Response> {
    const served = routes.filter((declared) => declared.path === path);
    return failLogged(context, methodNotAllowed(served), "json");
  }
}

/** HEAD must be safe: a link checker must not sign a user out or consume a ticket. @see RFC 9110, section 9.2.1 */
function answersHead({ method, antiForgery }: Route): boolean {
  return method === "GET" && (antiForgery === "changes-nothing" || antiForgery === "navigation");
}

function isLooking({ antiForgery }: Route, method: string): boolean {
  return antiForgery === "navigation" && method === "HEAD";
}

async function run(needs: MountNeeds, declared: Route, call: Call, context: HubContext): Promise<Answer> {
  const sent = await readSent(declared, call, context);
  checkOrigin(needs.hubUrl, declared.antiForgery, call);
  const facts = await identifyCaller(needs, declared, call, sent);
  if (facts.kind === "refused") return facts.answer;
  if (declared.antiForgery === "form-token" && !facts.isFormToken(sent.parameters.get("token") ?? "")) {
    throw formTokenWrong(facts.call, returnPageOf(declared, call, sent).page);
  }
  const again = await askForFreshSignIn(needs, declared, facts.call, sent);
  if (again !== undefined) return again;
  const answer = declared.answer as (call: Call, sent: Sent) => Promise<Answer>;
  return answer(facts.call, sent);
}

/** Refuses a form that is forged, or that comes from another user's page or from before a sign-out. */
function formTokenWrong(call: CallerFacts[Caller], href: string): HubError {
  const whose = "session" in call ? ` You are signed in as ${call.session.person.name}.` : "";
  return new HubError(
    403,
    "form_token_wrong",
    "Please try again",
    [`This form belongs to another session. Nothing was changed.${whose}`, "Open the page again and retry."],
    {},
    { label: "Go on", href },
  );
}

async function readSent(declared: Route, call: Call, context: HubContext): Promise<Sent> {
  const target = context.env.incoming.url ?? "";
  const start = target.indexOf("?");
  const rawQuery = start === -1 ? "" : target.slice(start + 1);
  const nothing = new Uint8Array();
  const none: Sent = {
    parameters: new Map(),
    rawQuery,
    json: undefined,
    rawForm: nothing,
    files: new Map(),
    xml: nothing,
  };
  if (declared.sends === "nothing" || declared.sends === "raw-query") return none;
  const { typed } = declared;
  if (declared.sends === "query") return { ...none, parameters: parseParameters(rawQuery, { typed }) };
  const type = (call.header("content-type") ?? "").split(";")[0]?.trim().toLowerCase() ?? "";
  const expected = contentTypes[declared.sends];
  if (!expected.includes(type))
    throw new HubError(415, "content_type_unsupported", "This cannot be read", [
      `Send the request as ${expected[0]}.`,
    ]);
  if (declared.sends === "upload") return { ...none, ...(await readUpload(context.req.raw, typed)) };
  const body = await readBody(context.req.raw);
  if (declared.sends === "xml") return { ...none, xml: body };
  if (declared.sends === "raw-form") return { ...none, rawForm: body };
  const readForm = declared.protocolForm ? parseProtocolQuery : parseParameters;
  if (declared.sends === "form") return { ...none, parameters: readForm(body, { typed }) };
  try {
    return { ...none, json: JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body)) as unknown };
  } catch {
    throw new HubError(400, "invalid_request", "This cannot be read", [
      "The body is not valid JSON in UTF-8.",
    ]);
  }
}

/**
 * Refuses forms that another site posts. Browsers and privacy extensions send `Origin: null` with forms of our own,
 * under a strict referrer policy for example; `Sec-Fetch-Site`, which no page can set, then says whose form it is.
 *
 * @see https://fetch.spec.whatwg.org/#origin-header
 * @see https://www.w3.org/TR/fetch-metadata/#sec-fetch-site-header
 */
function checkOrigin(hubUrl: string, antiForgery: AntiForgery, call: Call): void {
  if (antiForgery === "navigation" && isPrefetch(call.header)) throw prefetchRefused();
  if (antiForgery === "sign-out-only") checkNavigation(call);
  if (!["form-token", "flow-token", "login-ticket"].includes(antiForgery)) return;
  const origin = call.header("origin");
  const site = call.header("sec-fetch-site");
  if (
    (origin === undefined || origin === hubUrl || (origin === "null" && site === "same-origin")) &&
    (site === undefined || site === "same-origin" || site === "none")
  )
    return;
  throw new HubError(403, "cross_site_request", "Please try again", [
    "This form was sent from another site, so it was not used.",
    "Open the page on this site and try again.",
  ]);
}

/** Refuses pictures, frames and prefetches; programs and old browsers send no metadata and pass. */
function checkNavigation(call: Call): void {
  const destination = call.header("sec-fetch-dest");
  // A navigation that a service worker passed through has `empty`; no page can send that together with `navigate`.
  const passedOn = destination === "empty" && call.header("sec-fetch-mode") === "navigate";
  const isNavigation = destination === undefined || destination === "document" || passedOn;
  if (isNavigation && !isPrefetch(call.header)) return;
  throw new HubError(403, "not_a_navigation", "Nobody was signed out", [
    "Opening this address signs you out. Your browser only loaded it as a part of another page, or ahead of a visit.",
  ]);
}

/** @param withoutCookies treats the caller as unknown */
function makeCall(needs: MountNeeds, context: HubContext, withoutCookies = false): Call {
  const incoming = context.env.incoming;
  const header = (name: string): string | undefined => {
    if (withoutCookies && name === "cookie") return undefined;
    const value = incoming.headers[name];
    return Array.isArray(value) ? value.join(", ") : value;
  };
  const requestId = chooseRequestId(header("x-request-id"));
  const path = new URL(context.req.url).pathname;
  return {
    requestId,
    log: needs.log.child({ requestId, method: context.req.method, path: loggedPath(path) }),
    method: context.req.method,
    path,
    address: clientAddress(incoming.socket.remoteAddress, header("x-forwarded-for"), needs.trustedProxies),
    userAgent: readUserAgent(header("user-agent") ?? ""),
    header,
    pathParameter: (name) => context.req.param(name) ?? "",
  };
}

async function fail(
  needs: MountNeeds,
  context: HubContext,
  error: unknown,
  speaks: "html" | "json",
  send: Send,
  call: Call = makeCall(needs, context),
): Promise<Response> {
  const refusal = asHubError(error);
  try {
    return await send(context, renderError(refusal, call, speaks));
  } catch (cause) {
    call.log.error({ err: cause }, "not even the refusal could be drawn");
    return send(context, renderError(refusal, call, "json"));
  }

  function asHubError(cause: unknown): HubError {
    if (cause instanceof HubError) return cause;
    if (cause instanceof ParameterError) {
      return new HubError(400, cause.code, "This request cannot be read", [cause.message]);
    }
    const outage = databaseOutage(cause);
    if (outage !== undefined) {
      logOutage(call.log, outage);
      return databaseUnavailable();
    }
    call.log.error({ err: cause }, "unexpected failure");
    return new HubError(500, "internal_error", "Something went wrong here", [
      "It is not your fault, and nothing was changed halfway.",
      "Please try again in a moment. If the error persists, give the operator the reference below.",
    ]);
  }
}

/** @param served the routes of the path */
function methodNotAllowed(served: readonly Route[]): HubError {
  const sentences = [`Use ${served.map(({ method }) => method).join(" or ")} here.`];
  const allow = served.flatMap((one) => (answersHead(one) ? [one.method, "HEAD"] : one.method)).join(", ");
  return new HubError(405, "method_not_allowed", "Not like this", sentences, { allow });
}

function notFound(): HubError {
  return new HubError(404, "not_found", "There is no such page", [
    "Check the address, or start at the home page.",
  ]);
}
