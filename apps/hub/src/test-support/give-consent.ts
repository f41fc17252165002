/** Stores a consent without the consent screen. */
import type { Consent, Database } from "@gatehouse/database";
import { poolOf } from "@gatehouse/database/test-pool";

export async function giveConsent(
  database: Database,
  {
    personId,
    clientId,
    scopes = [],
    resources = {},
  }: Partial<Consent> & Pick<Consent, "personId" | "clientId">,
): Promise<void> {
  await poolOf(database).query(
    `INSERT INTO consents (person_id, client_id, scopes, resources, expires_at)
     VALUES ($1, $2, $3, $4, hub_now() + interval '1 day')`,
    [personId, clientId, scopes, JSON.stringify(resources)],
  );
}
