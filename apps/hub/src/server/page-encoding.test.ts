import { gunzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { createPageEncoder } from "./page-encoding.ts";

const start = `<!DOCTYPE html><style>${"p{margin:0}".repeat(500)}</style><title>`;
const encode = createPageEncoder(start);
const page = (rest: string) => Buffer.from(start + rest);

describe("an encoded page decodes to the page", () => {
  test.each([
    ["that is nothing but its start", ""],
    ["with text outside of ASCII", "Größe 漢字 🙂"],
    ["that fills a block", "x".repeat(65_535)],
    ["that is longer than a block", "y".repeat(65_536)],
    ["of several blocks", "z".repeat(200_000)],
  ])("%s", (_, rest) => {
    expect(gunzipSync(encode(page(rest))).equals(page(rest))).toBe(true);
  });
});

test("the start is compressed", () => {
  expect(encode(page("end")).length).toBeLessThan(page("end").length / 10);
});

test("its length does not depend on how often the page repeats a text, of its start or of its rest: BREACH", () => {
  const token = "7f3a91c2d4e5b608";
  const length = (guess: string) => encode(page(`<input value="${token}"/><p>${guess}</p>`)).length;
  const guesses = [token, "0123456789abcdef", "p{margin:0}p{mar"];
  expect(new Set(guesses.map(length)).size).toBe(1);
});
