/** Set-up of tests of `OidcArtifactStore`. */
import { randomBytes } from "node:crypto";
import type { CentralSession } from "./central-session-store.ts";
import type { FoundArtifact, OidcArtifact, OidcArtifactStore } from "./oidc-artifact-store.ts";
import { createPerson, emptyDatabase, openTrialDatabase, type TrialDatabase } from "./trial-database.ts";

export let trial: TrialDatabase;
export let artifacts: OidcArtifactStore;
export let personId: string;

export async function openArtifactTrial(): Promise<void> {
  trial = await openTrialDatabase();
}

export const closeArtifactTrial = (): Promise<void> => trial.close();

/** Empties the database and creates one user. */
export async function beginArtifactTrial(): Promise<void> {
  await emptyDatabase(trial.database);
  await trial.pool.query("TRUNCATE oidc_artifacts");
  artifacts = trial.database.oidcArtifacts;
  personId = (await createPerson(trial.database)).id;
}

export const newId = (): string => randomBytes(32).toString("base64url");

/** Stores an artifact, a code by default. @returns its id */
export async function keep(more: Partial<OidcArtifact> = {}, id = newId()): Promise<string> {
  await artifacts.upsert(id, {
    kind: "AuthorizationCode",
    payload: { scope: "openid" },
    lifeSeconds: 60,
    ...more,
  });
  return id;
}

export const find = (id: string, kind = "AuthorizationCode"): Promise<FoundArtifact | null> =>
  artifacts.find(kind, id);

/** Starts a session of `personId`. */
export function startSession(token: string, previousToken?: string): Promise<CentralSession> {
  const browser = { userAgent: "", address: "", longTerm: false };
  return trial.database.sessions.start({ personId, token, previousToken, ...browser });
}
