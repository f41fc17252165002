import { createTicketId } from "@gatehouse/cas/server";
import { expect, test } from "vitest";
import { pictureSources, receivesLogout } from "./logout-message.ts";

const byCas = { service: "http://shop.localhost/", sessionIndex: createTicketId("ST") };
const byOidc = {
  service: "http://shop.localhost/",
  sessionIndex: "VIvpYROtMdYH5cYeDTDvqDaNtfaNHvyAohfcZFd0MHV",
};

test("a program without an address for logout tokens cannot be notified", () => {
  expect(receivesLogout({ oidc: {} }, byOidc)).toBe(false);
  expect(receivesLogout({ oidc: { backchannelLogoutUrl: "http://shop.localhost/out" } }, byOidc)).toBe(true);
});

test("a sign-in by CAS can always be notified, at its service address", () => {
  expect(receivesLogout({}, byCas)).toBe(true);
});

const addresses = (count: number, scheme = "https") =>
  Array.from({ length: count }, (_, index) => `${scheme}://s${index}.example/out?logoutRequest=x`);

test("up to twenty sites are listed, each once", () => {
  expect(pictureSources([])).toEqual([]);
  const named = pictureSources([...addresses(20), ...addresses(20)]);
  expect(named).toHaveLength(20);
  expect(named).toContain("https://s19.example");
});

test("more than twenty are allowed by scheme, plain http only if one of them uses it", () => {
  expect(pictureSources(addresses(21))).toEqual(["https:"]);
  expect(pictureSources([...addresses(300), ...addresses(1, "http")])).toEqual(["http:", "https:"]);
});
