/** QR codes as one path of an SVG picture. The only file that imports uqr. */
import { encode } from "uqr";

export interface QrCode {
  /** Width and height in modules, with the quiet zone. */
  readonly size: number;
  /** Path of the dark modules. */
  readonly path: string;
}

/** @see ISO/IEC 18004 (quiet zone of four modules) */
export function createQrCode(text: string): QrCode {
  const { data, size } = encode(text, { ecc: "M", border: 4 });
  const path = data
    .flatMap((row, y) => row.flatMap((isDark, x) => (isDark ? [`M${x} ${y}h1v1h-1z`] : [])))
    .join("");
  return { size, path };
}
