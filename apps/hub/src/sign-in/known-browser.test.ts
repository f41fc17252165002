import { expect, test } from "vitest";
import { createCookies } from "../http/cookies.ts";
import { hubKeys } from "../settings/secret-keys.ts";
import { keepKnownBrowser, readKnownBrowser, writeKnownBrowser } from "./known-browser.ts";

const needs = { cookies: createCookies(true), keys: hubKeys(["a".repeat(64)]) };

const sending = (setCookie?: string) => ({
  header: (name: string) => (name === "cookie" ? setCookie?.split(";")[0] : undefined),
});
const person = (id: string, knownBrowsersVersion = 1) => ({ id, knownBrowsersVersion });
const write = (sent: Parameters<typeof writeKnownBrowser>[1], id: string, version?: number) =>
  sending(writeKnownBrowser(needs, sent, person(id, version)));
const browser = write(sending(), "p1");

const idOf = (personId: string, sent = browser, version?: number) =>
  readKnownBrowser(needs, sent, person(personId, version));

test("a known browser has an id of its own for its user", () => {
  expect(idOf("p1")).toMatch(/^[0-9a-f]{64}$/);
  expect(idOf("p2")).toBeUndefined();
});

test("the cookie lasts a year and does not show the user", () => {
  // Longer than what a sealed text contains by chance.
  const personId = "the-id-of-a-person";
  const cookie = writeKnownBrowser(needs, sending(), person(personId));
  expect(cookie).toMatch(/^__Host-gatehouse-browser=[\w-]+; Max-Age=31536000;/);
  expect(cookie).not.toContain(personId);
});

test("the same user keeps the id, another user gets a new one", () => {
  expect(idOf("p1", write(browser, "p1"))).toBe(idOf("p1"));
  const other = write(browser, "p2");
  expect(idOf("p1", other)).toBe(idOf("p1"));
  expect(idOf("p2", other)).toMatch(/^[0-9a-f]{64}$/);
  expect(idOf("p2", other)).not.toBe(idOf("p1"));
});

test("a change of the password makes the browser unknown to its user only, and known again under another id", () => {
  const shared = write(browser, "p2");
  expect(idOf("p1", shared, 2)).toBeUndefined();
  const again = write(shared, "p1", 2);
  expect(idOf("p1", again, 2)).toMatch(/^[0-9a-f]{64}$/);
  expect(idOf("p1", again, 2)).not.toBe(idOf("p1"));
  expect(idOf("p1", again, 1)).toBeUndefined();
  expect(idOf("p2", again)).toBe(idOf("p2", shared));
});

test("a change without proof keeps a known browser known, and makes no other known", () => {
  const keep = (sent: typeof browser, version: { before: number; after: number }) =>
    keepKnownBrowser(needs, sent, {
      before: person("p1", version.before),
      after: person("p1", version.after),
    });
  const [cookie] = keep(browser, { before: 1, after: 2 });
  expect(idOf("p1", sending(cookie), 2)).toMatch(/^[0-9a-f]{64}$/);
  expect(keep(sending(), { before: 1, after: 2 })).toEqual([]);
  // Unknown since an earlier change.
  expect(keep(browser, { before: 2, after: 3 })).toEqual([]);
  // Another change came between, or none was made.
  expect(keep(browser, { before: 1, after: 3 })).toEqual([]);
  expect(keep(browser, { before: 1, after: 1 })).toEqual([]);
});

test("the last five users who share a browser are remembered, each with the same id", () => {
  const signedIn = (people: readonly string[]) =>
    people.reduce((sent, personId) => write(sent, personId), sending());
  const shared = signedIn(["p1", "p2"]);
  const again = write(shared, "p1");
  expect([idOf("p1", again), idOf("p2", again)]).toEqual([idOf("p1", shared), idOf("p2", shared)]);
  const isKnown = (personId: string, sent: typeof shared) => idOf(personId, sent) !== undefined;
  const many = signedIn(["p1", "p2", "p3", "p4", "p5", "p1", "p6"]);
  expect(["p1", "p2", "p3", "p4", "p5", "p6"].filter((id) => isKnown(id, many))).toEqual([
    "p1",
    "p3",
    "p4",
    "p5",
    "p6",
  ]);
});

const sealedBy = (keys: ReturnType<typeof hubKeys>, boundTo: string, purpose: "browser" | "note") =>
  needs.cookies.write("browser", keys[purpose].seal("p1 1 x", boundTo));

test("a cookie that the hub sealed is read", () => {
  expect(idOf("p1", sending(sealedBy(needs.keys, "known-browsers", "browser")))).toBe("x");
});

test.each([
  ["no cookie", undefined],
  ["a cookie made up by the browser", needs.cookies.write("browser", "p1 1 x")],
  ["one sealed by another hub", sealedBy(hubKeys(["b".repeat(64)]), "known-browsers", "browser")],
  ["one sealed for another purpose", sealedBy(needs.keys, "known-browsers", "note")],
  ["one bound to something else", sealedBy(needs.keys, "", "browser")],
  [
    "one of an earlier version of the hub",
    needs.cookies.write("browser", needs.keys.browser.seal("p1 x", "known-browser")),
  ],
  ["one with half an entry", needs.cookies.write("browser", needs.keys.browser.seal("p1", "known-browsers"))],
])("%s: the browser is unknown", (_, cookie) => {
  expect(idOf("p1", sending(cookie))).toBeUndefined();
});
