import { createTicketId } from "@gatehouse/cas/server";
import { expect, test } from "vitest";
import { receivesLogout } from "./logout-message.ts";

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
