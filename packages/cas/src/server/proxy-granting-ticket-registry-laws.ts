import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { ProxyGrantingTicketRegistry } from "./proxy-granting-ticket-registry.ts";
import { createTicketId } from "./ticket-id.ts";

/** A registry under test with its environment. */
export interface ProxyGrantingTicketRegistryUnderTest {
  readonly registry: ProxyGrantingTicketRegistry;
  /** A registered site that tickets may be granted to. */
  readonly siteId: string;
  /** Starts a central session; returns its id. */
  startSession(): Promise<string>;
  endSession(sessionId: string): Promise<void>;
  /** Opens the same store again, as after a restart. */
  reopen(): Promise<ProxyGrantingTicketRegistry>;
  /** All stored data of granted tickets, as text. */
  dump(): Promise<string>;
  close(): Promise<void>;
}

/**
 * Contract tests of `ProxyGrantingTicketRegistry`; every implementation runs them in its own test file.
 *
 * @param title name of the implementation
 * @param open opens an empty registry before each test; `close` is called after it
 * @see CAS protocol 3.0.3, sections 3.3.1 and 2.3
 */
export function proxyGrantingTicketRegistryLaws(
  title: string,
  open: () => Promise<ProxyGrantingTicketRegistryUnderTest>,
): void {
  describe(`${title} passes the contract tests of a proxy-granting ticket registry`, () => {
    let underTest: ProxyGrantingTicketRegistryUnderTest;
    let sessionId: string;
    const proxies = ["https://near.example/pgt?b=1", "https://far.example/pgt"];

    beforeEach(async () => {
      underTest = await open();
      sessionId = await underTest.startSession();
    });
    afterEach(() => underTest.close());

    async function grant(): Promise<string> {
      const id = createTicketId("PGT");
      expect(await underTest.registry.grant({ id, siteId: underTest.siteId, sessionId, proxies })).toBe(true);
      return id;
    }

    test("3.3.1 a ticket can be used repeatedly, and has its session and site", async () => {
      const id = await grant();
      const found = { siteId: underTest.siteId, sessionId, proxies };
      expect(await underTest.registry.find(id)).toEqual(found);
      expect(await underTest.registry.find(id)).toEqual(found);
    });

    test("2.6.2 the chain keeps its order, the latest proxy first", async () => {
      expect((await underTest.registry.find(await grant()))?.proxies).toEqual(proxies);
    });

    test("3.3.1 a ticket that was never granted is unknown", async () => {
      await grant();
      expect(await underTest.registry.find(createTicketId("PGT"))).toBeNull();
    });

    test("3.3.1 a ticket ends with its session at once, and others stay valid", async () => {
      const mine = await grant();
      const another = await underTest.startSession();
      const other = createTicketId("PGT");
      await underTest.registry.grant({ id: other, siteId: underTest.siteId, sessionId: another, proxies });
      await underTest.endSession(sessionId);
      expect(await underTest.registry.find(mine)).toBeNull();
      expect(await underTest.registry.find(other)).toMatchObject({ sessionId: another });
    });

    test("3.3.1 for an ended session no ticket is granted or stored", async () => {
      await underTest.endSession(sessionId);
      const id = createTicketId("PGT");
      expect(await underTest.registry.grant({ id, siteId: underTest.siteId, sessionId, proxies })).toBe(
        false,
      );
      expect(await underTest.registry.find(id)).toBeNull();
      expect(await underTest.dump()).not.toContain(sessionId);
    });

    test("3.3.1 a ticket is valid after a restart", async () => {
      const id = await grant();
      const registry = await underTest.reopen();
      expect(await registry.find(id)).toMatchObject({ sessionId });
    });

    test("3.3.1 only the hash of a ticket is stored, which is no valid ticket", async () => {
      const id = await grant();
      const kept = await underTest.dump();
      expect(kept).toContain(sessionId);
      expect(kept).not.toContain(id.slice("PGT-".length));
    });
  });
}
