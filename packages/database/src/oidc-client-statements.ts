/** SQL statements about OpenID Connect clients of a session, for sessions and decisions. */

/** The row lock orders a new participant before or after the end of the session, so that none misses the logout. */
export const joinOidcClients = `
  WITH joined AS (
    UPDATE sessions SET oidc_clients = oidc_clients || $2::jsonb WHERE id = $1 AND ended_at IS NULL RETURNING id
  )
  INSERT INTO site_sessions (site_id, session_index, service, session_id, started_at, last_activity_at)
  SELECT client.key, client.value->>'sid', $3, joined.id, hub_now(), hub_now()
  FROM joined, jsonb_each($2::jsonb) AS client WHERE client.value->>'sid' IS NOT NULL
  ON CONFLICT (site_id, session_index) DO NOTHING`;

/** Updates nothing if another request has changed the grant; `readOidcGrant` then reads it. */
export const claimOidcGrant = `
  UPDATE sessions SET oidc_clients = oidc_clients || jsonb_build_object($2::text,
    coalesce(oidc_clients->$2, '{}') || jsonb_build_object('grantId', $3::text))
  WHERE id = $1 AND ended_at IS NULL AND oidc_clients->$2->>'grantId' IS NOT DISTINCT FROM $4::text`;

export const readOidcGrant = `
  SELECT oidc_clients->$2::text->>'grantId' AS "grantId" FROM sessions WHERE id = $1 AND ended_at IS NULL`;
