/** What an app password can allow, in the order in which people see it. */
import type { Allowed } from "../screen.ts";
import type { SiteRegistry } from "../site-registry/site-registry.ts";

export interface AppPasswordScope {
  readonly name: string;
  /** Id of the site that asks for it; `null`: the hub itself. */
  readonly site: string | null;
  /** Follows "It may". */
  readonly words: string;
  /** What to know before allowing it. */
  readonly hint: string;
}

const appPasswordScopes: readonly AppPasswordScope[] = [
  {
    name: "account:read",
    site: null,
    words: "see who you are",
    hint: "Your name, username and email.",
  },
  {
    name: "bank:accounts.read",
    site: "bank",
    words: "see your accounts",
    hint: "And how much is on them.",
  },
  {
    name: "bank:transactions.read",
    site: "bank",
    words: "see your transactions",
    hint: "What came in and went out, and from whom to whom.",
  },
  {
    name: "bank:transfers.write",
    site: "bank",
    words: "send money from your accounts",
    hint: "Without asking you each time.",
  },
];

/** What can be chosen now: the hub's own, and those of sites that are registered. */
export function scopesOffered(sites: SiteRegistry): readonly (AppPasswordScope & { at: string | null })[] {
  return appPasswordScopes.flatMap((scope) => {
    if (scope.site === null) return { ...scope, at: null };
    const site = sites.find(scope.site);
    return site === undefined ? [] : { ...scope, at: site.name };
  });
}

/** In words, in the list's order; a scope that is not on the list any more goes by its name. */
export function allowedBy(scopes: readonly string[], sites: SiteRegistry): readonly Allowed[] {
  const known = appPasswordScopes.filter(({ name }) => scopes.includes(name));
  const gone = scopes.filter((name) => !known.some((scope) => scope.name === name));
  return [
    ...known.map(({ words, site }) => ({
      words,
      at: site === null ? null : (sites.find(site)?.name ?? site),
    })),
    ...gone.map((words) => ({ words, at: null })),
  ];
}

/** A site hears of what is allowed there, and of nothing else. */
export function scopesAt(siteId: string, scopes: readonly string[]): readonly string[] {
  return scopes.filter((name) =>
    appPasswordScopes.some((scope) => scope.name === name && scope.site === siteId),
  );
}
