import type { IncomingMessage } from "node:http";
import { BlockList } from "node:net";
import { poolOf } from "@gatehouse/database/test-pool";
import { expect, test } from "vitest";
import { openTestHub, TestBrowser } from "../test-hub.ts";
import { createMemoryLog } from "../test-support/memory-log.ts";
import { createProxyWatch } from "./proxy-watch.ts";

const trusted = new BlockList();
trusted.addSubnet("10.0.0.0", 8, "ipv4");
const https = "https://login.example.com";
const wellMade = {
  host: "login.example.com",
  "x-forwarded-for": "203.0.113.7",
  "x-forwarded-proto": "https",
};

interface Arrival {
  readonly headers?: Readonly<Record<string, string | undefined>>;
  readonly url?: string;
  readonly peer?: string;
  readonly mode?: "production" | "demo" | "test";
  readonly hubUrl?: string;
  readonly trusts?: BlockList | undefined;
}

function look(arrivals: readonly Arrival[], clock = () => new Date(0)) {
  const { log, lines } = createMemoryLog();
  const [{ mode = "production", hubUrl = https, ...first } = {}] = arrivals;
  const trustedProxies = "trusts" in first ? first.trusts : trusted;
  const watch = createProxyWatch({ mode, hubUrl, trustedProxies }, log, clock);
  for (const { headers = wellMade, url = "/cas/login", peer = "10.0.0.1" } of arrivals)
    watch.look({ headers, url, socket: { remoteAddress: peer } } as unknown as IncomingMessage);
  return { watch, lines, codes: watch.recent().map(({ code }) => code) };
}

test.each<[string, Arrival]>([
  ["a proxy that passes on what it should", {}],
  [
    "several proxies",
    {
      headers: {
        ...wellMade,
        "x-forwarded-for": "1.2.3.4, 203.0.113.7:51234, 10.0.0.2",
        "x-forwarded-proto": "https, http",
      },
    },
  ],
  ["the scheme's own port", { headers: { ...wellMade, host: "login.example.com:443" } }],
  [
    "the host as the proxy was asked for it",
    { headers: { ...wellMade, host: "hub.internal:3000", "x-forwarded-host": "login.example.com" } },
  ],
  ["an address of the proxy's own network", { headers: { ...wellMade, "x-forwarded-for": "10.0.0.9" } }],
  [
    "a load balancer that asks whether the hub is well",
    { headers: { host: "10.0.0.5:3000" }, url: "/readyz" },
  ],
  [
    "this machine, without a proxy",
    {
      hubUrl: "http://hub.localhost:3000",
      headers: { host: "localhost:3000" },
      trusts: undefined,
      peer: "127.0.0.1",
    },
  ],
  [
    "a demo on this machine",
    {
      mode: "demo",
      hubUrl: "http://hub.localhost:3000",
      headers: { host: "hub.localhost:3000" },
      trusts: undefined,
    },
  ],
])("%s is not a fault", (_, arrival) => {
  const { codes, lines } = look([arrival]);
  expect([codes, lines]).toEqual([[], []]);
});

