/** Addresses that nobody is sent to: explained on a page, never answered by a redirect. */
import { CasError, type LoginRequest } from "@gatehouse/cas/server";
import { HubError } from "../http/hub-error.ts";
import type { Call } from "../http/route.ts";

/** Reads what was asked for. @throws HubError when `service` is no address at all */
export function readRequest<Request>(read: () => Request): Request {
  try {
    return read();
  } catch (error) {
    if (error instanceof CasError) throw unknownService(error.description);
    throw error;
  }
}

/** Logs the address to register, without query and session id, which may be private to the site. */
export function refuseService(call: Call, { service }: Pick<LoginRequest, "service">): HubError {
  const { origin, pathname } = new URL(service?.normalForm ?? call.hub.settings.hubUrl);
  call.log.warn(
    { event: "service.refused", service: (origin + pathname).slice(0, 200) },
    "service not registered",
  );
  return unknownService();
}

/** @see CAS protocol 3.0.3, section 2.2.1 */
function unknownService(because?: string): HubError {
  return new HubError(403, "service_unknown", "This site is not registered here", [
    ...(because === undefined ? [] : [because]),
    "You were sent here by a site that may not use this sign-in. You were not signed in to it, and nothing was sent to it.",
    "If you run the site, register the address it gave as service; the hub's log names it. If you do not, go back and tell its people.",
  ]);
}
