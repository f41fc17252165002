/** What a person lets a site have, without the walk that asks her. */
import type { Consent, Database } from "@gatehouse/database";

export async function giveConsent(
  { pool }: Pick<Database, "pool">,
  {
    personId,
    clientId,
    scopes = [],
    resources = {},
  }: Partial<Consent> & Pick<Consent, "personId" | "clientId">,
): Promise<void> {
  await pool.query(
    `INSERT INTO consents (person_id, client_id, scopes, resources, expires_at)
     VALUES ($1, $2, $3, $4, hub_now() + interval '1 day')`,
    [personId, clientId, scopes, JSON.stringify(resources)],
  );
}
