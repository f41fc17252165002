/**
 * Objects that one request of the issuer has read, and those that it stores before its answer goes out. Statements are
 * the cost of a request (docs/decisions/0014), and oidc-provider asks for one object after the other: so one statement
 * reads the objects that it will ask for next, and one stores related objects.
 */
import type {
  ArtifactName,
  AuditEvent,
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
  #consumed: ArtifactName | null = null;
  #kept: { readonly id: string; readonly artifact: OidcArtifact }[] = [];

  /**
   * @param collects delays issued objects until `settle`, which stores them together with the consumption of the
   * presented code or token
   */
  constructor(store: OidcArtifactStore, collects: boolean) {
    this.#store = store;
    this.#collects = collects;
  }

  async find(kind: string, id: string): Promise<Kept | null> {
    const grant = kind === "Grant" ? this.#grants.get(id) : undefined;
    return grant ?? this.#remember(await this.#store.find(kind, id));
  }

  /** The session of an object that was found; a look-up would find the same. */
  session(uid: string): CentralSession | undefined {
    return this.#sessions.get(uid);
  }

  person(id: string): Person | undefined {
    return this.#people.get(id);
  }

  /** The user of the objects that were found: a code or token has one. */
  get personId(): string | undefined {
    return this.#people.keys().next().value;
  }

  knowGrant(id: string, payload: Readonly<Record<string, unknown>>): void {
    this.#grants.set(id, { payload, consumedAt: null });
  }

  /** Forgets grants that were changed or revoked; the next look-up reads them again. */
  forgetGrants(): void {
    this.#grants.clear();
  }

  /** @returns false: the caller has to store the object now */
  keepLater(id: string, artifact: OidcArtifact): boolean {
    if (!this.#collects || !issued.has(artifact.kind)) return false;
    this.#kept.push({ id, artifact });
    return true;
  }

  /** @returns false: the caller has to consume the object now */
  consumeLater(name: ArtifactName): boolean {
    if (!this.#collects || this.#consumed !== null) return false;
    this.#consumed = name;
    return true;
  }

  /**
   * @param event recorded in the audit trail in the same statement
   * @returns false: there was nothing to store, and the event is not recorded
   * @throws InvalidGrant when another request was faster; what that one received is revoked
   * @see RFC 6749, section 4.1.2
   */
  async settle(event?: AuditEvent): Promise<boolean> {
    const [consumed, kept] = [this.#consumed, this.#kept];
    if (consumed === null && kept.length === 0) return false;
    this.#consumed = null;
    this.#kept = [];
    if (!(await this.#store.consumeAndKeep(consumed, kept, event)))
      throw new errors.InvalidGrant("already used");
    return true;
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
