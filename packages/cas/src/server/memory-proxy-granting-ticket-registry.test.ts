import { createMemoryProxyGrantingTicketRegistry } from "./memory-proxy-granting-ticket-registry.ts";
import { proxyGrantingTicketRegistryLaws } from "./proxy-granting-ticket-registry-laws.ts";

proxyGrantingTicketRegistryLaws("the memory registry of proxy-granting tickets", async () => {
  const alive = new Set<string>();
  const registry = createMemoryProxyGrantingTicketRegistry({ isAlive: (sessionId) => alive.has(sessionId) });
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
    dump: async () => registry.dump(),
    async close() {},
  };
});
