import { describe, expect, test } from "vitest";
import { isPublicAddress } from "./public-address.ts";

describe("public addresses are allowed", () => {
  test.each(["8.8.8.8", "1.1.1.1", "93.184.216.34", "172.32.0.1", "2606:4700::1111", "2a00:1450:4001::200e"])(
    "%s",
    (address) => expect(isPublicAddress(address)).toBe(true),
  );
});

describe("RFC 6890 addresses that are not public are refused", () => {
  test.each([
    "127.0.0.1",
    "10.1.2.3",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "0.0.0.0",
    "224.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:8.8.8.8",
    "::ffff:7f00:1",
    "64:ff9b::7f00:1",
    "64:ff9b:1::1",
    "100::1",
    "2001::1",
    "2001:db8::1",
    "2002:7f00:1::",
    "3fff::1",
    "fc00::1",
    "fe80::1",
    "fec0::1",
    "ff02::1",
    "nonsense",
    "",
  ])("%s", (address) => expect(isPublicAddress(address)).toBe(false));
});
