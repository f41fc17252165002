/** Where a sign-in may lead: pages of the hub, as the routes declare them, and nowhere else. */
import { describe, expect, test } from "vitest";
import { declaredRoutes } from "../test-support/declared-routes.ts";
import { createOwnPageReader } from "./own-pages.ts";
import { route } from "./route.ts";

const routes = declaredRoutes({ door: false });
const ownPage = createOwnPageReader(routes);

describe("a page of the hub", () => {
  test.each([
    "/account",
    "/account?notice=ended",
    "/account/app-passwords/new",
    "/account/app-passwords/new?form=abc_-",
    "/oidc/device",
    "/oidc/device?user_code=BCDF-GHJK",
    "/oidc/device?user_code=%EF%BC%A1",
    "/oidc/interaction/abcDEF_-123",
    "/oidc/interaction/abcDEF_-123?client_id=shop&redirect_uri=https%3A%2F%2Fshop.example%2F&state=a%20b",
  ])("%s is accepted unchanged", (address) => {
    expect(ownPage(address)).toBe(address);
  });

  test("every page that requires a sign-in is accepted without being listed", () => {
    const pages = routes.filter(
      ({ method, speaks, caller, asksForSignIn }) =>
        method === "GET" && speaks === "html" && (caller === "person" || asksForSignIn === true),
    );
    expect(pages.length).toBeGreaterThan(3);
    for (const { path } of pages) {
      const address = path.replaceAll(/:\w+/g, "abc");
      expect(ownPage(`${address}?a=b`), address).toBe(`${address}?a=b`);
    }
  });

  const page = route({
    method: "GET",
    path: "/account/groups/:id/edit",
    caller: "person",
    antiForgery: "changes-nothing",
    sends: "query",
    speaks: "html",
    answer: async () => ({ status: 200, body: "" }),
  });

  test("a new page is accepted as soon as it is declared", () => {
    expect(createOwnPageReader([page])("/account/groups/a-1/edit?x=y")).toBe("/account/groups/a-1/edit?x=y");
    expect(createOwnPageReader([page])("/account/groups/a/b/edit")).toBeUndefined();
  });

  test.each([
    ["receives a form", { method: "POST" }],
    ["answers by JSON", { speaks: "json" }],
    ["changes something", { antiForgery: "form-token" }],
    ["everybody may call", { caller: "anybody" }],
  ] as const)("a route that %s is no page to return to", (_, difference) => {
    const other = { ...page, ...difference } as typeof page;
    expect(createOwnPageReader([other])("/account/groups/a-1/edit")).toBeUndefined();
  });
});

test.each([
  ["another site", "https://evil.example/account"],
  ["another site by two slashes", "//evil.example/account"],
  ["three", "///evil.example/account"],
  ["a backslash, which browsers read as a slash", "/\\evil.example/account"],
  ["one further on", "/account\\..\\..\\evil"],
  ["a TAB, which browsers drop", "/\t/evil.example/account"],
  ["a line feed", "/account\nSet-Cookie:x"],
  ["a blank first", " /account"],
  ["dots", "/account/../cas/logout"],
  ["encoded dots", "/account/%2e%2e/cas/logout"],
  ["dots that end at a page", "/cas/../account"],
  ["a scheme", "javascript:alert(1)"],
  ["a username in front of a host", "/@evil.example/account"],
  ["sign-out", "/cas/logout"],
  ["the sign-in page itself", "/cas/login?return=%2Faccount"],
  ["a form's address", "/account/sessions/end"],
  ["what answers by JSON", "/api/v1/me"],
  ["a path that is longer", "/account/"],
  ["an encoded page", "/%61ccount"],
  ["nothing", ""],
])("%s is refused", (_, address) => {
  expect(ownPage(address)).toBeUndefined();
});
