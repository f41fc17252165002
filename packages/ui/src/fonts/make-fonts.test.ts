import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { fonts, fontsDirectory, makeFont, unicodeRange, weights } from "./make-fonts.ts";

const styles = await readFile(join(fontsDirectory, "..", "styles", "font.css"), "utf8");
const faces = new Map(
  [...styles.matchAll(/@font-face \{([^}]*)\}/g)].map(([, body = ""]) => [
    /fonts\/([\w-]+\.woff2)/.exec(body)?.[1],
    Object.fromEntries(
      body
        .split(";")
        .map((line) => [line.split(":")[0]?.trim(), line.split(":")[1]?.replace(/\s+/g, " ").trim()]),
    ),
  ]),
);

describe.each([...fonts])("%s", (name, { ranges }) => {
  test("is up to date (otherwise run node packages/ui/src/fonts/make-fonts.ts)", async () => {
    const [written, made] = [await readFile(join(fontsDirectory, name)), await makeFont(name)];
    expect(Buffer.compare(written, made)).toBe(0);
  });

  test("is declared for its characters and weights", () => {
    expect(faces.get(name)).toMatchObject({
      "unicode-range": unicodeRange(ranges),
      "font-weight": `${weights.min} ${weights.max}`,
      "font-display": "optional",
    });
  });
});

test("no character is in two files", () => {
  const all = [...fonts.values()].flatMap(({ ranges }) => ranges).toSorted(([a], [b]) => a - b);
  for (const [index, [, last]] of all.entries())
    expect(all[index + 1]?.[0] ?? Number.POSITIVE_INFINITY).toBeGreaterThan(last);
});

test("the preloaded font is small", async () => {
  expect((await readFile(join(fontsDirectory, "inter-basic.woff2"))).length).toBeLessThan(22_000);
});
