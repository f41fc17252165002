/** *Not you?* on a page that asks something: this browser's session ends, and whoever signs in next is asked the same. */

import { parseService } from "@gatehouse/cas/server";
import type { CentralSession } from "@gatehouse/database";
import { sayGoodbye } from "../cas/logout.ts";
import type { Answer, Call } from "../http/route.ts";
import type { RegisteredSite } from "../site-registry/registered-site.ts";

/** @param page the page that asked, a path of the hub */
export async function leaveSession(
  call: Call,
  { id, person }: CentralSession,
  page: string,
  site: RegisteredSite,
): Promise<Answer> {
  const { cookies, database, settings } = call.hub;
  const token = cookies.read(call.header("cookie"), "session");
  if (token !== undefined) await database.sessions.end({ token }, "signed-out");
  call.log.info({ event: "sign_out", person: person.id, session: id }, "signed out");
  const signIn = `/cas/login?${new URLSearchParams({ return: page, site: site.id })}`;
  const service = parseService(new URL(signIn, settings.hubUrl).href);
  return sayGoodbye(call, [id], [cookies.clear("session")], { service, site });
}
