import { expect, test } from "vitest";
import { nearestName, readShape } from "./shape-faults.ts";

const least = { id: "shop", name: "Shop", url: "https://shop.example/", firstParty: true };

function faults(json: unknown): string[] {
  const read = readShape(json);
  return "site" in read ? [] : read.faults.map(({ field, reason }) => `${field}: ${reason}`);
}

test("a valid shape has no faults", () => {
  expect(faults(least)).toEqual([]);
});

const attribute =
  'should be one of id, username, name, email, groups, amr, acr, or { "name": an XML name, "from": one of them }';
const secret = `should be { "environment": a variable's name } or { "sha256": 64 hex digits }`;

test.each<[object, string[]]>([
  [{ name: null }, ["name: should be text, and is null"]],
  [{ name: "" }, ["name: should not be empty"]],
  [{ name: "x".repeat(61) }, ["name: should have at most 60 characters"]],
  [{ name: undefined }, ["name: is missing; should be text"]],
  [{ firstParty: 1 }, ["firstParty: should be true or false, without quotes, and is a number"]],
  [{ cas: [] }, ["cas: should be an object in { }, and is a list in [ ]"]],
  [
    { cas: { services: {} } },
    ["cas.services: should be a list of addresses in [ ], and is an object in { }"],
  ],
  [{ cas: { services: [] } }, ["cas.services: should have at least one address"]],
  [{ cas: { services: ["a", true] } }, ["cas.services.1: should be text, and is true or false"]],
  [{ cas: { services: ["a"], logoutChannel: "side" } }, ["cas.logoutChannel: should be back or front"]],
  [
    { cas: { services: ["a"], logoutChannel: 7 } },
    ["cas.logoutChannel: should be back or front, and is a number"],
  ],
  [{ cas: { services: ["a"], attributes: ["phone"] } }, [`cas.attributes.0: ${attribute}`]],
  [{ cas: { services: ["a"], attributes: [7] } }, [`cas.attributes.0: ${attribute}, and is a number`]],
  [
    { cas: { services: ["a"], attributes: ["id", { name: "mail", form: "email" }] } },
    [
      "cas.attributes.1.from: is missing; should be id, username, name, email, groups, amr or acr",
      "cas.attributes.1.form: is not known",
    ],
  ],
  [{ secret: { sha256: "0" } }, ["secret.sha256: should be 64 hex digits, in lower case"]],
  [{ secret: { enviroment: "SHOP" } }, [`secret: ${secret}`]],
  [{ secret: 7 }, [`secret: ${secret}, and is a number`]],
  [{ secret: "in clear" }, [`secret: ${secret}`]],
  [
    { api: { resource: "a", scopes: { "a b": "x" } } },
    ['api.scopes."a b": as a name should be a scope: no space, quote or backslash'],
  ],
  [
    { api: { resource: "a", scopes: { "a.read": 7 } } },
    ['api.scopes."a.read": should be text, and is a number'],
  ],
  [
    { oidc: { redirectURIs: [], pcke: "" } },
    ["oidc.redirectURIs: is not known; did you mean redirectUris?", "oidc.pcke: is not known"],
  ],
  [{ oidc: { jwks: { keys: [{}], key: [] } } }, ["oidc.jwks.key: is not known; did you mean keys?"]],
  [{ redirectUris: [] }, ["redirectUris: is not known here; it belongs under oidc"]],
  [{ scopes: [] }, ["scopes: is not known here; it belongs under oidc or api"]],
  [{ "x y": 1, constructor: 2 }, ['"x y": is not known', "constructor: is not known"]],
])("%j", (wrong, told) => {
  expect(faults({ ...least, ...wrong })).toEqual(told);
});

test("each fault is reported, whatever the file contains", () => {
  expect(faults({})).toHaveLength(4);
  expect(faults([])).toEqual(["(file): should be an object in { }, and is a list in [ ]"]);
  expect(faults(null)).toEqual(["(file): should be an object in { }, and is null"]);
});

const knownNames = ["redirectUris", "postLogoutRedirectUris", "grants", "scopes", "url", "pkce"];

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
  expect(nearestName(name, knownNames)).toBe(nearest);
});

test("of several the nearest is returned", () => {
  expect(nearestName("targetx", ["target", "targets"])).toBe("target");
  expect(nearestName("grandx", ["grant", "grandy"])).toBe("grandy");
});
