import { beforeEach, expect, test } from "vitest";
import { hubKeys } from "../settings/secret-keys.ts";
import { readKeptForm, withKeptForm } from "./kept-form.ts";

let now = 0;
const needs = { keys: hubKeys(["a".repeat(64)]), clock: () => new Date(now) };
beforeEach(() => {
  now = 1_000_000;
});
const fields = new Map([
  ["name", "Mail & more"],
  ["scopes", "shop:read"],
]);

/** The fields that `reader` finds on the page at the address. */
function readAt(address: string, reader = "alice"): ReadonlyMap<string, string> {
  const { pathname, searchParams } = new URL(address, "https://hub.example");
  return readKeptForm(needs, { path: pathname }, new Map(searchParams), { username: reader });
}
const keep = (page: string, kept: ReadonlyMap<string, string> | undefined = fields) =>
  withKeptForm(needs, "alice", kept === undefined ? { page } : { page, fields: kept });

test.each(["/account/apps", "/account/apps?tab=new"])("the user's fields are restored at %s", (page) => {
  const address = keep(page);
  expect(address.startsWith(`${page}${page.includes("?") ? "&" : "?"}form=`)).toBe(true);
  expect(readAt(address)).toEqual(fields);
  expect(address).not.toContain("Mail");
});

test("another user gets none of them, and neither does another page", () => {
  const address = keep("/account/apps");
  expect(readAt(address, "bob")).toEqual(new Map());
  expect(readAt(address.replace("/account/apps", "/account/name"))).toEqual(new Map());
});

test.each([
  ["no form", "/account/apps"],
  ["a form that the hub did not seal", "/account/apps?form=made-up"],
])("%s: no fields", (_, address) => {
  expect(readAt(address)).toEqual(new Map());
});

test("they are kept for twelve hours", () => {
  const address = keep("/account/apps");
  now += 12 * 3_600_000;
  expect(readAt(address)).toEqual(fields);
  now += 1;
  expect(readAt(address)).toEqual(new Map());
});

test("a form without fields leaves the address unchanged", () => {
  expect(withKeptForm(needs, "alice", { page: "/account" })).toBe("/account");
  expect(keep("/account", new Map())).toBe("/account");
});

test("an address has at most 3000 characters; a longer form is not kept", () => {
  const length = (size: number) => keep("/a", new Map([["x", "y".repeat(size)]])).length;
  const sizes = Array.from({ length: 400 }, (_, index) => 1_900 + index);
  const kept = sizes.map(length).filter((each) => each > 2);
  expect(Math.max(...kept)).toBeGreaterThanOrEqual(2_999);
  expect(Math.max(...kept)).toBeLessThanOrEqual(3_000);
  expect(length(2_299)).toBe(2);
});
