/** A site in Hono with @hono/oidc-auth. Its session is a cookie, which it renews by a refresh token. */
import {
  getAuth,
  getAuthorizationServer,
  initOidcAuthMiddleware,
  oidcAuthMiddleware,
  revokeSession,
} from "@hono/oidc-auth";
import { Hono } from "hono";
import { type FrameworkSite, openFrameworkSite } from "./framework-site.ts";

export function openHonoSite(): Promise<FrameworkSite> {
  return openFrameworkSite(
    (origin, { issuer, clientId, clientSecret }) => {
      const app = new Hono();
      app.use(
        initOidcAuthMiddleware({
          OIDC_ISSUER: issuer,
          OIDC_CLIENT_ID: clientId,
          OIDC_CLIENT_SECRET: clientSecret,
          OIDC_AUTH_SECRET: "of a site in a test, long enough for it",
          // Left out, it requests every scope that the hub knows.
          OIDC_SCOPES: "openid profile email offline_access",
          // In seconds; the default is 15 minutes. Negative, each request refreshes.
          OIDC_AUTH_REFRESH_INTERVAL: "-1",
        }),
        async (context, next) => {
          // By default the session has `sub` and the email address alone.
          context.set("oidcClaimsHook", async (_, claims) => ({
            email: String(claims?.email),
            name: claims?.name,
            sid: claims?.sid,
          }));
          await next();
        },
      );
      app.get("/", (context) => context.text("Welcome"));
      app.use(oidcAuthMiddleware());
      app.get("/profile", async (context) => context.json(await getAuth(context)));
      app.post("/sign-out", async (context) => {
        const session = await getAuth(context);
        await revokeSession(context);
        const { end_session_endpoint = "" } = await getAuthorizationServer(context);
        const query = new URLSearchParams({
          client_id: clientId,
          logout_hint: String(session?.sid),
          post_logout_redirect_uri: `${origin}/`,
        });
        return context.redirect(`${end_session_endpoint}?${query}`);
      });
      return (request) => app.fetch(request);
    },
    (origin) => ({
      redirectUris: [`${origin}/callback`],
      grants: ["authorization_code", "refresh_token"],
      scopes: ["openid", "profile", "email", "offline_access"],
    }),
  );
}
