import { protectApi } from "@gatehouse/auth/api";

/**
 * Makes the handlers of the API's route files. No answer of the hub outlives a call: what somebody takes back is over
 * with the next one, and about money a question is cheap.
 */
export const protect = protectApi({
  site: "bank",
  realm: "harbour-bank",
  path: "/api",
  scopes: ["accounts.read", "transactions.read", "transfers.write"],
  appPasswords: true,
});
