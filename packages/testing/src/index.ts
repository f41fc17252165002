/**
 * Playwright fixtures for whoever tests sites behind the hub. It owns people, the hub's time and the question who
 * is signed in where. It leaves to others starting the hub (with `HUB_MODE=test`) and what a site does.
 */
export { expect } from "@playwright/test";
export { BrowserFaults, type FaultKind } from "./browser-faults.ts";
export { Clock } from "./clock.ts";
export type { Sites } from "./env.ts";
export { expectSignedInOn, expectSignedOutEverywhere, expectSignedOutOn } from "./expectations.ts";
export { type GatehouseFixtures, gatehouseTest } from "./gatehouse-test.ts";
export { launchArguments } from "./launch-arguments.ts";
export { type NewPerson, People, type Person } from "./people.ts";
export { fillSignInForm, type SignInOptions, signIn, signOut } from "./sign-in.ts";
