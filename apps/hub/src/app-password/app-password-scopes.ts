/** Scopes that an app password can allow: those of every API. */
import type { Allowed } from "../screen/screen.ts";
import { type ApiSources, listApis, qualifiedScope } from "../site-registry/known-apis.ts";

export interface AppPasswordScope extends Allowed {
  /** For a site's API `<site id>:<scope>`; the hub's own scopes have no colon, so the two never collide. */
  readonly name: string;
}

/** Scopes that the form offers, in display order. */
export function scopesOffered(apis: ApiSources): readonly AppPasswordScope[] {
  return listApis(apis).flatMap((api) =>
    Object.entries(api.scopes).map(([scope, words]) => ({
      name: qualifiedScope(api, scope),
      words,
      at: api.site?.name ?? null,
    })),
  );
}

/** The scopes in words, in display order; a scope that no registration declares any more shows its name. */
export function allowedBy(scopes: readonly string[], apis: ApiSources): readonly Allowed[] {
  const known = scopesOffered(apis).filter(({ name }) => scopes.includes(name));
  const gone = scopes.filter((name) => !known.some((scope) => scope.name === name));
  return [...known.map(({ words, at }) => ({ words, at })), ...gone.map((words) => ({ words, at: null }))];
}

/** The scopes of one site; a site learns of no others. */
export function scopesAt(siteId: string, scopes: readonly string[]): readonly string[] {
  return scopes.filter((name) => name.startsWith(`${siteId}:`));
}
