import { changeArtifact, hashOf, insertArtifact, rowOf, valuesOf } from "./artifact-row.ts";
import { writeAuditEvents } from "./audit-row.ts";
import type { AllowedPermissions, Decision, DecisionStore } from "./decision-store.ts";
import type { OidcArtifact } from "./oidc-artifact-store.ts";
import { joinOidcClients } from "./oidc-client-statements.ts";
import type { Pool, PoolClient } from "./postgres-connection.ts";
import { changeConsent } from "./postgres-consent-store.ts";
import { jsonText } from "./postgres-input.ts";
import { inTransaction, lockPermissions } from "./transaction.ts";

/** A concurrent answer waits for the row and then updates nothing. */
const answerQuestion = `
  UPDATE oidc_artifacts SET payload = payload || $2::jsonb, person_id = coalesce($3, person_id),
    grant_hash = coalesce($4, grant_hash),
    session_id = coalesce((SELECT id FROM sessions WHERE uid = $5::uuid AND ended_at IS NULL), session_id)
  WHERE hash = $1 AND kind IN ('DeviceCode', 'Interaction') AND expires_at > hub_now() AND consumed_at IS NULL
    AND NOT payload ?| ARRAY['accountId', 'error']
    AND NOT coalesce(payload->'result' ?| ARRAY['consent', 'error'], false)`;

const readGrant = "SELECT payload FROM oidc_artifacts WHERE hash = $1 AND expires_at > hub_now() FOR UPDATE";

const holdSession = `
  SELECT FROM sessions WHERE id = $1 AND ended_at IS NULL
    AND oidc_clients->$2::text->>'grantId' IS NOT DISTINCT FROM $3::text FOR NO KEY UPDATE`;

/** Decisions in PostgreSQL. */
export class PostgresDecisionStore implements DecisionStore {
  readonly #pool: Pool;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  async decide({ question, answer, allowed, event }: Decision): Promise<boolean> {
    return inTransaction(this.#pool, async (client) => {
      if (allowed !== undefined && !(await lockPermissions(client, allowed.personId))) return false;
      const row = rowOf(question.id, { kind: question.kind, lifeSeconds: 0, ...answer });
      const values = [row.hash, jsonText(row.payload), row.person_id, row.grant_hash, row.session_uid];
      const answered = await client.query({ name: "decision-answer", text: answerQuestion, values });
      if (answered.rowCount !== 1) return false;
      if (allowed !== undefined && !(await keep(client, allowed))) return false;
      if (event !== undefined) await writeAuditEvents(client, [event]);
      return true;
    });
  }
}

async function keep(
  client: PoolClient,
  { personId, grant, consent, joins }: AllowedPermissions,
): Promise<boolean> {
  if (!(await keepGrant(client, grant))) return false;
  if (consent !== undefined) await changeConsent(client, personId, consent);
  return joins === undefined || join(client, joins);
}

/** A session has one grant per client: a second one would end the tokens of the first. */
async function join(
  client: PoolClient,
  { sessionId, clientId, client: joining, grantBefore }: NonNullable<AllowedPermissions["joins"]>,
): Promise<boolean> {
  const asBefore = await client.query(holdSession, [sessionId, clientId, grantBefore ?? null]);
  if (asBefore.rowCount !== 1) return false;
  await client.query(joinOidcClients, [sessionId, JSON.stringify({ [clientId]: joining }), ""]);
  return true;
}

async function keepGrant(client: PoolClient, grant: AllowedPermissions["grant"]): Promise<boolean> {
  if ("artifact" in grant) {
    await client.query(insertArtifact, valuesOf(grant.id, grant.artifact));
    return true;
  }
  const hash = hashOf("Grant", grant.id);
  const { rows } = await client.query<Pick<OidcArtifact, "payload">>(readGrant, [hash]);
  if (rows[0] === undefined) return false;
  const { payload, lifeSeconds } = await grant.change(rows[0].payload);
  await client.query(changeArtifact, [hash, jsonText(payload), lifeSeconds]);
  return true;
}
