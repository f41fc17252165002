export { type CentralSessionTrial, centralSessionStoreLaws } from "./central-session-store-laws.ts";
