/** Tests of the OpenID Connect clients of a central session. */
import { createTicketId } from "@gatehouse/cas/server";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import {
  artifacts,
  closeArtifactFixture,
  fixture,
  keep,
  openArtifactFixture,
  personId,
  resetArtifactFixture,
  startSession,
} from "./artifact-fixture.ts";

beforeAll(openArtifactFixture);
beforeEach(resetArtifactFixture);
afterAll(closeArtifactFixture);

describe("clients of a session", () => {
  test("participate in its single logout, each once, also after the user signs in again", async () => {
    const { pool } = fixture;
    const { sessions } = fixture.database;
    const [token, next] = [createTicketId("TGT"), createTicketId("TGT")];
    const { id } = await startSession(token);
    const clients = { bank: { sid: "sid-1", grantId: "g" }, shop: {} };
    await sessions.joinOidcClients(id, clients, "https://bank.example/");
    await sessions.joinOidcClients(id, clients, "https://bank.example/");
    const renewed = await startSession(next, token);
    expect(renewed.oidcClients).toEqual(clients);
    await sessions.end({ token: next }, "signed-out");
    const { rows } = await pool.query("SELECT site_id, session_index FROM logout_deliveries");
    expect(rows).toEqual([{ site_id: "bank", session_index: "sid-1" }]);
  });

  test("get their grant with the session while it is valid", async () => {
    const { sessions } = fixture.database;
    const token = createTicketId("TGT");
    const { id } = await startSession(token);
    const grantId = await keep({ kind: "Grant", personId, payload: { openid: { scope: "openid" } } });
    await sessions.joinOidcClients(id, { bank: { sid: "sid-1", grantId }, shop: { sid: "sid-2" } }, "");
    const grantOf = async (client: string) => {
      const found = await sessions.find(token, { touch: true, grantOf: client });
      return found.state === "alive" ? found.grant : found.state;
    };
    expect(await grantOf("bank")).toEqual({ openid: { scope: "openid" } });
    expect(await grantOf("shop")).toBeUndefined();
    expect(await grantOf("\0")).toBeUndefined();
    await artifacts.destroy("Grant", grantId);
    expect(await grantOf("bank")).toBeUndefined();
    await sessions.end({ token }, "signed-out");
    expect(await grantOf("bank")).toBe("ended");
  });

  test("of 20 concurrent requests the first sets the grant of a session, until it is replaced", async () => {
    const { sessions } = fixture.database;
    const token = createTicketId("TGT");
    const { id } = await startSession(token);
    const claims = Array.from({ length: 20 }, (_, index) =>
      sessions.claimOidcGrant(id, "bank", `grant-${index}`, undefined),
    );
    const [first, ...others] = new Set(await Promise.all(claims));
    expect([first, others]).toEqual([expect.stringMatching(/^grant-\d+$/), []]);
    expect(await sessions.claimOidcGrant(id, "bank", "late", undefined)).toBe(first);
    expect(await sessions.claimOidcGrant(id, "bank", "next", first)).toBe("next");
    await sessions.end({ token }, "signed-out");
    expect(await sessions.claimOidcGrant(id, "bank", "too-late", "next")).toBeUndefined();
  });

  test("do not join a session that has ended", async () => {
    const { pool } = fixture;
    const { sessions } = fixture.database;
    const token = createTicketId("TGT");
    const { id, uid } = await startSession(token);
    expect(await sessions.findByUid(uid)).toMatchObject({ state: "alive", session: { id } });
    await sessions.end({ token }, "signed-out");
    await sessions.joinOidcClients(id, { bank: { sid: "sid-2" } }, "https://bank.example/");
    expect((await pool.query("SELECT FROM site_sessions")).rowCount).toBe(0);
    expect(await sessions.findByUid(uid)).toEqual({ state: "unknown" });
    expect(await sessions.findByUid("nonsense")).toEqual({ state: "unknown" });
  });
});
