import type { OidcArtifact } from "./oidc-artifact-store.ts";
import { isUuid, jsonText } from "./postgres-input.ts";
import { tokenHash } from "./token-hash.ts";

/** Prefix of an id of which only the hash is known. Ids of oidc-provider do not contain it. */
const byHash = "#";

export const insertArtifact = `
  INSERT INTO oidc_artifacts (hash, kind, payload, person_id, client_id, grant_hash, user_code_hash, session_id, expires_at)
  VALUES ($1, $2, $3, $4, $5, $6, $7,
    (SELECT id FROM sessions WHERE uid = $8::uuid AND ended_at IS NULL),
    hub_now() + make_interval(secs => $9))`;

/** Updates only: inserting a deleted grant again would make its tokens valid again. */
export const changeArtifact = `
  UPDATE oidc_artifacts SET payload = $2, expires_at = hub_now() + make_interval(secs => $3)
  WHERE hash = $1 AND expires_at > hub_now()`;

/** Input of `insertArtifact`. */
export function valuesOf(id: string, artifact: OidcArtifact): unknown[] {
  const row = rowOf(id, artifact);
  return [
    row.hash,
    row.kind,
    jsonText(row.payload),
    row.person_id,
    row.client_id,
    row.grant_hash,
    artifact.userCode === undefined ? null : hashOf("UserCode", artifact.userCode),
    row.session_uid,
    row.life_seconds,
  ];
}

/** Values of the columns, by name. */
export function rowOf(id: string, { kind, payload, personId, clientId, ...artifact }: OidcArtifact) {
  const { grantId, sessionUid, lifeSeconds } = artifact;
  return {
    hash: hashOf(kind, id),
    kind,
    payload,
    person_id: personId !== undefined && isUuid(personId) ? personId : null,
    client_id: clientId ?? null,
    grant_hash: grantId === undefined ? null : hashOf("Grant", grantId),
    session_uid: sessionUid !== undefined && isUuid(sessionUid) ? sessionUid : null,
    life_seconds: lifeSeconds,
  };
}

export function hashOf(kind: string, id: string): string {
  return id.startsWith(byHash) ? id.slice(byHash.length) : tokenHash(`oidc:${kind}`, id);
}

/** Id for an artifact that was found without it. */
export function idOfHash(hash: string): string {
  return byHash + hash;
}
