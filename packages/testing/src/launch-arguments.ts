import { readLoopbackDomains, readTrustedKeys } from "./env.ts";

/**
 * Arguments that let Chromium reach what runs on this machine under names of its own, and trust its certificates:
 * `launchOptions.args` in `playwright.config.ts`. None for `*.localhost` over http.
 */
export function launchArguments(): string[] {
  const [domains, keys] = [readLoopbackDomains(), readTrustedKeys()];
  return [
    ...(domains.length > 0
      ? [`--host-resolver-rules=${domains.map((domain) => `MAP *.${domain} 127.0.0.1`).join(",")}`]
      : []),
    // By key, so that no other certificate gets past.
    ...(keys.length > 0 ? [`--ignore-certificate-errors-spki-list=${keys.join(",")}`] : []),
  ];
}
