/**
 * Strength of the sign-in that an authorization request demands. A stronger sign-in satisfies a weaker demand, unlike in
 * oidc-provider, which compares for equality.
 *
 * @see OpenID Connect Core 1.0, sections 3.1.2.1 (acr_values) and 5.5.1.1 (acr as an essential claim)
 */
import { isAsStrongAs } from "../../session/acr.ts";
import { type Acr, acrValues } from "../../site-registry/acr-values.ts";

/** Reason of a question: the session is too weak for the request. */
export const acrReason = "acr";

export interface DemandedAcr {
  /** The weakest class that satisfies the demand; `null`: the hub has no such class. */
  readonly acr: Acr | null;
  /** The request fails without it. A voluntary demand is dropped for a user without a factor. */
  readonly essential: boolean;
}

/** A request's demand for the claim `acr` (ID token), and that of the registration. */
export interface AcrDemand {
  readonly claim: unknown;
  readonly requires: Acr | undefined;
}

/** @returns `null`: any sign-in is sufficient */
export function demandedAcr({ claim, requires }: AcrDemand): DemandedAcr | null {
  const { essential, value, values } = (claim ?? {}) as {
    essential?: unknown;
    value?: unknown;
    values?: unknown;
  };
  const asked = [value ?? [], values ?? []].flat();
  const isEssential = essential === true && asked.length > 0;
  const weakest = acrValues.find((acr) => asked.includes(acr)) ?? null;
  if (isEssential && weakest === null) return { acr: null, essential: true };
  const stronger = [requires, weakest].reduce<Acr | null>(
    (one, other) => (other && (one === null || isStronger(other, one)) ? other : one),
    null,
  );
  if (stronger === null) return null;
  // The registration's demand is met first; what the request asks for beyond it stays voluntary.
  return { acr: stronger, essential: isEssential || stronger === requires };
}

/** @param amr methods of the session */
export function isTooWeak(amr: readonly string[], demanded: DemandedAcr | null): boolean {
  return demanded !== null && (demanded.acr === null || !isAsStrongAs(amr, demanded.acr));
}

function isStronger(one: Acr, other: Acr): boolean {
  return acrValues.indexOf(one) > acrValues.indexOf(other);
}
