/** Sites with Auth.js as it is: next-auth, and @auth/express. Nothing is set but what its documentation asks for. */
import "../../test-support/next-in-node.ts";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { ExpressAuth } from "@auth/express";
import { NextRequest } from "next/server.js";
import NextAuth from "next-auth";
import { openExpressSite } from "../../test-support/express-site.ts";

/** Where it signs in, and as whom. */
export interface AuthJsSettings {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
}

export interface AuthJsSite {
  readonly origin: string;
  /** Takes up the provider, which needs to know the hub, which needs to know the site. */
  signInAt(settings: AuthJsSettings): void;
  close(): Promise<void>;
}

const configure = (settings: AuthJsSettings) => ({
  secret: "of a site in a test, long enough for it",
  trustHost: true,
  // It has no route for logout tokens, and says so each time.
  logger: { error: () => undefined },
  providers: [{ id: "gatehouse", name: "Gatehouse", type: "oidc" as const, ...settings }],
});

/** @auth/express on express 4. */
export async function openAuthExpressSite(): Promise<AuthJsSite> {
  const { app, origin, close } = await openExpressSite();
  return {
    origin: asNextSays(origin),
    close,
    signInAt(settings) {
      app.use("/api/auth/*", ExpressAuth(configure(settings)));
      app.get("/", (_request, response) => response.send("Welcome"));
    },
  };
}

/** next-auth, whose handlers a site exports from `app/api/auth/[...nextauth]/route.ts`. */
export async function openNextAuthSite(): Promise<AuthJsSite> {
  let handlers: ReturnType<typeof NextAuth>["handlers"] | undefined;
  const server = createServer(async (request, response) => {
    if (!request.url?.startsWith("/api/auth/")) return response.end("Welcome");
    const method = request.method === "POST" ? "POST" : "GET";
    const body = method === "POST" ? await buffer(request) : null;
    const headers = new Headers(request.headers as Record<string, string>);
    const asked = new NextRequest(`${origin}${request.url}`, { method, headers, body });
    const answer = await handlers?.[method](asked);
    const sent = Object.fromEntries([...(answer?.headers ?? [])].filter(([name]) => name !== "set-cookie"));
    response.writeHead(answer?.status ?? 500, {
      ...sent,
      "set-cookie": answer?.headers.getSetCookie() ?? [],
    });
    response.end(await answer?.text());
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const origin = asNextSays(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  return {
    origin,
    signInAt(settings) {
      ({ handlers } = NextAuth(configure(settings)));
    },
    async close() {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

/** Next takes every loopback address for this name. */
function asNextSays(origin: string): string {
  return origin.replace("127.0.0.1", "localhost");
}