test.each<[string, Arrival, RegExp]>([
  [
    "proxy_missing",
    { headers: { host: "login.example.com" }, peer: "203.0.113.9" },
    /from 203\.0\.113\.9 without forwarding headers, .* BIND_ADDRESS/,
  ],
  ["trust_proxy_unset", { trusts: undefined, peer: "::ffff:10.0.0.1" }, /Set TRUST_PROXY=10\.0\.0\.1\.$/],
  [
    "trust_proxy_unset",
    { trusts: undefined, headers: { host: "login.example.com", "x-forwarded-proto": "https" } },
    /TRUST_PROXY/,
  ],
  ["proxy_not_trusted", { peer: "172.16.0.1" }, /172\.16\.0\.1 sends .* TRUST_PROXY does not list it/],
  [
    "forwarded_for_missing",
    { headers: { ...wellMade, "x-forwarded-for": undefined } },
    /10\.0\.0\.1 sends no X-Forwarded-For/,
  ],
  [
    "forwarded_for_unreadable",
    { headers: { ...wellMade, "x-forwarded-for": "203.0.113.7, unknown" } },
    /something other than an IP address/,
  ],
  [
    "forwarded_proto_missing",
    { headers: { ...wellMade, "x-forwarded-proto": undefined } },
    /no X-Forwarded-Proto/,
  ],
  ["scheme_differs", { headers: { ...wellMade, "x-forwarded-proto": "http" } }, /redirect http to https/],
  [
    "scheme_differs",
    { hubUrl: "http://hub.localhost", headers: { ...wellMade, host: "hub.localhost" } },
    /Set HUB_URL to the address that users open/,
  ],
  [
    "host_differs",
    { headers: { ...wellMade, host: "other.example.com" } },
    /names the host other\.example\.com, but HUB_URL is https:\/\/login/,
  ],
  [
    "host_differs",
    { headers: { ...wellMade, "x-forwarded-host": "other.example.com" } },
    /names the host other\.example\.com/,
  ],
  ["host_differs", { headers: { ...wellMade, host: "login.example.com:8443" } }, /correct HUB_URL/],
  ["demo_behind_proxy", { mode: "demo", hubUrl: "http://hub.localhost:3000" }, /HUB_MODE is demo/],
  [
    "demo_behind_proxy",
    { mode: "test", hubUrl: "http://hub.localhost:3000", headers: { via: "1.1 x" } },
    /HUB_MODE is test/,
  ],
])("%s is reported with its remedy", (code, arrival, words) => {
  const { codes, watch, lines } = look([arrival]);
  expect(codes).toEqual([code]);
  expect(watch.recent()[0]?.sentence).toMatch(words);
  expect(lines).toEqual([expect.stringContaining(`"code":"${code}"`)]);
});

test("each kind is logged once, however many requests have it", () => {
  const wrong = { headers: { ...wellMade, "x-forwarded-proto": "http" } };
  const { lines, codes } = look([...Array(50).fill(wrong), ...Array(50).fill({ headers: { host: "x" } })]);
  expect(codes).toEqual(["scheme_differs", "proxy_missing", "host_differs"]);
  expect(lines).toHaveLength(3);
});

test("a fault without new requests is forgotten after ten minutes", () => {
  let now = 0;
  const { watch } = look([{ headers: { ...wellMade, host: "x" } }], () => new Date(now));
  now = 600_000;
  expect(watch.recent()).toHaveLength(1);
  now = 600_001;
  expect(watch.recent()).toEqual([]);
});

test("a hub in production logs faults, and counts a user at the address from a trusted proxy", async () => {
  const opened = await openTestHub({
    environment: {
      ...{ HUB_MODE: "production", HUB_URL: https, LOGIN_THROTTLE: "on", TRUST_PROXY: "127.0.0.1" },
    },
  });
  try {
    const browser = new TestBrowser(opened);
    const forwarded = { ...wellMade, "x-forwarded-for": "203.0.113.7:51234" };
    await browser.get("/cas/login", { ...forwarded, "x-forwarded-proto": "http" });
    const faults = opened.lines.filter((line) => line.includes('"proxy.misconfigured"'));
    expect(faults).toEqual([expect.stringContaining('"code":"scheme_differs"')]);
  } finally {
    await opened.close();
  }
});

test("RFC 9110 5.3 users behind a load balancer are distinguished, by port and over several header lines", async () => {
  const opened = await openTestHub({ environment: { TRUST_PROXY: "127.0.0.0/8, 10.0.0.0/8" } });
  const signInFrom = async (forwardedFor: string | string[]): Promise<string> => {
    const person = await opened.createPerson();
    const browser = new TestBrowser(opened, { "x-forwarded-for": forwardedFor as string });
    await browser.signIn(person);
    const { rows } = await poolOf(opened.hub.database).query(
      "SELECT address FROM sessions WHERE user_id = $1",
      [person.id],
    );
    return rows[0].address;
  };
  try {
    expect(await signInFrom("203.0.113.7:51234")).toBe("203.0.113.7");
    expect(await signInFrom("[2001:db8:1::1]:443")).toBe("2001:db8:1::1");
    expect(await signInFrom(["192.0.2.1", "203.0.113.8:1", "10.0.0.2:2"])).toBe("203.0.113.8");
    expect(await signInFrom("unknown")).toBe("127.0.0.1");
  } finally {
    await opened.close();
  }
});
