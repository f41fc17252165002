/** Contract tests of the ticket registries, for the tests of their implementations. */
export {
  type ProxyGrantingTicketRegistryUnderTest,
  proxyGrantingTicketRegistryLaws,
} from "./server/proxy-granting-ticket-registry-laws.ts";
export { type TicketRegistryUnderTest, ticketRegistryLaws } from "./server/ticket-registry-laws.ts";
