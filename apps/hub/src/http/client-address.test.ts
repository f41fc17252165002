import { BlockList } from "node:net";
import { expect, test } from "vitest";
import { clientAddress } from "./client-address.ts";

const proxies = new BlockList();
proxies.addSubnet("10.0.0.0", 8, "ipv4");
proxies.addAddress("2001:db8::1", "ipv6");

test("without TRUST_PROXY the header is ignored", () => {
  expect(clientAddress("203.0.113.9", "192.0.2.1", undefined)).toBe("203.0.113.9");
});

test("CVE-2023-4612 the header of an untrusted peer is ignored", () => {
  for (const header of ["192.0.2.1", "10.0.0.1", "192.0.2.1, 10.0.0.1", "::1"])
    expect(clientAddress("203.0.113.9", header, proxies)).toBe("203.0.113.9");
});

test("the header of a trusted proxy is used", () => {
  expect(clientAddress("10.0.0.1", "192.0.2.1", proxies)).toBe("192.0.2.1");
  expect(clientAddress("2001:db8::1", "2001:db8::2", proxies)).toBe("2001:db8::2");
});

test("entries before those of the trusted proxy are ignored", () => {
  expect(clientAddress("10.0.0.1", "1.2.3.4, 192.0.2.1", proxies)).toBe("192.0.2.1");
  expect(clientAddress("10.0.0.1", "1.2.3.4, 192.0.2.1, 10.0.0.2", proxies)).toBe("192.0.2.1");
  expect(clientAddress("10.0.0.1", "10.0.0.9, 192.0.2.1", proxies)).toBe("192.0.2.1");
});

test("a chain that is unreadable, or names proxies alone, ends at the proxy", () => {
  const unreadable = [
    ...["unknown", "192.0.2.1, _hidden", "192.0.2.1, unknown", "for=192.0.2.1", 'for="[2001:db8::2]:80"'],
    ...[
      "[192.0.2.1]:80",
      "[2001:db8::2",
      "2001:db8::2]:80",
      "192.0.2.1:",
      "192.0.2.1:port",
      "192.0.2.1:1234567",
    ],
    ...["192.0.2.300:80", "0x7f.1:80", "1:80", "[]:80", ":80", "login.example:80", "192.0.2.1 192.0.2.2"],
  ];
  for (const header of [undefined, "", " ", ",", ...unreadable, "10.0.0.3, 10.0.0.2"])
    expect(clientAddress("10.0.0.1", header, proxies), header).toBe("10.0.0.1");
});

test.each([
  ["203.0.113.7:51234", "203.0.113.7"],
  ["[2001:db8:1::1]:443", "2001:db8:1::1"],
  ["[2001:db8:1::1]", "2001:db8:1::1"],
  ['"[2001:db8:1::1]:443"', "2001:db8:1::1"],
  ["[::ffff:203.0.113.7]:443", "203.0.113.7"],
  ["::ffff:203.0.113.7", "203.0.113.7"],
  ["::FFFF:CB00:7107", "203.0.113.7"],
  ["  203.0.113.7:51234\t", "203.0.113.7"],
  ["1.2.3.4:1, 203.0.113.7:2, 10.0.0.2:3", "203.0.113.7"],
  ["203.0.113.7:2,[2001:db8::1]:3", "203.0.113.7"],
  ["2001:DB8:1:0:0:0:0:1", "2001:db8:1::1"],
  ["fe80::1%eth0", "fe80::1"],
  ["2001:db8:1::ffff:1", "2001:db8:1::ffff:1"],
  ["::ffff:0:1", "0.0.0.1"],
])(
  "an entry is read with the port that a load balancer appends, in one spelling per address: %s",
  (header, address) => {
    expect(clientAddress("10.0.0.1", header, proxies)).toBe(address);
  },
);

test("a proxy is recognized in every spelling of its address", () => {
  for (const peer of [
    "2001:DB8::1",
    "2001:db8::1%eth0",
    "2001:db8:0:0:0:0:0:1",
    "::ffff:10.0.0.1",
    "::ffff:a00:1",
  ])
    expect(clientAddress(peer, "203.0.113.7", proxies), peer).toBe("203.0.113.7");
});

test("an IPv4 peer of a dual-stack socket is the IPv4 address", () => {
  expect(clientAddress("::ffff:192.0.2.1", undefined, proxies)).toBe("192.0.2.1");
  expect(clientAddress("::ffff:10.0.0.1", "::ffff:192.0.2.1", proxies)).toBe("192.0.2.1");
});

test("a closed connection has no address", () => {
  expect(clientAddress(undefined, "192.0.2.1", proxies)).toBe("");
});
