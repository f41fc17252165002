/**
 * Playwright fixtures for tests of sites behind the hub: users, the hub's clock, and assertions about who is signed in
 * where. The caller starts the hub (with `HUB_MODE=test`) and the sites.
 */
export { expect } from "@playwright/test";
export { BrowserFaults, type FaultKind } from "./browser-faults.ts";
export { Clock } from "./clock.ts";
export type { Sites } from "./env.ts";
export { expectSignedInOn, expectSignedOutEverywhere, expectSignedOutOn } from "./expectations.ts";
export { type GatehouseFixtures, gatehouseTest } from "./gatehouse-test.ts";
export { launchArguments } from "./launch-arguments.ts";
export { type Mail, readMails } from "./mails.ts";
export { type NewPerson, People, type Person } from "./people.ts";
export { fillSignInForm, type SignInOptions, signIn, signOut } from "./sign-in.ts";
