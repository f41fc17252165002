/** `/api/v1/me`: the user that a program acts for, its credential, and the scopes of that credential. */
import { json, route } from "../http/route.ts";
import { ownScope } from "../site-registry/known-apis.ts";

export const me = route({
  method: "GET",
  path: "/api/v1/me",
  caller: "api",
  scope: ownScope,
  antiForgery: "changes-nothing",
  sends: "nothing",
  speaks: "json",
  async answer({ person, credential, requestId }) {
    const { scopes, ...rest } = credential;
    const { id: sub, username: user, name, email } = person;
    const headers = { "x-request-id": requestId };
    return json(200, { sub, user, name, email, credential: rest, scopes }, { headers });
  },
});
