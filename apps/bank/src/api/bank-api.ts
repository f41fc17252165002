import { ApiRefusal, protectApi } from "@gatehouse/auth/api";

/**
 * Makes the handlers of the API's route files. Without a cache, so that a revocation takes effect with the next call.
 */
export const protect = protectApi({
  site: "bank",
  realm: "harbour-bank",
  path: "/api",
  scopes: ["accounts.read", "transactions.read", "transfers.write"],
  appPasswords: true,
});

/** @throws {ApiRefusal} `invalid_parameter`: a parameter is unknown or repeated */
export function readQuery<Name extends string>(
  request: Request,
  names: readonly Name[],
): { readonly [name in Name]?: string } {
  const query = [...new URL(request.url).searchParams];
  const unknown = query.find(([name]) => !names.some((known) => known === name));
  if (unknown !== undefined) throw invalidParameter(`Known parameters: ${names.join(", ") || "none"}.`);
  const found = Object.fromEntries(query);
  if (Object.keys(found).length < query.length) throw invalidParameter("A parameter is repeated.");
  return found as { readonly [name in Name]?: string };
}

export function invalidParameter(message: string): ApiRefusal {
  return new ApiRefusal(400, "invalid_parameter", message);
}
