/** Finds registered addresses that the hub would refuse to call, before a logout message or proxy callback fails. */
import { lookup } from "node:dns/promises";
import { isIP } from "node:net";
import { isLoopbackHost } from "../settings/env.ts";
import type { RegisteredSite } from "../site-registry/registered-site.ts";
import { isPublicAddress } from "./public-address.ts";

/** Time limit for the resolver, in milliseconds. */
const patience = 2_000;

/** An address of a registration that leads to loopback or a private network. */
export interface PrivateAddress {
  readonly site: string;
  readonly field: string;
  readonly host: string;
}

/** @returns the addresses that this machine resolves to private ones; unresolvable names are left out */
export async function findPrivateAddresses(
  sites: readonly RegisteredSite[],
): Promise<readonly PrivateAddress[]> {
  const called = sites.flatMap((site) =>
    addressesOf(site).map(({ field, url }) => ({ site: site.id, field, host: hostOf(url) })),
  );
  const hosts = [...new Set(called.map(({ host }) => host))];
  const judged = await Promise.all(hosts.map(async (host) => [host, await isPrivate(host)] as const));
  const forbidden = new Map(judged);
  return called.filter(({ host }) => forbidden.get(host));
}

/** Addresses that the hub itself calls; browsers visit all others. */
function addressesOf({
  cas,
  oidc,
}: RegisteredSite): readonly { readonly field: string; readonly url: string }[] {
  const told =
    cas?.logoutChannel !== "back"
      ? []
      : cas.logoutUrl === undefined
        ? cas.services.map(({ origin }, index) => ({ field: `cas.services.${index}`, url: origin }))
        : [{ field: "cas.logoutUrl", url: cas.logoutUrl }];
  const callbacks = (cas?.proxy?.callbacks ?? []).map(({ origin }, index) => ({
    field: `cas.proxy.callbacks.${index}`,
    url: origin,
  }));
  const { backchannelLogoutUrl } = oidc ?? {};
  const backchannel =
    backchannelLogoutUrl === undefined
      ? []
      : [{ field: "oidc.backchannelLogoutUrl", url: backchannelLogoutUrl }];
  return [...told, ...callbacks, ...backchannel];
}

function hostOf(url: string): string {
  return new URL(url).hostname.replace(/^\[|\]$/g, "");
}

async function isPrivate(host: string): Promise<boolean> {
  if (isLoopbackHost(host)) return true;
  if (isIP(host) !== 0) return !isPublicAddress(host);
  const late = new Promise<undefined>((resolve) => setTimeout(resolve, patience, undefined).unref());
  const found = await Promise.race([lookup(host, { all: true }).catch(() => undefined), late]);
  return found?.every(({ address }) => !isPublicAddress(address)) ?? false;
}
