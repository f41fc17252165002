/** Stores oidc-provider's objects in the hub's database. */
import { AsyncLocalStorage } from "node:async_hooks";
import type {
  FoundArtifact,
  OidcArtifact,
  OidcArtifactStore,
  RefreshExchangeStore,
} from "@gatehouse/database";
import type { Throttle } from "../../credential/throttle.ts";
import { type Adapter, type AdapterPayload, errors } from "../issuer/provider.ts";
import { refreshTokenAdapter } from "./refresh-replay.ts";
import { currentArtifacts } from "./request-context.ts";
import { type SessionAdapterNeeds, sessionAdapter } from "./session-adapter.ts";

export interface AdapterNeeds extends SessionAdapterNeeds {
  readonly oidcArtifacts: OidcArtifactStore;
  readonly refreshExchanges: RefreshExchangeStore;
  readonly throttle: Pick<Throttle, "count">;
  readonly clock: () => Date;
}

interface Saved {
  readonly id: string;
  readonly artifact: OidcArtifact;
}

const collecting = new AsyncLocalStorage<Saved[]>();

/** @returns the objects that `save` would store, for a caller that stores them together with more */
export async function collectArtifacts(save: () => Promise<unknown>): Promise<readonly Saved[]> {
  const saved: Saved[] = [];
  await collecting.run(saved, save);
  return saved;
}

/** @param kind the class of oidc-provider whose objects are stored */
export function createAdapter(kind: string, needs: AdapterNeeds): Adapter {
  const adapter = artifactAdapter(kind, needs.oidcArtifacts);
  if (kind === "Session") return sessionAdapter(adapter, needs);
  if (kind === "DeviceCode") return deviceCodeAdapter(adapter, needs);
  return kind === "RefreshToken" ? refreshTokenAdapter(adapter, needs) : adapter;
}

function artifactAdapter(kind: string, oidcArtifacts: OidcArtifactStore): Adapter {
  return {
    async upsert(id, { jti: _, consumed: __, ...whole }, expiresIn) {
      const payload = withoutCookie(whole);
      const artifact = {
        kind,
        payload: payload as Record<string, unknown>,
        personId: payload.accountId,
        clientId: payload.clientId,
        grantId: kind === "Grant" ? undefined : payload.grantId,
        userCode: payload.userCode,
        sessionUid: payload.sessionUid,
        // Only interactions have no lifetime.
        lifeSeconds: expiresIn ?? 3600,
      };
      const request = currentArtifacts();
      if (kind === "Grant") request?.forgetGrants();
      const collected = collecting.getStore();
      if (collected !== undefined) collected.push({ id, artifact });
      else if (request?.keepLater(id, artifact) !== true) await oidcArtifacts.upsert(id, artifact);
    },
    find: async (id) => restore(id, await (currentArtifacts() ?? oidcArtifacts).find(kind, id)),
    async findByUserCode(userCode) {
      const found = await oidcArtifacts.findByUserCode(userCode);
      return found === null ? undefined : restore(found.id, found);
    },
    findByUid: async () => undefined,
    async consume(id) {
      if (currentArtifacts()?.consumeLater({ kind, id }) === true) return;
      if (await oidcArtifacts.consume(kind, id)) return;
      // Of two concurrent requests, the second revokes what the first received. RFC 6749, 4.1.2
      const found = await oidcArtifacts.find(kind, id);
      const grantId = found?.payload.grantId;
      if (typeof grantId === "string") await oidcArtifacts.destroy("Grant", grantId);
      throw kind === "PushedAuthorizationRequest"
        ? new errors.InvalidRequestUri("already used")
        : new errors.InvalidGrant("already used");
    },
    async destroy(id) {
      if (kind === "Grant") currentArtifacts()?.forgetGrants();
      const wasThere = await oidcArtifacts.destroy(kind, id);
      // Of two concurrent requests, only one continues.
      if (kind === "Interaction" && !wasThere)
        throw new errors.SessionNotFound("the interaction is already complete");
    },
    revokeByGrantId: (grantId) => oidcArtifacts.revokeByGrant(kind, grantId),
  };
}

function restore(
  id: string,
  found: Pick<FoundArtifact, "payload" | "consumedAt"> | null,
): AdapterPayload | undefined {
  if (found === null) return undefined;
  const consumed = found.consumedAt === null ? {} : { consumed: seconds(found.consumedAt) };
  return { ...found.payload, jti: id, ...consumed } as AdapterPayload;
}

/** An interaction names the browser's session, also by the token in its cookie, which is not stored. */
function withoutCookie(payload: AdapterPayload): AdapterPayload {
  const { session } = payload;
  if (session?.cookie === undefined) return payload;
  const { cookie: _, ...rest } = session;
  return { ...payload, session: rest as typeof session };
}

/** Seconds for which an expired device code stays, so that the device gets `expired_token`. */
const afterlife = 600;

/**
 * Only devices look device codes up by id; those that poll too often get `slow_down`.
 *
 * @see RFC 8628, section 3.5 (slow_down, expired_token)
 */
function deviceCodeAdapter(adapter: Adapter, { oidcArtifacts, throttle, clock }: AdapterNeeds): Adapter {
  return {
    ...adapter,
    upsert: (id, payload, expiresIn) => adapter.upsert(id, payload, (expiresIn ?? 0) + afterlife),
    async find(id) {
      const kept = await oidcArtifacts.find("DeviceCode", id);
      const found = restore(id, kept);
      if (kept === null || found === undefined) return undefined;
      const isPending = found.accountId === undefined && found.error === undefined;
      if (isPending && !(await throttle.count("device-poll", { device: id })).allowed)
        throw new errors.SlowDown("poll every five seconds, and less often after this response");
      // oidc-provider compares `exp` with real time, but the code lives by the clock that a test may move.
      return { ...found, exp: seconds(new Date(Date.now() + deviceCodeLife(kept, clock))) };
    },
  };
}

/** Remaining life of a device code in milliseconds; its row stays longer. @see RFC 8628, section 3.2 (expires_in) */
export function deviceCodeLife({ payload, createdAt }: FoundArtifact, clock: () => Date): number {
  const life = (Number(payload.exp) - Number(payload.iat)) * 1000;
  return createdAt.getTime() + life - clock().getTime();
}

function seconds(date: Date): number {
  return Math.floor(date.getTime() / 1000);
}
