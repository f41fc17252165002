import { describe, expect, test } from "vitest";
import type { MakeAppPasswordErrorCode } from "../../src/screen/screen.ts";
import { allowedLabel, allowsWords, lifeWords, makeErrorWords } from "./app-password-words.ts";

const self = { words: "see who you are", at: null };
const accounts = { words: "see your accounts", at: "Harbour Bank" };
const money = { words: "send money", at: "Harbour Bank" };
const shelves = { words: "see your orders", at: "Corner Shop" };

test.each([
  [[self], "It may see who you are."],
  [[accounts], "It may see your accounts at Harbour Bank."],
  [[accounts, money], "It may see your accounts and send money at Harbour Bank."],
  [
    [self, accounts, money, shelves],
    "It may see who you are, and see your accounts and send money at Harbour Bank, and see your orders at Corner Shop.",
  ],
])("the scopes %j are one sentence", (allows, words) => {
  expect(allowsWords(allows)).toBe(words);
});

test("a single scope is labelled with its site", () => {
  expect([allowedLabel(self), allowedLabel(accounts)]).toEqual([
    "See who you are",
    "See your accounts at Harbour Bank",
  ]);
});

test.each([
  [7, "7 days"],
  [90, "90 days"],
  [365, "A year"],
])("%i days are %j", (days, words) => {
  expect(lifeWords(days)).toBe(words);
});

describe("errors of the form", () => {
  // An object and not a list: a code that is added and forgotten here does not compile.
  const parts: Record<MakeAppPasswordErrorCode, string | undefined> = {
    name_missing: "name",
    name_too_long: "name",
    scope_missing: "scopes",
    life_missing: "days",
    too_many: undefined,
  };

  test.each(Object.entries(parts) as [MakeAppPasswordErrorCode, string | undefined][])(
    "%s has a text and a field",
    (code, part) => {
      const words = makeErrorWords(code, 60);
      expect(words.part).toBe(part);
      expect(words.text).toMatch(/^[A-Z].{10,}/);
    },
  );

  test("an overlong name gets the allowed length", () => {
    expect(makeErrorWords("name_too_long", 60).text).toContain("60 characters");
  });
});
