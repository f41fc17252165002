/** Stores oidc-provider's objects in the hub's database. */
import { AsyncLocalStorage } from "node:async_hooks";
import type { Database, FoundArtifact, OidcArtifact } from "@gatehouse/database";
import type { DeviceThrottle } from "../../credential/device-throttle.ts";
import { type Adapter, type AdapterPayload, errors } from "../issuer/provider.ts";
import { refreshTokenAdapter } from "./refresh-replay.ts";
import { currentArtifacts } from "./request-context.ts";
import { sessionAdapter } from "./session-adapter.ts";

export interface AdapterSurroundings {
  readonly database: Database;
  /** Called when a sign-out ended a central session: its sites have to be told. */
  readonly ended: () => void;
  readonly deviceThrottle: DeviceThrottle;
  readonly clock: () => Date;
}

interface Saved {
  readonly id: string;
  readonly artifact: OidcArtifact;
}

const collecting = new AsyncLocalStorage<Saved[]>();

/** @returns what `save` would write, for somebody who writes it together with more */
export async function collectArtifacts(save: () => Promise<unknown>): Promise<readonly Saved[]> {
  const saved: Saved[] = [];
  await collecting.run(saved, save);
  return saved;
}

/** @param kind the class of oidc-provider's that is kept */
export function createAdapter(kind: string, surroundings: AdapterSurroundings): Adapter {
  const adapter = artifactAdapter(kind, surroundings.database);
  if (kind === "Session") return sessionAdapter(adapter, surroundings.database, surroundings.ended);
  if (kind === "DeviceCode") return deviceCodeAdapter(adapter, surroundings);
  return kind === "RefreshToken" ? refreshTokenAdapter(adapter, surroundings.database) : adapter;
}

function artifactAdapter(kind: string, { oidcArtifacts }: Database): Adapter {
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
        // What names no end is a flow that somebody is in the middle of.
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
      // Two at once looked at it unspent; whoever comes second ends what the first got. RFC 6749, 4.1.2
      const found = await oidcArtifacts.find(kind, id);
      const grantId = found?.payload.grantId;
      if (typeof grantId === "string") await oidcArtifacts.destroy("Grant", grantId);
      throw kind === "PushedAuthorizationRequest"
        ? new errors.InvalidRequestUri("it was used already")
        : new errors.InvalidGrant("it was used already");
    },
    async destroy(id) {
      if (kind === "Grant") currentArtifacts()?.forgetGrants();
      const wasThere = await oidcArtifacts.destroy(kind, id);
      // Two at once looked at it; only one goes on from here.
      if (kind === "Interaction" && !wasThere)
        throw new errors.SessionNotFound("it was gone through already");
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

/** A flow under way names the browser's session, by the token in its cookie too; that is not for keeping. */
function withoutCookie(payload: AdapterPayload): AdapterPayload {
  const { session } = payload;
  if (session?.cookie === undefined) return payload;
  const { cookie: _, ...rest } = session;
  return { ...payload, session: rest as typeof session };
}

/** How long a device that asks late is told that its code is past its life, in seconds. */
const afterlife = 600;

/**
 * Looked up by its id it is being asked for by a device, which is told when it asks too often. It stays for a while
 * after its life, so that the device learns what happened.
 *
 * @see RFC 8628, section 3.5 (slow_down, expired_token)
 */
function deviceCodeAdapter(
  adapter: Adapter,
  { database, deviceThrottle, clock }: AdapterSurroundings,
): Adapter {
  return {
    ...adapter,
    upsert: (id, payload, expiresIn) => adapter.upsert(id, payload, (expiresIn ?? 0) + afterlife),
    async find(id) {
      const kept = await database.oidcArtifacts.find("DeviceCode", id);
      const found = restore(id, kept);
      if (kept === null || found === undefined) return undefined;
      const isPending = found.accountId === undefined && found.error === undefined;
      if (isPending && (await deviceThrottle.isTooSoon(id)))
        throw new errors.SlowDown("ask every five seconds, and less often after this answer");
      // oidc-provider compares it with real time, and this one lives by the clock that a test may move.
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
