/** The hub's HTTP server: guard, then Hono; screens and their files come from the frontend. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { getRequestListener } from "@hono/node-server";
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import type { Cookies } from "../http/cookies.ts";
import { leavingPage } from "../http/leaving-page.ts";
import { answerHeaders, pageHeaders } from "../http/response-headers.ts";
import type { MountedIssuer, RawAnswer, Route, ScreenAnswer } from "../http/route.ts";
import { answerRawBytes } from "./answer-raw-bytes.ts";
import { answerUnreadable } from "./answer-unreadable.ts";
import type { Frontend } from "./frontend.ts";
import { guard } from "./guard.ts";
import { type MountNeeds, mount, type Send } from "./mount.ts";
import type { ProxyWatch } from "./proxy-watch.ts";

/** Paths of files: those of the build, and the hub's assets. */
const files = /^\/(_next\/static\/|assets\/|favicon\.svg$|icon\.svg$)/;
/** A path with a `.` or `..` segment, percent-encoded or not: it could leave the folder of the files. */
const leadsOut = /(?:\/|%2f|\\|%5c)(?:\.|%2e){1,2}(?=\/|%2f|\\|%5c|$)/i;

/** Load balancers keep idle connections for 60 s and must close first, or a request may meet a closed connection. */
const keepAliveMilliseconds = 75_000;

const internalError = JSON.stringify({
  error: "internal_error",
  message: "Something went wrong here. Please try again in a moment.",
});
const internalErrorHeaders = {
  "content-type": "application/json",
  "cache-control": "no-store",
  connection: "close",
};

export interface HubServerNeeds extends MountNeeds {
  /** Whether the hub is served over https. */
  readonly secure: boolean;
  /** Whether Next reloads changed screens. */
  readonly dev: boolean;
  readonly cookies: Cookies;
  readonly proxyWatch: Pick<ProxyWatch, "look">;
  /** OpenID Connect, which answers by itself beside the routes. */
  readonly issuer: MountedIssuer;
}

export function createHubServer(needs: HubServerNeeds, routes: readonly Route[], frontend: Frontend): Server {
  const { secure, dev, hubUrl, cookies: hubCookies, issuer, log } = needs;
  const { host } = new URL(hubUrl);
  const app = mount(needs, routes, createSend());
  const listener = getRequestListener(answer, {
    overrideGlobalObjects: false,
  });
  const writtenHeaders = answerHeaders(secure);
  const fileHeaders = Object.entries(writtenHeaders).filter(
    ([name]) => !["cache-control", "pragma", "expires"].includes(name),
  );

  const server = createServer(
    {
      maxHeaderSize: 32_768,
      requestTimeout: 30_000,
      headersTimeout: 15_000,
      keepAliveTimeout: keepAliveMilliseconds,
      // The guard answers with an explanation.
      requireHostHeader: false,
      // For the reload channel of development. A listener would leave unused sockets open, without a time limit.
      shouldUpgradeCallback: () => dev,
    },
    (request, response) => {
      serve(request, response).catch((error) => breakOff(error, response));
    },
  );
  server.on("clientError", (error, socket) => {
    if (!answerRawBytes(error, socket)) answerUnreadable(error, socket);
  });
  return server;

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    needs.proxyWatch.look(request);
    if (!guard(request, response, host)) return;
    const path = request.url?.split("?", 1)[0] ?? "/";
    if (issuer.answers(request.method, path)) return serveIssuersPage(request, response);
    const page = issuer.pathOfPage(request.method, path);
    if (page !== undefined) request.url = page + (request.url ?? "").slice(path.length);
    if (isFile(request.method, path)) {
      for (const [name, value] of fileHeaders) response.setHeader(name, value);
      if (await frontend.serveFile(request, response)) return;
    }
    return listener(request, response);
  }

  /** The issuer writes its answers itself, except for pages, which are drawn like all others. */
  async function serveIssuersPage(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const page = await issuer.serve(request, response);
    if (page !== undefined) await draw(request, response, page);
  }

  function draw(request: IncomingMessage, response: ServerResponse, page: ScreenAnswer): Promise<void> {
    const cookies = page.cookies ?? [];
    return frontend.draw(request, response, page.screen, {
      status: page.status ?? 200,
      headers: {
        ...pageHeaders({
          secure,
          dev,
          formsLeaveHub: page.formsLeaveHub ?? false,
          keepsOpener: page.keepsOpener ?? false,
          styleSources: frontend.styleSources,
          pictureSources: page.pictureSources ?? [],
        }),
        ...page.headers,
        ...(cookies.length === 0 ? {} : { "set-cookie": cookies }),
      },
    });
  }

  /** Logs errors, which the adapter would answer with a bare 500 and no log entry. */
  async function answer(request: Request, bindings: object): Promise<Response> {
    try {
      return await app.fetch(request, bindings);
    } catch (error) {
      log.error({ err: error }, "request failed past every refusal");
      return new Response(internalError, { status: 500, headers: internalErrorHeaders });
    }
  }

  /** Whether an address is that of a file, which may not be there. */
  function isFile(method: string | undefined, path: string): boolean {
    if (method !== "GET" && method !== "HEAD") return false;
    return (files.test(path) || (dev && path.startsWith("/_next/"))) && !leadsOut.test(path);
  }

  /** Last resort for errors: answers if nothing has been sent yet. An unhandled rejection would end the process. */
  function breakOff(error: unknown, response: ServerResponse): void {
    log.error({ err: error }, "request failed past every refusal");
    if (response.headersSent) response.destroy();
    else response.writeHead(500, internalErrorHeaders).end(internalError);
  }

  function leavingPageOf({ method, headers }: IncomingMessage, answer: RawAnswer): ScreenAnswer | undefined {
    const location = answer.headers?.location;
    if (answer.status !== 303 || location === undefined) return undefined;
    const hasSession = hubCookies.read(headers.cookie, "session") !== undefined;
    const page = leavingPage({ method, headers, location, site: answer.goesTo }, { hubUrl, hasSession });
    return page && { ...page, keepsOpener: answer.keepsOpener, cookies: answer.cookies ?? [] };
  }

  function createSend(): Send {
    return async (context, answer) => {
      const { incoming, outgoing } = context.env;
      if (answer.afterwards !== undefined) outgoing.once("close", answer.afterwards);
      const shown = "screen" in answer ? answer : (leavingPageOf(incoming, answer) ?? answer);
      if ("screen" in shown) {
        await draw(incoming, outgoing, shown);
        return RESPONSE_ALREADY_SENT;
      }
      const { status, body, contentType, cookies = [] } = shown;
      // Not a `Response`: for each, the adapter would read a stream and sort the headers.
      outgoing.writeHead(status, {
        ...writtenHeaders,
        ...shown.headers,
        ...(contentType === undefined ? {} : { "content-type": contentType }),
        ...(cookies.length === 0 ? {} : { "set-cookie": [...cookies] }),
        "content-length": Buffer.byteLength(body),
      });
      outgoing.end(body);
      return RESPONSE_ALREADY_SENT;
    };
  }
}
