import { crc32, deflateSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { plainPicture } from "./plain-picture.ts";

const secret = "GPS 47.3769 N 8.5417 E";

function chunk(name: string, content: Uint8Array | string): Buffer {
  const body = Buffer.concat([Buffer.from(name, "latin1"), Buffer.from(content)]);
  const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(body.length - 4);
  check.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, check]);
}
const pngHead = Buffer.from("89504e470d0a1a0a", "hex");
const ihdr = chunk("IHDR", Buffer.from("00000001000000010802000000", "hex"));
const idat = chunk("IDAT", deflateSync(Buffer.from([0, 255, 0, 0])));
const iend = chunk("IEND", "");
const png = Buffer.concat([pngHead, ihdr, idat, iend]);

function segment(marker: number, content: Uint8Array | string): Buffer {
  const body = Buffer.from(content);
  const head = Buffer.from([0xff, marker, 0, 0]);
  head.writeUInt16BE(body.length + 2, 2);
  return Buffer.concat([head, body]);
}
const jfif = segment(0xe0, "JFIF\0\u0001\u0001");
const frame = segment(0xc0, "frame");
const scan = Buffer.concat([segment(0xda, "scan"), Buffer.from([1, 0xff, 0, 2, 0xff, 0xd0, 3])]);
const [start, end] = [Buffer.from([0xff, 0xd8]), Buffer.from([0xff, 0xd9])];
const jpeg = Buffer.concat([start, jfif, segment(0xdb, "table"), frame, scan, end]);

function riff(...chunks: readonly Buffer[]): Buffer {
  const head = Buffer.from("RIFF\0\0\0\0WEBP", "latin1");
  const body = Buffer.concat(chunks);
  head.writeUInt32LE(body.length + 4, 4);
  return Buffer.concat([head, body]);
}
function webpChunk(name: string, content: Uint8Array | string): Buffer {
  const body = Buffer.from(content);
  const head = Buffer.from(`${name}\0\0\0\0`, "latin1");
  head.writeUInt32LE(body.length, 4);
  return Buffer.concat([head, body, Buffer.alloc(body.length % 2)]);
}
const flagged = (flags: number) => webpChunk("VP8X", Buffer.from([flags, 0, 0, 0, 0, 0, 0, 0, 0, 0]));
const drawing = webpChunk("VP8L", "drawing");

describe("a picture without metadata is kept byte for byte", () => {
  test.each([
    ["image/png", png],
    ["image/jpeg", jpeg],
    ["image/webp", riff(drawing)],
  ])("%s", (type, file) => {
    expect(plainPicture(file)).toEqual({ type, bytes: file });
  });
});

describe("metadata is removed, and the rest is kept", () => {
  test.each([
    [
      "PNG: Exif, texts, time, private parts, and a file behind the end",
      Buffer.concat([
        pngHead,
        ihdr,
        chunk("eXIf", secret),
        chunk("tEXt", secret),
        chunk("iTXt", secret),
        chunk("tIME", secret),
        chunk("prVt", secret),
        idat,
        iend,
        Buffer.from(secret),
      ]),
      png,
    ],
    [
      "JPEG: Exif, XMP, IPTC, a comment, and a file behind the end",
      Buffer.concat([
        start,
        jfif,
        segment(0xe1, `Exif\0\0${secret}`),
        segment(0xe1, `http://ns.adobe.com/xap/1.0/\0${secret}`),
        segment(0xed, `Photoshop 3.0\0${secret}`),
        segment(0xfe, secret),
        segment(0xdb, "table"),
        frame,
        scan,
        end,
        Buffer.from(secret),
      ]),
      jpeg,
    ],
    [
      "WebP: Exif and XMP, and the flags that announce them",
      riff(flagged(0b0001_1100), drawing, webpChunk("EXIF", secret), webpChunk("XMP ", secret)),
      riff(flagged(0b0001_0000), drawing),
    ],
  ])("%s", (_, file, expected) => {
    const bytes = Buffer.from(plainPicture(file)?.bytes ?? []);
    expect(bytes.includes(secret)).toBe(false);
    expect(bytes).toEqual(expected);
  });

  test("JPEG: the colour profile and the colours of Adobe are kept", () => {
    const colours = [segment(0xe2, "ICC_PROFILE\0profile"), segment(0xee, "Adobe")];
    const file = Buffer.concat([start, jfif, ...colours, frame, scan, end]);
    expect(plainPicture(file)?.bytes).toEqual(file);
  });
});

describe("anything else is refused", () => {
  const whole = [png, jpeg, riff(flagged(0), drawing)];

  test.each([
    ["an empty file", Buffer.alloc(0)],
    ["a text", Buffer.from("<script>alert(1)</script>")],
    ["SVG", Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>')],
    ["GIF", Buffer.from("GIF89a0123456789012345678901234567890")],
    ["the first bytes alone", pngHead],
    ["PNG that does not begin with its head", Buffer.concat([pngHead, idat, iend])],
    ["JPEG without a frame", Buffer.concat([start, jfif, end])],
    ["WebP without a drawing", riff(webpChunk("EXIF", secret))],
    ["WebP with a short head", riff(webpChunk("VP8X", ""), drawing)],
  ])("%s", (_, file) => {
    expect(plainPicture(file)).toBeUndefined();
  });

  test("a picture that is cut off anywhere", () => {
    for (const file of whole)
      for (let length = 0; length < file.length; length += 1)
        expect(plainPicture(file.subarray(0, length)), `${length} of ${file.length}`).toBeUndefined();
  });

  test("a picture with a wrong byte never fails otherwise", () => {
    for (const file of whole)
      for (let at = 0; at < file.length; at += 1)
        for (const value of [0, 1, 0x7f, 0xff]) {
          const damaged = Buffer.from(file);
          damaged[at] = value;
          expect(() => plainPicture(damaged)).not.toThrow();
        }
  });
});
