import { findGatehouseAuthError, GatehouseAuthError } from "../log/gatehouse-auth-error.ts";
import { logToConsole, type SiteLog, siteLog } from "../log/site-log.ts";
import { processRuntime } from "../settings/env.ts";
import type { Runtime } from "../settings/gatehouse-options.ts";
import type { ApiOptions } from "./api-options.ts";
import {
  ApiRefusal,
  cannotCheck,
  insufficientScope,
  methodNotAllowed,
  renderRefusal,
} from "./api-refusal.ts";
import { crossOrigin } from "./cross-origin.ts";
import { identifyCaller } from "./identify-caller.ts";
import type { Caller } from "./judge-token.ts";

const methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"] as const;
type Method = (typeof methods)[number];

/** One method of a route. */
export interface ApiRoute<Scope extends string> {
  /** The scope that the token or app password must have. */
  readonly scope: Scope;
  /** Throws an `ApiRefusal` to refuse a request. */
  readonly answer: (request: Request, caller: Caller) => Response | Promise<Response>;
}

/** The methods of a route. HEAD follows from GET; OPTIONS is answered for all; others get 405. */
export type ApiRoutes<Scope extends string> = {
  readonly [method in "GET" | "POST" | "PUT" | "PATCH" | "DELETE"]?: ApiRoute<Scope>;
};

/** The exports of a route file. */
export type ApiHandlers = Readonly<Record<Method, (request: Request) => Promise<Response>>>;

/**
 * Protects a site's API with the hub's access tokens (opaque tokens by introspection, JWTs by the hub's keys) and, as an
 * option, with app passwords. Returns a function that makes the handlers of a route file. Every call needs credentials;
 * cookies have no effect.
 *
 * After a revocation, opaque tokens and app passwords are refused in the next call, or after `cacheSeconds`. JWTs stay
 * valid until they expire, at most fifteen minutes: register the API with `"tokens": "opaque"`, the default, for immediate
 * revocation.
 *
 * Reads nothing at import; needs HUB_URL, SITE_URL and SITE_SECRET at the first request. Sends CORS headers only to the
 * `origins` of the options.
 *
 * @throws TypeError when one of `origins` is no origin
 *
 * @example
 * export const protect = protectApi({ site: "bank", realm: "harbour-bank", path: "/api", scopes: ["accounts.read"] });
 * export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = protect({
 *   GET: { scope: "accounts.read", answer: (request, { personId }) => Response.json(accountsOf(personId)) },
 * });
 * @see RFC 6750; RFC 7662; RFC 9068; RFC 7617
 */
export function protectApi<const Scope extends string>(
  options: ApiOptions<Scope>,
  runtime: Runtime = processRuntime(),
): (routes: ApiRoutes<Scope>) => ApiHandlers {
  const log = siteLog(options.site, { ...runtime, logger: options.logger ?? logToConsole });
  const identify = identifyCaller(options, runtime);
  const cors = crossOrigin(options.origins ?? []);
  return (routes) => {
    const allow = allowedMethods(routes);
    const serve = async (request: Request, method: Method): Promise<Response> => {
      const route = routes[method === "HEAD" ? "GET" : (method as keyof ApiRoutes<Scope>)];
      if (method === "OPTIONS")
        return cors.preflight(request, allow) ?? new Response(null, { status: 204, headers: { allow } });
      if (route === undefined) throw methodNotAllowed(allow);
      const { caller, scheme } = await identify(request);
      if (!caller.scopes.has(route.scope)) throw insufficientScope(route.scope, scheme);
      const answer = await route.answer(request, caller);
      return method === "HEAD" ? new Response(null, answer) : answer;
    };
    const handle = (method: Method) => async (request: Request) => {
      const answer = sealed(
        await serve(request, method).catch((error) => renderRefusal(toRefusal(error, log), options.realm)),
      );
      cors.addHeaders(request, answer.headers);
      return answer;
    };
    return Object.fromEntries(methods.map((method) => [method, handle(method)])) as ApiHandlers;
  };
}

function allowedMethods(routes: ApiRoutes<string>): string {
  return methods
    .filter((method) => method === "OPTIONS" || (method === "HEAD" ? "GET" : method) in routes)
    .join(", ");
}

/** Failures of the hub or the settings are 503 and 500, never a refusal of the token. */
function toRefusal(error: unknown, log: SiteLog): ApiRefusal {
  if (error instanceof ApiRefusal) return error;
  const known = findGatehouseAuthError(error);
  if (known) {
    log.writeSeldom(known);
    return cannotCheck();
  }
  log.write(new GatehouseAuthError("internal", "", { cause: error }));
  return new ApiRefusal(500, "server_error", "Something went wrong on our side. The error is in the log.");
}

/** Answers are about one user, so no cache may store them. @see RFC 9111, section 5.2.2.5; RFC 6750, section 5.3 */
function sealed(answer: Response): Response {
  const headers = new Headers(answer.headers);
  headers.set("cache-control", "no-store");
  headers.append("vary", "Authorization");
  headers.set("x-content-type-options", "nosniff");
  return new Response(answer.body, { status: answer.status, headers });
}
