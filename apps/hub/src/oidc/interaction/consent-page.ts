/** The consent page's model: what the site learns and may do after consent, and what the user can choose. */
import type { CentralSession, ConsentStore, FoundConsent } from "@gatehouse/database";
import type { ConsentScreen } from "../../screen/screen.ts";
import { findApi } from "../../site-registry/known-apis.ts";
import type { RegisteredSite } from "../../site-registry/registered-site.ts";
import {
  declinableScopes,
  durations,
  namedScopes,
  outlivesSession,
  type Registrations,
  type ScopeRequest,
  type Scopes,
  usualDuration,
} from "../scope/consent.ts";

/** Input of the page model. */
export interface ConsentPageInput {
  readonly site: RegisteredSite;
  readonly session: CentralSession;
  /** The scopes to decide now. */
  readonly asked: ScopeRequest;
  /** All scopes of the request. */
  readonly requested: Scopes;
  /** Whether earlier answers are ignored: a device starts without any. */
  readonly anew: boolean;
}

export interface ConsentPageNeeds extends Registrations {
  readonly consents: Pick<ConsentStore, "find">;
}

export async function consentPage(
  needs: ConsentPageNeeds,
  { site, session, asked, requested, anew }: ConsentPageInput,
): Promise<
  Pick<
    ConsentScreen,
    "site" | "about" | "person" | "asks" | "gets" | "before" | "never" | "offline" | "durations"
  >
> {
  const boxes = declinableScopes(asked, needs);
  const chosen = new Set(boxes.map(({ field }) => field));
  const gets = namedScopes(asked, needs).filter(({ field }) => !chosen.has(field));
  const consent = site.firstParty ? null : await needs.consents.find(session.person.id, site.id);
  const before = consent === null ? null : beforeOf(needs, consent, { asked, requested, anew });
  return {
    site: { name: site.name, host: site.host, mark: site.mark },
    about: {
      firstParty: site.firstParty,
      native: site.oidc?.applicationType === "native",
      policy: linkTo(site.oidc?.policyUri),
      terms: linkTo(site.oidc?.termsUri),
    },
    person: { name: session.person.name, username: session.person.username },
    asks: boxes.map(({ field, words, sensitive }) => ({ value: field, words, sensitive })),
    gets: gets.map(({ words }) => words),
    before,
    never: neverOf(needs, asked, requested, consent),
    offline: asked.scopes.includes("offline_access"),
    durations: outlivesSession(asked, needs)
      ? durations.map((duration) => ({
          value: String(duration),
          days: duration === "once" ? null : duration,
          chosen: duration === usualDuration,
        }))
      : [],
  };
}

/** Scopes that an earlier consent still allows, without those to decide now. */
function beforeOf(
  registrations: Registrations,
  consent: FoundConsent,
  { asked, requested, anew }: Pick<ConsentPageInput, "asked" | "requested" | "anew">,
): ConsentScreen["before"] {
  const stays = subtract(consent, asked);
  const isRequested = new Set(namedScopes(anew ? none : requested, registrations).map(({ field }) => field));
  const items = namedScopes(stays, registrations).map(({ field, words }) => ({
    value: field,
    words,
    requested: isRequested.has(field),
  }));
  const offline = !anew && [stays, requested].every(({ scopes }) => scopes.includes("offline_access"));
  return items.length === 0 && !offline ? null : { items, offline, until: consent.expiresAt };
}

/** Scopes of the same APIs that the site neither has nor requests. */
function neverOf(
  registrations: Registrations,
  asked: Scopes,
  requested: Scopes,
  consent: Scopes | null,
): readonly string[] {
  const all = Object.fromEntries(
    Object.keys({ ...requested.resources, ...asked.resources }).map((resource) => [
      resource,
      Object.keys(findApi(registrations, resource)?.scopes ?? {}),
    ]),
  );
  const rest = [asked, requested, consent ?? none].reduce<Scopes>(subtract, { scopes: [], resources: all });
  return namedScopes(rest, registrations).map(({ words }) => words);
}

const none: Scopes = { scopes: [], resources: {} };

function subtract(from: Scopes, taken: Scopes): Scopes {
  return {
    scopes: from.scopes.filter((scope) => !taken.scopes.includes(scope)),
    resources: Object.fromEntries(
      Object.entries(from.resources).map(([resource, scopes]) => [
        resource,
        scopes.filter((scope) => !taken.resources[resource]?.includes(scope)),
      ]),
    ),
  };
}

function linkTo(uri: string | undefined): ConsentScreen["about"]["policy"] {
  return uri === undefined ? null : { uri, host: new URL(uri).hostname };
}
