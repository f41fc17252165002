/** Contract tests of the ticket registries, for the tests of their implementations. */
export {
  type ProxyGrantingTicketRegistryTrial,
  proxyGrantingTicketRegistryLaws,
} from "./server/proxy-granting-ticket-registry-laws.ts";
export { type TicketRegistryTrial, ticketRegistryLaws } from "./server/ticket-registry-laws.ts";
