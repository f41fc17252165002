import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect } from "@gatehouse/testing";

/** Where the site is, and as whom it signs in. */
export interface SvelteKitSettings {
  readonly port: number;
  readonly origin: string;
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
}

/**
 * Builds and starts a site in SvelteKit with @auth/sveltekit, in a process of its own.
 *
 * @returns ends it
 */
export async function openSvelteKitSite(settings: SvelteKitSettings): Promise<() => Promise<void>> {
  const { port, origin, issuer, clientId, clientSecret } = settings;
  const started = spawn("node", ["serve.js"], {
    cwd: import.meta.dirname,
    env: {
      ...process.env,
      NODE_ENV: "production",
      PORT: String(port),
      ORIGIN: origin,
      AUTH_SECRET: clientSecret,
      AUTH_GATEHOUSE_ISSUER: issuer,
      AUTH_GATEHOUSE_ID: clientId,
      AUTH_GATEHOUSE_SECRET: clientSecret,
    },
    stdio: ["ignore", "ignore", "inherit"],
  });
  const isReady = () =>
    fetch(origin).then(
      ({ ok }) => ok,
      () => false,
    );
  await expect.poll(isReady, { timeout: 60_000, message: "the site in SvelteKit answers" }).toBe(true);
  return async () => {
    const ended = once(started, "exit");
    started.kill("SIGKILL");
    await ended;
  };
}
