import { describe, expect, test } from "vitest";
import { frontChannelLogoutUrl, renderLogoutRequest } from "../server/logout.ts";
import { CasClientError } from "./cas-client-error.ts";
import { readFrontChannelLogoutRequest } from "./front-channel-logout-request.ts";

const sessionIndex = "ST-1856339-aA5Yuvrxzpv8Tau1cYQ7";
const xml = renderLogoutRequest({ id: "LR-1", issueInstant: new Date(0), sessionIndex });
const bytesOf = (text: string) => new TextEncoder().encode(text);
const base64 = (bytes: Uint8Array) => btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));

async function compress(content: Uint8Array<ArrayBuffer>, format: CompressionFormat = "deflate") {
  const stream = new Blob([content]).stream().pipeThrough(new CompressionStream(format));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

const deflated = async (content: string): Promise<string> => base64(await compress(bytesOf(content)));

async function detailOf(value: string): Promise<string | null> {
  try {
    await readFrontChannelLogoutRequest(value);
  } catch (error) {
    if (error instanceof CasClientError && error.code === "logout_request_invalid") return error.detail;
    throw error;
  }
  throw new Error("it was taken for a logout request");
}

describe("2.3.3 a logout request by the front channel", () => {
  test("returns the session index", async () => {
    expect(await readFrontChannelLogoutRequest(await deflated(xml))).toEqual({ sessionIndex });
  });

  test("reads the message that the server half sends", async () => {
    const url = new URL(await frontChannelLogoutUrl("https://shop.example/out?x=1", xml));
    const value = url.searchParams.get("logoutRequest") ?? "";
    expect(await readFrontChannelLogoutRequest(value)).toEqual({ sessionIndex });
  });
});

describe("2.3.3 refuses by the front channel", () => {
  test.each([
    ["nothing", "", "value that does not inflate"],
    ["bare XML", xml, "value that is not base64"],
    ["base64 of bare XML", btoa(xml), "value that does not inflate"],
    ["base64url", "-_-_", "value that is not base64"],
    ["base64 without its end", "eJw", "value that is not base64"],
    ["base64 of five characters", "eJwDA", "value that is not base64"],
  ])("%s", async (_, value, detail) => {
    expect(await detailOf(value)).toBe(detail);
  });

  test("base64 with a plus sign that was not percent-encoded", async () => {
    const values = await Promise.all(
      Array.from({ length: 20 }, (_, space) => deflated(xml + " ".repeat(space))),
    );
    const withPlus = values.find((value) => value.includes("+")) ?? "";
    expect(await readFrontChannelLogoutRequest(withPlus)).toEqual({ sessionIndex });
    expect(await detailOf(withPlus.replaceAll("+", " "))).toBe("value that is not base64");
  });

  test.each(["deflate-raw", "gzip"] as const)("%s", async (format) => {
    expect(await detailOf(base64(await compress(bytesOf(xml), format)))).toBe("value that does not inflate");
  });

  test("a zlib stream that is truncated, has trailing bytes, or has a wrong checksum", async () => {
    const whole = await compress(bytesOf(xml));
    const wrong = whole.with(-1, ((whole.at(-1) ?? 0) + 1) % 256);
    for (const bytes of [whole.subarray(0, 99), Uint8Array.of(...whole, 0x78), wrong]) {
      expect(await detailOf(base64(bytes))).toBe("value that does not inflate");
    }
  });

  test("bytes that are not UTF-8", async () => {
    expect(await detailOf(base64(await compress(Uint8Array.of(0xff))))).toBe("message that is not UTF-8");
  });

  test.each([
    ["another message", "<a/>", "root that is no LogoutRequest"],
    ["a document type", `<!DOCTYPE a>${xml}`, "XML that holds a document type, comment or CDATA section"],
    [
      "no index",
      xml.replace(/<samlp:SessionIndex>.*<\/samlp:SessionIndex>/, ""),
      "not exactly one SessionIndex",
    ],
  ])("%s", async (_, message, detail) => {
    expect(await detailOf(await deflated(message))).toBe(detail);
  });

  test("a value of more than 8192 characters", async () => {
    expect(await detailOf("A".repeat(8_193))).toBe("value longer than 8192");
    expect(await detailOf("A".repeat(8_192))).toBe("value that does not inflate");
  });

  test("a small value that inflates to megabytes: reading stops at 16 kB", async () => {
    const bomb = await deflated("a".repeat(4_000_000));
    expect(bomb.length).toBeLessThan(8_192);
    expect(await detailOf(bomb)).toBe("message longer than 16384");
    expect(await detailOf(await deflated(xml + " ".repeat(16_384)))).toBe("message longer than 16384");
    expect(await readFrontChannelLogoutRequest(await deflated(xml + " ".repeat(15_000)))).toEqual({
      sessionIndex,
    });
  });
});
