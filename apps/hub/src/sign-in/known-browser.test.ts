import { expect, test } from "vitest";
import { createCookies } from "../http/cookies.ts";
import { hubKeys } from "../settings/secret-keys.ts";
import { readKnownBrowsers, writeKnownBrowser } from "./known-browser.ts";

const needs = { cookies: createCookies(true), keys: hubKeys(["a".repeat(64)]) };

const sending = (setCookie?: string) => ({
  header: (name: string) => (name === "cookie" ? setCookie?.split(";")[0] : undefined),
});
const browser = sending(writeKnownBrowser(needs, sending(), "p1"));

const idOf = (personId: string, sent = browser) => readKnownBrowsers(needs, sent).get(personId);

test("a known browser has an id of its own for its user", () => {
  expect([...readKnownBrowsers(needs, browser)]).toEqual([["p1", expect.stringMatching(/^[0-9a-f]{64}$/)]]);
});

test("the cookie lasts a year and does not show the user", () => {
  // Longer than what a sealed text contains by chance.
  const personId = "the-id-of-a-person";
  const cookie = writeKnownBrowser(needs, sending(), personId);
  expect(cookie).toMatch(/^__Host-gatehouse-browser=[\w-]+; Max-Age=31536000;/);
  expect(cookie).not.toContain(personId);
});

test("the same user keeps the id, another user gets a new one", () => {
  expect(idOf("p1", sending(writeKnownBrowser(needs, browser, "p1")))).toBe(idOf("p1"));
  const other = sending(writeKnownBrowser(needs, browser, "p2"));
  expect(idOf("p1", other)).toBe(idOf("p1"));
  expect(idOf("p2", other)).toMatch(/^[0-9a-f]{64}$/);
  expect(idOf("p2", other)).not.toBe(idOf("p1"));
});

test("users who share a browser are all remembered, the latest first, each with the same id", () => {
  const signedIn = (people: readonly string[]) =>
    people.reduce((sent, person) => sending(writeKnownBrowser(needs, sent, person)), sending());
  const shared = signedIn(["p1", "p2"]);
  const again = sending(writeKnownBrowser(needs, shared, "p1"));
  expect([...readKnownBrowsers(needs, shared).keys()]).toEqual(["p2", "p1"]);
  expect([...readKnownBrowsers(needs, again).keys()]).toEqual(["p1", "p2"]);
  expect(Object.fromEntries(readKnownBrowsers(needs, again))).toEqual(
    Object.fromEntries(readKnownBrowsers(needs, shared)),
  );
  const many = signedIn(["p1", "p2", "p3", "p4", "p5", "p6"]);
  expect([...readKnownBrowsers(needs, many).keys()]).toEqual(["p6", "p5", "p4", "p3", "p2"]);
});

const sealedBy = (keys: ReturnType<typeof hubKeys>, boundTo: string, purpose: "browser" | "note") =>
  needs.cookies.write("browser", keys[purpose].seal("p1 x", boundTo));

test.each([
  ["no cookie", undefined],
  ["a cookie made up by the browser", needs.cookies.write("browser", "p1 x")],
  ["one sealed by another hub", sealedBy(hubKeys(["b".repeat(64)]), "known-browser", "browser")],
  ["one sealed for another purpose", sealedBy(needs.keys, "known-browser", "note")],
  ["one bound to something else", sealedBy(needs.keys, "", "browser")],
])("%s: the browser is unknown", (_, cookie) => {
  expect(readKnownBrowsers(needs, sending(cookie)).size).toBe(0);
});
