/**
 * Journeys in Chromium over hub, shop and bank. `npm test` starts the three and says where they are: once on
 * `*.localhost` over http, once at three domains over https. `JOURNEYS` may name the files, separated by commas; those of
 * sites outside the repository (`e2e/outside`) run only then.
 */
import { defineConfig } from "@playwright/test";
import { launchArguments } from "./e2e/launch-arguments.ts";

/** The lighter one, unless a journey asks for the whole browser (`e2e/whole-browser.ts`). */
const browser = process.env.HEADLESS_SHELL_PATH || process.env.CHROMIUM_PATH;
const arguments_ = [
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--no-first-run",
  "--disable-quic",
  ...launchArguments(),
  ...(process.getuid?.() === 0 ? ["--no-sandbox"] : []),
];

export default defineConfig({
  testDir: "e2e",
  testIgnore: process.env.JOURNEYS ? [] : "**/outside/**",
  testMatch: process.env.JOURNEYS?.split(",") ?? "*.spec.ts",
  outputDir: "test-results",
  fullyParallel: true,
  workers: 2,
  retries: 0,
  timeout: 120_000,
  expect: { timeout: 15_000 },
  forbidOnly: true,
  use: {
    browserName: "chromium",
    // It takes a fifth of the time. `npm run test:e2e:https -- e2e/<file> --trace on` records one.
    trace: "off",
    launchOptions: {
      args: arguments_,
      ...(browser ? { executablePath: browser } : {}),
    },
  },
  projects: [
    { name: "journeys", grepInvert: /@clock/ },
    // All tests share the hub's clock: those that move it run alone, after the others.
    { name: "clock", grep: /@clock/, dependencies: ["journeys"], fullyParallel: false, workers: 1 },
  ],
});
