import { expect, test } from "vitest";
import { nearestName } from "./nearest-name.ts";

const known = ["redirectUris", "postLogoutRedirectUris", "grants", "scopes", "url", "pkce"];

test.each([
  ["redirectURIs", "redirectUris"],
  ["redirect_uris", "redirectUris"],
  ["redirectUri", "redirectUris"],
  ["post-logout-redirect-uris", "postLogoutRedirectUris"],
  ["scope", "scopes"],
  ["scpoe", undefined],
  ["URL", "url"],
  ["uri", "url"],
  ["logo", undefined],
  ["", undefined],
  ["x".repeat(60_000), undefined],
])("%s is nearest to %s", (name, nearest) => {
  expect(nearestName(name, known)).toBe(nearest);
});

test("of several the nearest is returned", () => {
  expect(nearestName("targetx", ["target", "targets"])).toBe("target");
  expect(nearestName("grandx", ["grant", "grandy"])).toBe("grandy");
});
