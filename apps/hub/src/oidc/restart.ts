/**
 * How a sign-in goes on when its flow is over: the page was left open, bookmarked, or come back to. The address of a
 * flow's page repeats the authorization request, which is public as it is (it came in an address), so that the same
 * sign-in can begin again.
 */
import type { CentralSession } from "@gatehouse/database";
import type { Hub } from "../hub.ts";
import type { RegisteredSite } from "../site-registry/registered-site.ts";
import type { Flow } from "./interaction.ts";

const chosen = "chosen";
/** Of the address; with the request in it once more, the form's `return` stays below what is read of a parameter. */
const longest = 3500;
const prefix = "/oidc/interaction/";

/**
 * The address of a flow's page. What was pushed is not repeated: that was sent to be kept out of addresses.
 *
 * @see RFC 9126, section 1
 */
export function flowAddress({
  uid,
  params,
  parJti,
}: Pick<Flow, "uid" | "params"> & { readonly parJti?: unknown }): string {
  const clientId = String(params.client_id ?? "");
  const bare = `${prefix}${uid}?${new URLSearchParams({ client_id: clientId })}`;
  const whole = `${prefix}${uid}?${new URLSearchParams(requestOf(params))}`;
  return parJti !== undefined || whole.length > longest ? bare : whole;
}

/** The parameters of a request as they stand in an address; one can be there several times (`resource`). */
export function requestOf(params: Readonly<Record<string, unknown>>): [string, string][] {
  return Object.entries(params).flatMap(([name, value]) =>
    [value ?? []].flat().map((one): [string, string] => [name, String(one)]),
  );
}

/**
 * Where the sign-in of a flow that is over begins again: the same request, or else the site's own address.
 *
 * @param query of the flow's address
 */
export function wayToRestart(
  hub: Pick<Hub, "sites">,
  query: URLSearchParams,
): { readonly site: RegisteredSite; readonly address: string } | undefined {
  const site = hub.sites.find(query.get("client_id") ?? "");
  if (site?.oidc === undefined) return undefined;
  const request = new URLSearchParams(query);
  request.delete(chosen);
  const isWhole = request.has("redirect_uri") && request.has("response_type");
  return { site, address: isWhole ? `/oidc/auth?${request}` : site.url };
}

/** Adds to the address of a flow that the user has just said who goes on in it. */
export function withChosenSession(hub: Pick<Hub, "keys">, page: string, { uid }: CentralSession): string {
  const flow = page.startsWith(prefix) ? page.slice(prefix.length).split("?", 1)[0] : undefined;
  if (flow === undefined) return page;
  const [path = "", query = ""] = page.split("?", 2);
  const parameters = new URLSearchParams(query);
  parameters.set(chosen, hub.keys.form.sign(`${uid}:${flow}:${chosen}`));
  return `${path}?${parameters}`;
}

/** Whether the user chose this session for this flow, by a form or a button. */
export function isChosenSession(
  hub: Pick<Hub, "keys">,
  flow: string,
  query: URLSearchParams,
  { uid }: CentralSession,
): boolean {
  return hub.keys.form.isSignature(`${uid}:${flow}:${chosen}`, query.get(chosen) ?? "");
}
