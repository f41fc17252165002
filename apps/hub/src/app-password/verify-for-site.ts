/** `/api/v1/app-passwords/verify`: a site that received `Basic` credentials asks the hub to verify them. */
import { z } from "zod";
import { HubError } from "../http/hub-error.ts";
import { json, type Route, route } from "../http/route.ts";
import { scopesAt } from "./app-password-scopes.ts";
import { type VerifyAppPasswordNeeds, verifyAppPassword } from "./verify-app-password.ts";

const asked = z.strictObject({
  user: z.string().max(1000),
  password: z.string().max(1000),
});

export const verifyForSiteRoutes = (needs: VerifyAppPasswordNeeds): Route[] => [
  route({
    method: "POST",
    path: "/api/v1/app-passwords/verify",
    caller: "site",
    antiForgery: "header-credentials",
    sends: "json",
    speaks: "json",
    async answer(call, sent) {
      const body = asked.safeParse(sent.json);
      if (!body.success) {
        throw new HubError(400, "invalid_request", "This cannot be read", [
          'Send {"user": "…", "password": "…"} as the site received them.',
        ]);
      }
      const { user, password } = body.data;
      const tried = { userId: user.normalize("NFC"), password };
      const result = await verifyAppPassword(needs, call, tried, { site: call.site.id });
      const headers = { "x-request-id": call.requestId };
      if (result.outcome === "verified") {
        const { person, appPassword } = result;
        const scopes = scopesAt(call.site.id, appPassword.scopes);
        // An app password without a scope of the site is not meant for it: the site learns nothing and must refuse the caller.
        if (scopes.length === 0) return json(200, { active: false }, { headers });
        const { username: user, id: sub } = person;
        const { expiresAt } = appPassword;
        return json(200, { active: true, user, sub, scopes, expiresAt }, { headers });
      }
      if (result.code === "too_many_attempts") {
        throw new HubError(
          429,
          result.code,
          "Too many wrong app passwords",
          ["Too many wrong app passwords came through this site. Right ones are still accepted."],
          { "retry-after": String(result.retryInSeconds) },
        );
      }
      return json(200, { active: false }, { headers });
    },
  }),
];
