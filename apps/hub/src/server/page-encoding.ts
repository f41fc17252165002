/**
 * Encodes pages as gzip that compresses only their start, which is the same for everybody and holds the styles. The rest holds
 * tokens of a session beside text from the address: compressed, its length would reveal how much they have in common (BREACH).
 * Own code, because no library changes between compressed and stored blocks of one stream.
 */
import { constants, crc32, deflateRawSync } from "node:zlib";

/** No name, no time, unknown system. @see RFC 1952, section 2.3 */
const header = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255]);
/** @see RFC 1951, section 3.2.4 */
const mostInBlock = 65_535;

/**
 * @param start text with which every page begins
 * @returns encodes a page
 */
export function createPageEncoder(start: string): (page: Buffer) => Buffer {
  const plain = Buffer.from(start);
  const checksum = crc32(plain);
  // The flush ends the last block at a whole byte, where a stored block can follow.
  const compressed = deflateRawSync(plain, { level: 9, finishFlush: constants.Z_FULL_FLUSH });
  return (page) => {
    const rest = page.subarray(plain.length);
    const trailer = Buffer.alloc(8);
    trailer.writeUInt32LE(crc32(rest, checksum));
    trailer.writeUInt32LE(page.length, 4);
    return Buffer.concat([header, compressed, ...storedBlocks(rest), trailer]);
  };
}

function storedBlocks(bytes: Buffer): readonly Buffer[] {
  const blocks: Buffer[] = [];
  for (let at = 0; at === 0 || at < bytes.length; at += mostInBlock) {
    const content = bytes.subarray(at, at + mostInBlock);
    const intro = Buffer.alloc(5);
    intro[0] = at + mostInBlock >= bytes.length ? 1 : 0;
    intro.writeUInt16LE(content.length, 1);
    intro.writeUInt16LE(mostInBlock - content.length, 3);
    blocks.push(intro, content);
  }
  return blocks;
}
