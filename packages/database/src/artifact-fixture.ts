/** Set-up of tests of `OidcArtifactStore`. */
import { randomBytes } from "node:crypto";
import type { CentralSession } from "./central-session-store.ts";
import {
  createPerson,
  type DatabaseFixture,
  emptyDatabase,
  openDatabaseFixture,
} from "./database-fixture.ts";
import type { FoundArtifact, OidcArtifact, OidcArtifactStore } from "./oidc-artifact-store.ts";

export let fixture: DatabaseFixture;
export let artifacts: OidcArtifactStore;
export let personId: string;

export async function openArtifactFixture(): Promise<void> {
  fixture = await openDatabaseFixture();
}

export const closeArtifactFixture = (): Promise<void> => fixture.close();

/** Empties the database and creates one user. */
export async function resetArtifactFixture(): Promise<void> {
  await emptyDatabase(fixture.database);
  artifacts = fixture.database.oidcArtifacts;
  personId = (await createPerson(fixture.database)).id;
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
  const browser = { userAgent: "", address: "", longTerm: false, amr: ["pwd"] };
  return fixture.database.sessions.start({ personId, token, previousToken, ...browser });
}
