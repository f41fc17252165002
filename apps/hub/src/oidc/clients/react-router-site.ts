/** A site in React Router with openid-client. Its session is in memory; a logout token ends it. */
import { createRemoteJWKSet, jwtVerify } from "jose";
import * as client from "openid-client";
import {
  createMemorySessionStorage,
  createStaticHandler,
  type LoaderFunctionArgs,
  type RouteObject,
  redirect,
} from "react-router";
import { type FrameworkSite, openFrameworkSite, type SiteSettings } from "./framework-site.ts";

interface SiteSession {
  readonly flow: { readonly state: string; readonly nonce: string; readonly verifier: string };
  readonly user: Readonly<Record<string, unknown>>;
}

export function openReactRouterSite(): Promise<FrameworkSite> {
  return openFrameworkSite(
    (origin, settings) => {
      const { queryRoute } = createStaticHandler(siteRoutes(origin, settings));
      return (request) => queryRoute(request);
    },
    (origin) => ({
      redirectUris: [`${origin}/callback`],
      backchannelLogoutUrl: `${origin}/logout-token`,
    }),
  );
}

function siteRoutes(origin: string, { issuer, clientId, clientSecret }: SiteSettings): RouteObject[] {
  // Its own default is client_secret_post.
  const authentication = client.ClientSecretBasic(clientSecret);
  const hub = client.discovery(new URL(issuer), clientId, undefined, authentication, {
    execute: [client.allowInsecureRequests],
  });
  const { getSession, commitSession, destroySession } = createMemorySessionStorage<SiteSession>({
    cookie: { name: "session", httpOnly: true, sameSite: "lax", path: "/", secrets: ["of a test"] },
  });
  const readSession = (request: Request) => getSession(request.headers.get("cookie"));
  const ended = new Set<unknown>();

  return [
    { path: "/", loader: () => new Response("Welcome") },
    {
      path: "/profile",
      async loader({ request }: LoaderFunctionArgs) {
        const user = (await readSession(request)).get("user");
        return user === undefined || ended.has(user.sid) ? redirect("/sign-in") : Response.json(user);
      },
    },
    {
      path: "/sign-in",
      async loader({ request }) {
        const session = await readSession(request);
        const [state, nonce, verifier] = [
          client.randomState(),
          client.randomNonce(),
          client.randomPKCECodeVerifier(),
        ];
        session.set("flow", { state, nonce, verifier });
        const url = client.buildAuthorizationUrl(await hub, {
          redirect_uri: `${origin}/callback`,
          scope: "openid profile email",
          state,
          nonce,
          code_challenge: await client.calculatePKCECodeChallenge(verifier),
          code_challenge_method: "S256",
        });
        return redirect(url.href, { headers: { "set-cookie": await commitSession(session) } });
      },
    },
    {
      path: "/callback",
      async loader({ request }) {
        const session = await readSession(request);
        const { state = "", nonce = "", verifier = "" } = session.get("flow") ?? {};
        session.unset("flow");
        const tokens = await client.authorizationCodeGrant(await hub, new URL(request.url), {
          expectedState: state,
          expectedNonce: nonce,
          pkceCodeVerifier: verifier,
          idTokenExpected: true,
        });
        session.set("user", { ...tokens.claims() });
        return redirect("/profile", { headers: { "set-cookie": await commitSession(session) } });
      },
    },
    {
      path: "/sign-out",
      async action({ request }) {
        const session = await readSession(request);
        const url = client.buildEndSessionUrl(await hub, {
          logout_hint: String(session.get("user")?.sid),
          post_logout_redirect_uri: `${origin}/`,
        });
        return redirect(url.href, { headers: { "set-cookie": await destroySession(session) } });
      },
    },
    {
      path: "/logout-token",
      async action({ request }) {
        const keys = createRemoteJWKSet(new URL((await hub).serverMetadata().jwks_uri ?? ""));
        const token = new URLSearchParams(await request.text()).get("logout_token") ?? "";
        const expected = { issuer, audience: clientId, typ: "logout+jwt", maxTokenAge: 180 };
        const { payload } = await jwtVerify(token, keys, expected);
        ended.add(payload.sid);
        return new Response(null, { status: 200 });
      },
    },
  ];
}
