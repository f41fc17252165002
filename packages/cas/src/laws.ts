/** The laws that every store of tickets keeps; for tests of stores alone. */
export {
  type ProxyGrantingTicketRegistryTrial,
  proxyGrantingTicketRegistryLaws,
} from "./server/proxy-granting-ticket-registry-laws.ts";
export { type TicketRegistryTrial, ticketRegistryLaws } from "./server/ticket-registry-laws.ts";
