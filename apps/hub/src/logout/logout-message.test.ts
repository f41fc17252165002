import { createTicketId } from "@gatehouse/cas/server";
import type { LogoutDelivery } from "@gatehouse/database";
import { describe, expect, test } from "vitest";
import type { RegisteredSite } from "../site-registry/registered-site.ts";
import { parsedSite } from "../test-support/parsed-site.ts";
import {
  asksForFrontChannel,
  frontChannelAddress,
  logoutMessage,
  pictureSources,
  receivesLogout,
} from "./logout-message.ts";

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

test("a site without OpenID Connect is not told of a sign-in by it", () => {
  expect(receivesLogout({}, byOidc)).toBe(false);
});

const byProxy = { ...byCas, sessionIndex: createTicketId("PT") };
const siteWith = (cas: object | undefined, oidc?: object) =>
  parsedSite("shop", {
    cas: cas && { services: [byCas.service], ...cas },
    oidc: oidc && { clientAuthentication: "none", redirectUris: [byCas.service], ...oidc },
  });
const logoutUrl = "https://shop.example/out";

describe("CAS 2.3.3 front-channel logout", () => {
  test.each([
    [
      "a sign-in by CAS, if the site asks for it",
      siteWith({ logoutChannel: "front", logoutUrl }),
      byCas,
      logoutUrl,
    ],
    ["a proxy ticket as well", siteWith({ logoutChannel: "front", logoutUrl }), byProxy, logoutUrl],
    [
      "the service, if the site has no logout address",
      siteWith({ logoutChannel: "front" }),
      byCas,
      byCas.service,
    ],
    [
      "no site that asks for the back channel",
      siteWith({ logoutChannel: "back", logoutUrl }),
      byCas,
      undefined,
    ],
    ["no sign-in by OpenID Connect", siteWith({ logoutChannel: "front", logoutUrl }), byOidc, undefined],
    ["no site without CAS", siteWith(undefined), byCas, undefined],
  ])("reaches %s", (_, site, signIn, address) => {
    expect(frontChannelAddress(site, signIn)).toBe(address);
    expect(asksForFrontChannel(site, signIn)).toBe(address !== undefined);
  });

  test("falls back to the back channel if no browser can go to the address", async () => {
    const site = siteWith({ logoutChannel: "front" });
    const signIn = { ...byCas, service: `${byCas.service}?${"a".repeat(3_000)}` };
    expect(asksForFrontChannel(site, signIn)).toBe(true);
    expect(frontChannelAddress(site, signIn)).toBeUndefined();
    expect(await messageTo(site, signIn)).toMatchObject({ url: signIn.service });
  });
});

const signed: unknown[] = [];
function messageTo(site: RegisteredSite, signIn: typeof byCas) {
  return logoutMessage(
    site,
    signIn as LogoutDelivery,
    () => new Date("2026-11-30T21:00:00Z"),
    async (to, sid) => {
      signed.push([to, sid]);
      return "signed.logout.token";
    },
  );
}

describe("the message that the hub posts", () => {
  test.each([
    ["the logout address of the site", siteWith({ logoutUrl, logoutChannel: "back" }), logoutUrl],
    ["the service, if there is none", siteWith({ logoutChannel: "back" }), byCas.service],
    ["the service of a site that no longer speaks CAS", siteWith(undefined), byCas.service],
  ])("by CAS goes to %s", async (_, site, url) => {
    const message = await messageTo(site, byCas);
    expect(message).toMatchObject({ url });
    const xml = new URLSearchParams("body" in message ? message.body : "").get("logoutRequest");
    expect(xml).toMatch(/ID="LR-[^"]+"/);
    expect(xml).toContain('IssueInstant="2026-11-30T21:00:00');
    expect(xml).toContain(`<samlp:SessionIndex>${byCas.sessionIndex}</samlp:SessionIndex>`);
  });

  test("by OpenID Connect is a signed token for the session", async () => {
    const site = siteWith(undefined, { backchannelLogoutUrl: logoutUrl });
    expect(await messageTo(site, byOidc)).toEqual({
      url: logoutUrl,
      body: "logout_token=signed.logout.token",
    });
    expect(signed).toEqual([[site, byOidc.sessionIndex]]);
  });

  test.each([
    ["no address to tell", siteWith(undefined, {}), byOidc],
    ["no address to tell", siteWith({ logoutUrl }), byOidc],
    ["front-channel", siteWith({ logoutChannel: "front", logoutUrl }), byCas],
  ])("is none, for the reason %s", async (none, site, signIn) => {
    expect(await messageTo(site, signIn)).toEqual({ none });
  });
});
