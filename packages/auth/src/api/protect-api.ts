import { findGatehouseAuthError, GatehouseAuthError } from "../log/gatehouse-auth-error.ts";
import type { Surroundings } from "../site/site.ts";
import { logToConsole, type SiteLog, type SiteLogger, siteLog } from "../log/site-log.ts";
import {
  ApiRefusal,
  cannotCheck,
  insufficientScope,
  methodNotAllowed,
  renderRefusal,
} from "./api-refusal.ts";
import { processEnvironment } from "./env.ts";
import { identifyCaller } from "./identify-caller.ts";
import type { Caller } from "./judge-token.ts";

const methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"] as const;
type Method = (typeof methods)[number];

/** The one config call of a site's API. */
export interface ApiOptions<Scope extends string> {
  /** The site's id in its registration at the hub. */
  readonly site: string;
  /** Names the API in challenges: letters, digits, hyphens. */
  readonly realm: string;
  /** SITE_URL and this are the `api.resource` of the registration, the audience of its tokens: `/api`. */
  readonly path: `/${string}`;
  /** Those of the registration that routes may ask for. */
  readonly scopes: readonly Scope[];
  /** Takes `Basic` with a user name and an app password as well; those allow the scopes of the registration too. */
  readonly appPasswords?: boolean;
  /**
   * How many seconds the hub's word on an opaque token counts, 0 (default) to 5. With 0, what a person takes back is
   * refused in the very next call; only calls that come at once share a question. With more, it is refused that much
   * later.
   */
  readonly cacheSeconds?: number;
  /** Takes the log; the default writes one line of JSON to the standard error stream. */
  readonly logger?: SiteLogger;
}

/** One method of an address. */
export interface ApiRoute<Scope extends string> {
  /** What the token or app password has to allow. */
  readonly scope: Scope;
  /** Throw an `ApiRefusal` for what cannot be done. */
  readonly answer: (request: Request, caller: Caller) => Response | Promise<Response>;
}

/** The methods of an address. HEAD comes with GET, OPTIONS by itself; any other is 405. */
export type ApiRoutes<Scope extends string> = {
  readonly [method in "GET" | "POST" | "PUT" | "PATCH" | "DELETE"]?: ApiRoute<Scope>;
};

/** What a route file of Next.js exports. */
export type ApiHandlers = Readonly<Record<Method, (request: Request) => Promise<Response>>>;

/**
 * Puts a site's API behind the hub's access tokens: opaque ones by introspection, JWTs by the hub's keys; and behind
 * app passwords, if it takes them. Makes the handlers of a route file; every call proves itself, and no cookie counts.
 *
 * When a person takes back what she allowed: an opaque token and an app password are refused in the next call (but
 * for `cacheSeconds`). A JWT is not asked about and counts until it expires, fifteen minutes at most: whose API must
 * not wait registers it with `"tokens": "opaque"`, the hub's default.
 *
 * Reads nothing at import; HUB_URL, SITE_URL and SITE_SECRET are needed at the first request. No CORS: programs and
 * servers call, not other sites' pages.
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
  surroundings: Surroundings = { environment: processEnvironment(), now: Date.now, shared: globalThis },
): (routes: ApiRoutes<Scope>) => ApiHandlers {
  const log = siteLog(options.site, { ...surroundings, logger: options.logger ?? logToConsole });
  const identify = identifyCaller(options, surroundings);
  return (routes) => {
    const allow = allowedMethods(routes);
    const serve = async (request: Request, method: Method): Promise<Response> => {
      const route = routes[method === "HEAD" ? "GET" : (method as keyof ApiRoutes<Scope>)];
      if (method === "OPTIONS") return new Response(null, { status: 204, headers: { allow } });
      if (route === undefined) throw methodNotAllowed(allow);
      const { caller, scheme } = await identify(request);
      if (!caller.scopes.has(route.scope)) throw insufficientScope(route.scope, scheme);
      const answer = await route.answer(request, caller);
      return method === "HEAD" ? new Response(null, answer) : answer;
    };
    const handle = (method: Method) => async (request: Request) =>
      sealed(
        await serve(request, method).catch((error) => renderRefusal(toRefusal(error, log), options.realm)),
      );
    return Object.fromEntries(methods.map((method) => [method, handle(method)])) as ApiHandlers;
  };
}

function allowedMethods(routes: ApiRoutes<string>): string {
  return methods
    .filter((method) => method === "OPTIONS" || (method === "HEAD" ? "GET" : method) in routes)
    .join(", ");
}

/** Whatever goes wrong at the hub or with our settings is no fault of the token. */
function toRefusal(error: unknown, log: SiteLog): ApiRefusal {
  if (error instanceof ApiRefusal) return error;
  const known = findGatehouseAuthError(error);
  if (known) {
    log.writeSeldom(known);
    return cannotCheck();
  }
  log.write(new GatehouseAuthError("internal", "", { cause: error }));
  return new ApiRefusal(500, "server_error", "Something went wrong on our side. It was written down.");
}

/** Answers are about one person: nothing on the way may keep them. @see RFC 9111, section 5.2.2.5; RFC 6750, section 5.3 */
function sealed(answer: Response): Response {
  const headers = new Headers(answer.headers);
  headers.set("cache-control", "no-store");
  headers.append("vary", "Authorization");
  headers.set("x-content-type-options", "nosniff");
  return new Response(answer.body, { status: answer.status, headers });
}
