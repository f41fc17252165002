/**
 * Restarts a sign-in whose flow is over, because its page was left open, bookmarked or revisited. The address of a flow's
 * page repeats the authorization request, which arrived in an address and holds no secret, so the same sign-in can begin
 * again.
 */
import type { CentralSession } from "@gatehouse/database";
import type { HubKeys } from "../../settings/secret-keys.ts";
import type { RegisteredSite } from "../../site-registry/registered-site.ts";
import type { Flow } from "../issuer/provider.ts";
import type { ScopeNeeds } from "../scope/claim-scopes.ts";

export interface ChosenSessionNeeds {
  readonly keys: Pick<HubKeys, "form">;
}

const chosen = "chosen";
/** Maximum length of the address: the form's `return`, which contains it encoded, stays below the limit of a parameter. */
const longest = 3500;
const prefix = "/oidc/interaction/";

/**
 * The address of a flow's page. A pushed request is not repeated, because it is meant to stay out of addresses.
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

/** The parameters of a request as query pairs; `resource` can repeat. */
export function requestOf(params: Readonly<Record<string, unknown>>): [string, string][] {
  return Object.entries(params).flatMap(([name, value]) =>
    [value ?? []].flat().map((one): [string, string] => [name, String(one)]),
  );
}

/**
 * The address at which an ended flow restarts: the same request, or the site's own address.
 *
 * @param query of the flow's address
 */
export function restartAddress(
  needs: ScopeNeeds,
  query: URLSearchParams,
): { readonly site: RegisteredSite; readonly address: string } | undefined {
  const site = needs.sites.find(query.get("client_id") ?? "");
  if (site?.oidc === undefined) return undefined;
  const request = new URLSearchParams(query);
  request.delete(chosen);
  const isWhole = request.has("redirect_uri") && request.has("response_type");
  return { site, address: isWhole ? `/oidc/auth?${request}` : site.url };
}

/** Adds to a flow's address the signed choice of account. */
export function withChosenSession(needs: ChosenSessionNeeds, page: string, { uid }: CentralSession): string {
  const flow = page.startsWith(prefix) ? page.slice(prefix.length).split("?", 1)[0] : undefined;
  if (flow === undefined) return page;
  const [path = "", query = ""] = page.split("?", 2);
  const parameters = new URLSearchParams(query);
  parameters.set(chosen, needs.keys.form.sign("chosen-session", `${uid}:${flow}`));
  return `${path}?${parameters}`;
}

/** Whether the user chose this session for this flow, by a form or a button. */
export function isChosenSession(
  needs: ChosenSessionNeeds,
  flow: string,
  query: URLSearchParams,
  { uid }: CentralSession,
): boolean {
  return needs.keys.form.isSignature("chosen-session", `${uid}:${flow}`, query.get(chosen) ?? "");
}
