import { expect, test } from "vitest";
import { createMemoryTicketRegistry } from "./memory-ticket-registry.ts";
import { createTicketId } from "./ticket-id.ts";
import type { Principal } from "./ticket-registry.ts";
import { ticketRegistryLaws } from "./ticket-registry-laws.ts";

const alice: Principal = {
  user: "alice",
  attributes: { name: "Alice" },
  authenticationDate: new Date("2026-11-21T08:00:00Z"),
  longTerm: false,
};

ticketRegistryLaws("the memory ticket registry", async () => {
  let now = Date.parse("2026-11-21T09:00:00Z");
  const alive = new Set<string>();
  const registry = createMemoryTicketRegistry({
    clock: () => new Date(now),
    principalOf: (sessionId) => (alive.has(sessionId) ? alice : null),
  });
  return {
    registry,
    siteId: "shop",
    async startSession() {
      const sessionId = `session-${alive.size + 1}`;
      alive.add(sessionId);
      return sessionId;
    },
    async endSession(sessionId) {
      alive.delete(sessionId);
    },
    async advance(seconds) {
      now += seconds * 1000;
    },
    sessionIndexes: async (sessionId) => registry.sessionIndexes(sessionId),
    dump: async () => registry.dump(),
    async close() {},
  };
});

test.each([0, -1, Number.NaN, 301])("3.1.1 a life of %s seconds is refused", async (lifeSeconds) => {
  const registry = createMemoryTicketRegistry({ clock: () => new Date(0), principalOf: () => alice });
  const ticket = {
    service: "https://shop.example/",
    siteId: "shop",
    sessionId: "session-1",
    fromNewLogin: true,
    proxies: [],
  };
  await expect(registry.issue({ ...ticket, id: createTicketId("ST"), lifeSeconds })).rejects.toThrow(
    RangeError,
  );
  expect(registry.dump()).toBe("[]");
});

test("3.1.1 the life ends at its last second, not after it", async () => {
  let now = 0;
  const registry = createMemoryTicketRegistry({ clock: () => new Date(now), principalOf: () => alice });
  const service = "https://shop.example/";
  const [before, at] = [createTicketId("ST"), createTicketId("ST")];
  for (const id of [before, at]) {
    await registry.issue({
      id,
      service,
      siteId: "shop",
      sessionId: "s",
      fromNewLogin: true,
      proxies: [],
      lifeSeconds: 10,
    });
  }
  now = 9_999;
  expect(await registry.consume(before, { service, renew: false })).toMatchObject({ principal: alice });
  now = 10_000;
  expect(await registry.consume(at, { service, renew: false })).toEqual({ outcome: "expired" });
  expect(registry.sessionIndexes("s")).toEqual([before]);
  expect(registry.sessionIndexes("nobody")).toEqual([]);
});
