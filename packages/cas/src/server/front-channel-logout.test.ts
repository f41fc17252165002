import { expect, test } from "vitest";
import { frontChannelLogoutUrl, isFrontChannelAddress } from "./front-channel-logout.ts";
import { renderLogoutRequest } from "./logout-request.ts";

test("2.3.3 front channel: the message, deflated and in base64, beside the address's own query", async () => {
  const xml = renderLogoutRequest({ id: "LR-1", issueInstant: new Date(0), sessionIndex: "ST-1" });
  const url = await frontChannelLogoutUrl("https://a.example/out?x=a%20b", xml);
  expect(url).toMatch(/^https:\/\/a\.example\/out\?x=a%20b&logoutRequest=[A-Za-z0-9%]+$/);
  const value = new URL(url).searchParams.get("logoutRequest") ?? "";
  const bytes = Uint8Array.from(atob(value), (character) => character.charCodeAt(0));
  const inflated = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  expect(await new Response(inflated).text()).toBe(xml);
});

test.each([
  ["https://a.example/out", true],
  ["https://a.example/out?x=ticket", true],
  ["https://a.example/out?ticket=ST-1", false],
  ["https://a.example/out?SAMLart=ST-1", false],
  [`https://a.example/${"x".repeat(2048)}`, false],
])("2.3.3 front channel: a browser can bring a message to %s: %s", (address, expected) => {
  expect(isFrontChannelAddress(address)).toBe(expected);
});
