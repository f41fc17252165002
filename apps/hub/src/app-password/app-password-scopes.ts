/** What an app password can allow: the hub's own API, and what the registered sites' APIs name. */
import type { Allowed } from "../screen.ts";
import type { SiteRegistry } from "../site-registry/site-registry.ts";

export interface AppPasswordScope extends Allowed {
  /** Of a site: its id, a colon and what its API calls it. The hub's own has no colon, so the two never meet. */
  readonly name: string;
  /** What to know before allowing it, where words alone do not say it. */
  readonly hint: string | null;
}

/** The one scope of the hub's own API. */
export const ownScope = "account.read";
const own: AppPasswordScope = {
  name: ownScope,
  words: "see who you are",
  at: null,
  hint: "Your name, username and email.",
};

/** What can be chosen now, in the order in which people see it. */
export function scopesOffered(sites: SiteRegistry): readonly AppPasswordScope[] {
  const ofSites = sites.list().flatMap(({ id, name: at, api }) =>
    Object.entries(api?.scopes ?? {}).map(([scope, words]) => ({
      name: `${id}:${scope}`,
      words,
      at,
      hint: null,
    })),
  );
  return [own, ...ofSites];
}

/** In words, in the order above; a scope that no registration names any more goes by its name. */
export function allowedBy(scopes: readonly string[], sites: SiteRegistry): readonly Allowed[] {
  const known = scopesOffered(sites).filter(({ name }) => scopes.includes(name));
  const gone = scopes.filter((name) => !known.some((scope) => scope.name === name));
  return [...known.map(({ words, at }) => ({ words, at })), ...gone.map((words) => ({ words, at: null }))];
}

/** A site hears of what is allowed there, and of nothing else. */
export function scopesAt(siteId: string, scopes: readonly string[]): readonly string[] {
  return scopes.filter((name) => name.startsWith(`${siteId}:`));
}
