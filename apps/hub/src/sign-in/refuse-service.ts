/** Refuses addresses of sites that are not registered, with a page and never by a redirect. */
import { CasError, type LoginRequest } from "@gatehouse/cas/server";
import { HubError } from "../http/hub-error.ts";
import type { Call } from "../http/route.ts";

/** Reads a request. @throws HubError when `service` is not an address */
export function readRequest<Request>(read: () => Request): Request {
  try {
    return read();
  } catch (error) {
    if (error instanceof CasError) throw unknownService(error.description);
    throw error;
  }
}

/** Logs the address to register, without query and session id, which may be private to the site. */
export function refuseService(call: Pick<Call, "log">, { service }: Pick<LoginRequest, "service">): HubError {
  const url = URL.parse(service?.normalForm ?? "");
  call.log.warn(
    { event: "service.refused", service: `${url?.origin ?? ""}${url?.pathname ?? ""}`.slice(0, 200) },
    "service not registered",
  );
  return unknownService();
}

/** @see CAS protocol 3.0.3, section 2.2.1 */
function unknownService(because?: string): HubError {
  return new HubError(403, "service_unknown", "This site is not registered here", [
    ...(because === undefined ? [] : [because]),
    "A site that may not use this sign-in sent you here. You were not signed in to it, and nothing was sent to it.",
    "If you run the site, register the address in its service parameter; the hub's log names it. Otherwise, go back and tell the site's operator.",
  ]);
}
