import { protectApi } from "@gatehouse/auth/api";

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
