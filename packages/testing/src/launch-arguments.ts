import { readLoopbackDomains, readTrustedKeys } from "./env.ts";

/**
 * Chromium's arguments (`launchOptions.args` in `playwright.config.ts`) for `LOOPBACK_DOMAINS` and `TRUSTED_KEYS`. None for
 * `*.localhost` over http.
 */
export function launchArguments(): string[] {
  const [domains, keys] = [readLoopbackDomains(), readTrustedKeys()];
  return [
    ...(domains.length > 0
      ? [`--host-resolver-rules=${domains.map((domain) => `MAP *.${domain} 127.0.0.1`).join(",")}`]
      : []),
    // By key, so that no other certificate is accepted.
    ...(keys.length > 0 ? [`--ignore-certificate-errors-spki-list=${keys.join(",")}`] : []),
  ];
}
