/** Scopes that an app password can allow: those of every API. */
import type { Hub } from "../hub.ts";
import type { Allowed } from "../screen.ts";
import { listApis, qualifiedScope } from "../site-registry/known-apis.ts";

type Surroundings = Pick<Hub, "settings" | "sites">;

export interface AppPasswordScope extends Allowed {
  /** Of a site: its id, a colon and what its API calls it. The hub's own has no colon, so the two never meet. */
  readonly name: string;
}

/** Scopes on offer, in display order. */
export function scopesOffered(hub: Surroundings): readonly AppPasswordScope[] {
  return listApis(hub).flatMap((api) =>
    Object.entries(api.scopes).map(([scope, words]) => ({
      name: qualifiedScope(api, scope),
      words,
      at: api.site?.name ?? null,
    })),
  );
}

/** In words, in the order above; a scope that no registration names any more goes by its name. */
export function allowedBy(scopes: readonly string[], hub: Surroundings): readonly Allowed[] {
  const known = scopesOffered(hub).filter(({ name }) => scopes.includes(name));
  const gone = scopes.filter((name) => !known.some((scope) => scope.name === name));
  return [...known.map(({ words, at }) => ({ words, at })), ...gone.map((words) => ({ words, at: null }))];
}

/** A site hears of what is allowed there, and of nothing else. */
export function scopesAt(siteId: string, scopes: readonly string[]): readonly string[] {
  return scopes.filter((name) => name.startsWith(`${siteId}:`));
}
