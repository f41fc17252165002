/**
 * What one request of the issuer has read, and what it writes before its answer goes out. oidc-provider asks for one
 * thing after the other; what a round costs is the number of statements, so that one brings along what is asked for
 * next, and what belongs together is written together.
 */
import type {
  ArtifactName,
  CentralSession,
  FoundArtifact,
  OidcArtifact,
  OidcArtifactStore,
  Person,
} from "@gatehouse/database";
import { errors } from "../issuer/provider.ts";

type Kept = Pick<FoundArtifact, "payload" | "consumedAt">;

/** Artifacts that the token endpoint issues, which nothing reads before the response. */
const issued = new Set(["AccessToken", "RefreshToken", "ClientCredentials"]);

export class RequestArtifacts {
  readonly #store: OidcArtifactStore;
  readonly #collects: boolean;
  readonly #grants = new Map<string, Kept>();
  readonly #sessions = new Map<string, CentralSession>();
  readonly #people = new Map<string, Person>();
  #spent: ArtifactName | null = null;
  #kept: { readonly id: string; readonly artifact: OidcArtifact }[] = [];

  /** @param collects what is issued waits for `settle`, to be written with what was spent for it */
  constructor(store: OidcArtifactStore, collects: boolean) {
    this.#store = store;
    this.#collects = collects;
  }

  async find(kind: string, id: string): Promise<Kept | null> {
    const grant = kind === "Grant" ? this.#grants.get(id) : undefined;
    return grant ?? this.#remember(await this.#store.find(kind, id));
  }

  /** A session that something found stands on; asking again would bring the same. */
  session(uid: string): CentralSession | undefined {
    return this.#sessions.get(uid);
  }

  person(id: string): Person | undefined {
    return this.#people.get(id);
  }

  knowGrant(id: string, payload: Readonly<Record<string, unknown>>): void {
    this.#grants.set(id, { payload, consumedAt: null });
  }

  /** It was changed or taken away: whoever asks next is told what is kept. */
  forgetGrants(): void {
    this.#grants.clear();
  }

  /** @returns false: it does not wait, and has to be kept now */
  keepLater(id: string, artifact: OidcArtifact): boolean {
    if (!this.#collects || !issued.has(artifact.kind)) return false;
    this.#kept.push({ id, artifact });
    return true;
  }

  /** @returns false: it does not wait, and has to be spent now */
  consumeLater(name: ArtifactName): boolean {
    if (!this.#collects || this.#spent !== null) return false;
    this.#spent = name;
    return true;
  }

  /** @throws InvalidGrant when somebody was quicker; what that one got has ended then. RFC 6749, 4.1.2 */
  async settle(): Promise<void> {
    const [spent, kept] = [this.#spent, this.#kept];
    if (spent === null && kept.length === 0) return;
    this.#spent = null;
    this.#kept = [];
    if (!(await this.#store.consumeAndKeep(spent, kept)))
      throw new errors.InvalidGrant("it was used already");
  }

  #remember(found: FoundArtifact | null): FoundArtifact | null {
    if (found === null) return null;
    const { payload, grant, session, person } = found;
    if (grant !== null && typeof payload.grantId === "string") this.knowGrant(payload.grantId, grant);
    if (session !== null) this.#sessions.set(session.uid, session);
    if (person !== null) this.#people.set(person.id, person);
    return found;
  }
}
