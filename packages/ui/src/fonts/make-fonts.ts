/**
 * Splits Inter into the files that pages load: a small, preloaded one for English text, and the rest of Latin, loaded when a
 * name needs it. Keeps only the weights in use. Run directly, it writes the files beside itself; a test fails while they are
 * outdated.
 */
import { readFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import subsetFont from "subset-font";

export const fontsDirectory = import.meta.dirname;
/** Minimum and maximum `font-weight`; `styles/font.css` declares the same. */
export const weights = { min: 400, max: 650 } as const;

type Range = readonly [first: number, last: number];

const basic: readonly Range[] = [
  [0x20, 0x7e],
  [0xa0, 0xa0],
  [0xa3, 0xa3],
  [0xb7, 0xb7],
  [0xd7, 0xd7],
  [0x2013, 0x2014],
  [0x2018, 0x2019],
  [0x201c, 0x201d],
  [0x2022, 0x2022],
  [0x2026, 0x2026],
  [0x20ac, 0x20ac],
  [0x2190, 0x2190],
  [0x2192, 0x2192],
  [0x2212, 0x2212],
];

/** Source file in the package and characters, by file name. */
export const fonts: ReadonlyMap<string, { readonly from: string; readonly ranges: readonly Range[] }> =
  new Map([
    ["inter-basic.woff2", { from: "latin", ranges: basic }],
    [
      "inter-latin.woff2",
      {
        from: "latin",
        ranges: without(
          [
            [0xa0, 0xff],
            [0x131, 0x131],
            [0x152, 0x153],
            [0x2bb, 0x2bc],
            [0x2c6, 0x2c6],
            [0x2da, 0x2da],
            [0x2dc, 0x2dc],
            [0x2000, 0x206f],
            [0x2122, 0x2122],
            [0x2191, 0x2191],
            [0x2193, 0x2193],
            [0x2215, 0x2215],
            [0xfffd, 0xfffd],
          ],
          basic,
        ),
      },
    ],
    [
      "inter-latin-ext.woff2",
      {
        from: "latin-ext",
        ranges: [
          [0x100, 0x130],
          [0x132, 0x151],
          [0x154, 0x2ba],
          [0x2bd, 0x2c5],
          [0x2c7, 0x2cc],
          [0x2ce, 0x2d7],
          [0x2dd, 0x2ff],
          [0x304, 0x304],
          [0x308, 0x308],
          [0x329, 0x329],
          [0x1d00, 0x1dbf],
          [0x1e00, 0x1e9f],
          [0x1ef2, 0x1eff],
          [0x20a0, 0x20ab],
          [0x20ad, 0x20c0],
          [0x2113, 0x2113],
          [0x2c60, 0x2c7f],
          [0xa720, 0xa7ff],
        ],
      },
    ],
  ]);

/** @returns the bytes of one of `fonts` */
export async function makeFont(name: string): Promise<Uint8Array> {
  const font = fonts.get(name);
  if (font === undefined) throw new Error(`no font is named ${name}`);
  const file = `@fontsource-variable/inter/files/inter-${font.from}-wght-normal.woff2`;
  const whole = await readFile(createRequire(import.meta.url).resolve(file));
  const text = font.ranges
    .flatMap(([first, last]) => Array.from({ length: last - first + 1 }, (_, index) => first + index))
    .map((point) => String.fromCodePoint(point))
    .join("");
  return subsetFont(whole, text, { targetFormat: "woff2", variationAxes: { wght: weights } });
}

/** Formats characters as a `unicode-range` of a style sheet. */
export function unicodeRange(ranges: readonly Range[]): string {
  const hex = (point: number): string => point.toString(16).toUpperCase().padStart(4, "0");
  return ranges
    .map(([first, last]) => (first === last ? `U+${hex(first)}` : `U+${hex(first)}-${hex(last)}`))
    .join(", ");
}

/** @param holes characters or ranges to exclude from `ranges` */
function without(ranges: readonly Range[], holes: readonly Range[]): readonly Range[] {
  return holes.reduce<readonly Range[]>(
    (left, [start, end]) =>
      left.flatMap(([first, last]): Range[] => {
        if (end < first || start > last) return [[first, last]];
        return [
          ...(first < start ? [[first, start - 1] as const] : []),
          ...(end < last ? [[end + 1, last] as const] : []),
        ];
      }),
    ranges,
  );
}

if (import.meta.main)
  for (const name of fonts.keys()) await writeFile(join(fontsDirectory, name), await makeFont(name));
