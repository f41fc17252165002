/** A site in a framework whose routes take a `Request` and return a `Response`, on a free port. */
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { createAdaptorServer } from "@hono/node-server";

/** Where a site signs in, and as whom. */
export interface SiteSettings {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
}

/**
 * Has three routes: `GET /profile` returns the user as JSON, or begins a sign-in; `POST /sign-out` ends the session of the
 * site and redirects to the hub's end-session endpoint; `GET /` is where the hub redirects to afterwards.
 */
export interface FrameworkSite {
  readonly origin: string;
  /** Field `oidc` of its registration. */
  readonly oidc: object;
  /** Takes up the settings, which need the hub, which needs the address of the site. */
  signInAt(settings: SiteSettings): void;
  close(): Promise<void>;
}

type Fetch = (request: Request) => Response | Promise<Response>;

/** @param create makes the site's handler once its settings are known */
export async function openFrameworkSite(
  create: (origin: string, settings: SiteSettings) => Fetch,
  oidc: (origin: string) => object,
): Promise<FrameworkSite> {
  let handle: Fetch = () => new Response(null, { status: 503 });
  const server = createAdaptorServer({ fetch: (request) => handle(request), overrideGlobalObjects: false });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    origin,
    oidc: { postLogoutRedirectUris: [`${origin}/`], ...oidc(origin) },
    signInAt(settings) {
      handle = create(origin, settings);
    },
    async close() {
      const closed = once(server, "close");
      server.close();
      if ("closeAllConnections" in server) server.closeAllConnections();
      await closed;
    },
  };
}
