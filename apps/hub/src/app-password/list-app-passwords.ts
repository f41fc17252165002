import type { CallerFacts } from "../http/route.ts";
import type { AccountScreen } from "../screen.ts";
import { allowedBy } from "./app-password-scopes.ts";

/** Those of the person who looks at her account. */
export async function listAppPasswords(call: CallerFacts["person"]): Promise<AccountScreen["appPasswords"]> {
  const { database } = call.hub;
  const found = await database.appPasswords.listOf(call.session.person.id);
  return found.map(({ scopes, ...rest }) => ({ ...rest, allows: allowedBy(scopes, call.hub) }));
}
