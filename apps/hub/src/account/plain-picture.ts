/**
 * Accepts uploaded pictures: recognises the format by its first bytes, and copies only the parts that draw the picture.
 * Places, times, names of devices, comments and appended files are left out.
 *
 * Pictures are never decoded: decoders of formats are large, and a fault in one would reach the keys of the hub. No
 * library does this for all three formats.
 */
export type PictureType = "image/png" | "image/jpeg" | "image/webp";

export interface PlainPicture {
  readonly type: PictureType;
  readonly bytes: Uint8Array;
}

/** Maximum size of an uploaded file, in bytes. */
export const longestPicture = 200_000;

/** @returns `undefined`: not a whole picture in one of the three formats */
export function plainPicture(file: Uint8Array): PlainPicture | undefined {
  const bytes = Buffer.from(file.buffer, file.byteOffset, file.byteLength);
  for (const { type, begins, copy } of formats) {
    if (!begins(bytes)) continue;
    const parts = copy(bytes);
    return parts && { type, bytes: Buffer.concat(parts) };
  }
  return undefined;
}

interface Format {
  readonly type: PictureType;
  begins(bytes: Buffer): boolean;
  /** @returns the parts to keep; `undefined`: cut off, or not built like this format */
  copy(bytes: Buffer): Uint8Array[] | undefined;
}

const pngSignature = Buffer.from("89504e470d0a1a0a", "hex");
const pngChunks = [
  "IHDR",
  "PLTE",
  "IDAT",
  "IEND",
  "tRNS",
  "cHRM",
  "gAMA",
  "iCCP",
  "sBIT",
  "sRGB",
  "cICP",
  "bKGD",
];
const webpChunks = ["VP8 ", "VP8L", "VP8X", "ALPH", "ICCP", "ANIM", "ANMF"];
/** Flags of `VP8X` that announce `EXIF` and `XMP `. */
const webpMetadataFlags = 0b0000_1100;

const formats: readonly Format[] = [
  {
    type: "image/png",
    begins: (bytes) => bytes.subarray(0, 8).equals(pngSignature),
    copy: copyPng,
  },
  {
    type: "image/jpeg",
    begins: (bytes) => bytes.subarray(0, 3).toString("hex") === "ffd8ff",
    copy: copyJpeg,
  },
  {
    type: "image/webp",
    begins: (bytes) =>
      bytes.toString("latin1", 0, 4) === "RIFF" && bytes.toString("latin1", 8, 12) === "WEBP",
    copy: copyWebp,
  },
];

/** @see PNG (Third Edition), section 5.3 */
function copyPng(bytes: Buffer): Uint8Array[] | undefined {
  const kept: Uint8Array[] = [pngSignature];
  for (let at = 8; at + 12 <= bytes.length; ) {
    const end = at + 12 + bytes.readUInt32BE(at);
    const name = bytes.toString("latin1", at + 4, at + 8);
    if (end > bytes.length || (at === 8) !== (name === "IHDR")) return undefined;
    if (pngChunks.includes(name)) kept.push(bytes.subarray(at, end));
    if (name === "IEND") return kept;
    at = end;
  }
  return undefined;
}

/**
 * Keeps the frame, its tables and its scans, the JFIF header, the colour profile and the colour transform of Adobe.
 *
 * @see ITU-T T.81, annex B
 */
function copyJpeg(bytes: Buffer): Uint8Array[] | undefined {
  const kept: Uint8Array[] = [bytes.subarray(0, 2)];
  let hasFrame = false;
  for (let at = 2; at + 2 <= bytes.length; ) {
    const marker = bytes[at + 1] ?? 0;
    if (bytes[at] !== 0xff || marker < 0xc0) return undefined;
    if (marker === 0xd9) return hasFrame ? [...kept, bytes.subarray(at, at + 2)] : undefined;
    if (at + 4 > bytes.length) return undefined;
    const end = marker === 0xda ? endOfScan(bytes, at) : at + 2 + bytes.readUInt16BE(at + 2);
    if (end > bytes.length) return undefined;
    if (isFrame(marker)) hasFrame = true;
    if (isKeptOfJpeg(marker, bytes.subarray(at + 4, end))) kept.push(bytes.subarray(at, end));
    at = end;
  }
  return undefined;
}

function isFrame(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
}

function isKeptOfJpeg(marker: number, content: Buffer): boolean {
  if (marker === 0xe0) return content.toString("latin1", 0, 5) === "JFIF\0";
  if (marker === 0xe2) return content.toString("latin1", 0, 12) === "ICC_PROFILE\0";
  if (marker === 0xee) return content.toString("latin1", 0, 5) === "Adobe";
  return marker < 0xe0;
}

/** End of the data after a scan's header: the next marker that is neither a stuffed byte nor a restart. */
function endOfScan(bytes: Buffer, start: number): number {
  let at = start + 2 + bytes.readUInt16BE(start + 2);
  for (; at + 1 < bytes.length; at += 1) {
    const next = bytes[at + 1] ?? 0;
    if (bytes[at] === 0xff && next !== 0 && !(next >= 0xd0 && next <= 0xd7)) return at;
  }
  return bytes.length;
}

/** @see RFC 9649, section 2 */
function copyWebp(bytes: Buffer): Uint8Array[] | undefined {
  const size = bytes.readUInt32LE(4) + 8;
  if (size > bytes.length) return undefined;
  const kept: Buffer[] = [];
  for (let at = 12; at + 8 <= size; ) {
    const length = bytes.readUInt32LE(at + 4);
    const end = at + 8 + length + (length % 2);
    if (end > size) return undefined;
    const name = bytes.toString("latin1", at, at + 4);
    const chunk = Buffer.from(bytes.subarray(at, end));
    if (name === "VP8X" && length < 10) return undefined;
    if (name === "VP8X") chunk.writeUInt8(chunk.readUInt8(8) & ~webpMetadataFlags, 8);
    if (webpChunks.includes(name)) kept.push(chunk);
    at = end;
  }
  if (kept.length === 0) return undefined;
  const header = Buffer.from(bytes.subarray(0, 12));
  header.writeUInt32LE(4 + kept.reduce((sum, { length }) => sum + length, 0), 4);
  return [header, ...kept];
}
