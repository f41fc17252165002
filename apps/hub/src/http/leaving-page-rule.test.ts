import { describe, expect, test } from "vitest";
import type { RegisteredSite } from "../site-registry/registered-site.ts";
import { leavingPage } from "./leaving-page.ts";

const hubUrl = "https://hub.example";
const navigate = { "sec-fetch-mode": "navigate", "sec-fetch-site": "same-origin" };
const away = "https://shop.example/in?ticket=ST-1";
const shop = { name: "The shop", host: "shop.example", oidc: undefined } as RegisteredSite;

interface Sent {
  method?: string | undefined;
  headers?: Record<string, string>;
  location?: string;
  hasSession?: boolean;
  site?: RegisteredSite;
}
const pageFor = ({ method = "POST", headers = navigate, location = away, hasSession = false, site }: Sent) =>
  leavingPage({ method, headers, location, site }, { hubUrl, hasSession });

describe("a page replaces the redirect", () => {
  test("to a site, which it names", () => {
    expect(pageFor({ site: shop })).toEqual({
      screen: {
        name: "leaving",
        model: { address: away, site: { name: "The shop", host: "shop.example" }, opensProgram: false },
      },
      headers: { "referrer-policy": "no-referrer" },
    });
  });

  test.each<[string, RegisteredSite | undefined, boolean]>([
    [
      "a program on the user's machine",
      { ...shop, oidc: { applicationType: "native" } } as RegisteredSite,
      true,
    ],
    ["a web site", { ...shop, oidc: { applicationType: "web" } } as RegisteredSite, false],
    ["an unknown destination", undefined, false],
  ])("to %s: opens a program: %s", (_, site, opensProgram) => {
    const model = pageFor(site === undefined ? {} : { site })?.screen.model;
    expect(model).toMatchObject({ opensProgram, ...(site === undefined && { site: null }) });
  });

  test.each<[string, Sent]>([
    ["with the mode navigate", { headers: { "sec-fetch-mode": "navigate" } }],
    ["without a mode but with upgraded requests", { headers: { "upgrade-insecure-requests": "1" } }],
    ["of a form that the user opened", { headers: { ...navigate, "sec-fetch-site": "none" } }],
    ["to another port of the hub's host", { location: "https://hub.example:8443/account" }],
    ["to the authorization endpoint", { location: "/oidc/auth" }],
    ["to a flow in progress", { location: "/oidc/auth/abc" }],
    ["to a question of a flow", { location: `${hubUrl}/oidc/interaction/abc?x=1` }],
    ["to the page that goes on to another provider", { location: "/account/security/connect" }],
    ["to the login with a session", { location: "/cas/login?service=x", hasSession: true }],
  ])("%s", (_, sent) => {
    expect(pageFor(sent)?.screen.model).toMatchObject({ address: sent.location ?? away });
  });
});

describe("the redirect stays", () => {
  test.each<[string, Sent]>([
    ["of a request by GET", { method: "GET" }],
    ["of a program", { headers: {} }],
    [
      "of a script that wants upgraded requests",
      { headers: { "sec-fetch-mode": "cors", "upgrade-insecure-requests": "1" } },
    ],
    ["of a browser without a mode that wants none", { headers: { "upgrade-insecure-requests": "0" } }],
    ["of a form of another site", { headers: { ...navigate, "sec-fetch-site": "cross-site" } }],
    ["of a form of a sibling host", { headers: { ...navigate, "sec-fetch-site": "same-site" } }],
    ["to a page of the hub", { location: "/account" }],
    ["to a page of the hub by its full address", { location: `${hubUrl}/account` }],
    ["to the login without a session", { location: "/cas/login?service=x" }],
    ["to a page below the login, with a session", { location: "/cas/login/other", hasSession: true }],
    ["to a page above the login, with a session", { location: "/x/cas/login", hasSession: true }],
    ["to a page whose name begins like a flow's", { location: "/oidc/authority" }],
    ["to a page that ends like a flow's", { location: "/x/oidc/auth" }],
  ])("%s", (_, sent) => {
    expect(pageFor(sent)).toBeUndefined();
  });
});
