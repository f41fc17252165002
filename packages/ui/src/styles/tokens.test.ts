import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";

type Tokens = ReadonlyMap<string, string>;

const css = readFileSync(new URL("tokens.css", import.meta.url), "utf8");
const [light = "", dark = ""] = css.split("@media (prefers-color-scheme: dark)");

/** The tokens of a rule; a voice has those of `:root` below its own. */
function tokensOf(sheet: string, voice: string): Tokens {
  const rule = (selector: string) => sheet.split(`${selector} {`)[1]?.split("}")[0] ?? "";
  const text = voice === "hub" ? rule(":root") : rule(":root") + rule(`[data-voice="${voice}"]`);
  return new Map(
    [...text.matchAll(/(--[\w-]+):\s*(#[0-9a-f]{6});/g)].map(([, name = "", hex = ""]) => [name, hex]),
  );
}

/** @see https://www.w3.org/TR/WCAG22/#dfn-relative-luminance */
function luminance(hex: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5]
    .map((at) => Number.parseInt(hex.slice(at, at + 2), 16) / 255)
    .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** @see https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio */
function contrast(tokens: Tokens, front: string, back: string): number {
  const [one, other] = [front, back].map((name) => luminance(tokens.get(name) ?? "")) as [number, number];
  return (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
}

const grounds = ["--paper", "--raised", "--sunken"];
/** Foreground, background and minimum contrast: 7 for text on forms, 4.5 for text, 3 for lines. */
const pairs: readonly (readonly [string, string, number])[] = [
  ...grounds.flatMap((ground) => [["--ink", ground, 7] as const, ["--quiet", ground, 7] as const]),
  ["--accent", "--paper", 4.5],
  ["--accent", "--raised", 4.5],
  ["--accent", "--accent-ground", 4.5],
  ["--ink", "--accent-ground", 7],
  ["--on-accent", "--accent", 7],
  ["--on-accent", "--accent-strong", 7],
  ["--danger", "--raised", 7],
  ["--danger", "--danger-ground", 7],
  ["--ink", "--danger-ground", 7],
  ["--on-danger", "--danger", 7],
  ["--on-danger", "--danger-strong", 7],
  ["--field-line", "--raised", 3],
  ["--field-line", "--paper", 3],
];

describe.each([
  ["light", light],
  ["dark", dark],
])("contrast, %s", (_, sheet) => {
  describe.each(["hub", "shop", "bank"])("%s", (voice) => {
    const tokens = tokensOf(sheet, voice);
    test.each(pairs)("%s on %s is at least %d:1", (front, back, least) => {
      expect(contrast(tokens, front, back)).toBeGreaterThanOrEqual(least);
    });
  });
});
