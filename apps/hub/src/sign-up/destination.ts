/** The destination of a sign-in that began at a site, carried through the mail and back. */
import { parseLoginRequest, type RequestParameters } from "@gatehouse/cas/server";
import type { ReadOwnPage } from "../http/own-pages.ts";
import type { Call } from "../http/route.ts";
import { destinationOf, type Field, repeatedFields } from "../sign-in/login-address.ts";
import { readRequest, refuseService } from "../sign-in/refuse-service.ts";
import type { RegisteredSite } from "../site-registry/registered-site.ts";
import type { SiteRegistry } from "../site-registry/site-registry.ts";

export interface SignUpDestinationNeeds {
  readonly sites: Pick<SiteRegistry, "find" | "findByService">;
  /** Pages of the hub that a sign-in may lead to. */
  readonly ownPage: ReadOwnPage;
}

export interface SignUpDestination {
  /** Fields that name it, for forms, addresses and links. */
  readonly fields: readonly Field[];
  readonly site: RegisteredSite | undefined;
}

/**
 * Reads the destination. A page that is not the hub's is left out.
 *
 * @throws HubError for a service that is not registered
 */
export function readDestination(
  { sites, ownPage }: SignUpDestinationNeeds,
  call: Pick<Call, "log">,
  parameters: RequestParameters,
): SignUpDestination {
  const request = readRequest(() => parseLoginRequest(parameters));
  if (request.service !== null && sites.findByService(request.service) === undefined)
    throw refuseService(call, request);
  const isOwn = ownPage(parameters.get("return") ?? "") !== undefined;
  const fields = repeatedFields(parameters, ["renew", "name", ...(isOwn ? [] : ["return"])]);
  return { fields, site: destinationOf({ sites }, request, parameters).site };
}

/** The stored form of a destination, for a mail's and a link's facts. */
export function storedDestination({ fields }: SignUpDestination): Readonly<Record<string, string>> {
  return Object.fromEntries(fields.map(({ name, value }) => [name, value]));
}

/** @param facts facts of a mail or a link, from `storedDestination` */
export function destinationParameters(facts: object): RequestParameters {
  const { destination = {} } = facts as { readonly destination?: Readonly<Record<string, string>> };
  return new Map(Object.entries(destination));
}
