/** For `playwright.config.ts`: the root depends on no workspace, or every workspace would. */
export { launchArguments } from "@gatehouse/testing";
