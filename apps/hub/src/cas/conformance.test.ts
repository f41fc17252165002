/** CAS protocol 3.0.3 as a whole: all endpoints exist, none trusts a username from the request, and docs/cas-conformance.md is true. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openTestHub, TestBrowser, type TestHub } from "../test-hub.ts";

const root = join(import.meta.dirname, "../../../..");

describe("over HTTP", () => {
  let opened: TestHub;
  beforeAll(async () => {
    opened = await openTestHub({
      sites: ({ shop }) => ({ shop: shop.registration({ cas: { services: [shop.service], rest: true } }) }),
    });
  });
  afterAll(() => opened.close());

  test.each([
    ["GET", "/cas/login", 200],
    ["POST", "/cas/login", 415],
    ["GET", "/cas/logout", 200],
    ["GET", "/cas/validate", 200],
    ["GET", "/cas/serviceValidate", 200],
    ["GET", "/cas/proxyValidate", 200],
    ["GET", "/cas/proxy", 200],
    ["GET", "/cas/p3/serviceValidate", 200],
    ["GET", "/cas/p3/proxyValidate", 200],
    ["POST", "/cas/samlValidate", 200],
    ["POST", "/cas/v1/tickets", 415],
    ["POST", "/cas/samlValidate/", 404],
    ["GET", "/cas/serviceValidate2", 404],
  ])("1 endpoints: %s %s", async (method, path, status) => {
    expect((await new TestBrowser(opened).send(method, path)).status).toBe(status);
  });

  test.each([
    ["a proxy's word", { "remote-user": "alice", "x-remote-user": "alice", "x-forwarded-user": "alice" }],
    ["a certificate's name", { "x-ssl-client-s-dn": "CN=alice", "ssl-client-cert": "alice" }],
    ["Basic credentials", { authorization: `Basic ${btoa("alice:the password of alice")}` }],
  ])("2.1.4 no trust authentication: %s signs nobody in", async (_, headers) => {
    await opened.createPerson({ username: "alice" }).catch(() => undefined);
    const { service } = opened.shop;
    const query = new URLSearchParams({ service });
    const answer = await new TestBrowser(opened).get(`/cas/login?${query}`, headers);
    expect(answer.screen("login").username).toBe("");
    const gateway = await new TestBrowser(opened).get(`/cas/login?${query}&gateway=true`, headers);
    expect(gateway.location).toBe(service);
  });
});

test("2.1.1 a hub in production accepts no service with plain http, except on loopback", async () => {
  const plain = { cas: { services: ["http://wiki.example/callback"] } };
  const open = (environment: Record<string, string>) =>
    openTestHub({ environment, sites: ({ shop }) => ({ shop: shop.registration(plain) }) });
  const [production, other] = await Promise.all([
    open({ HUB_MODE: "production", HUB_URL: "https://login.example.com", LOGIN_THROTTLE: "on" }),
    open({}),
  ]);
  expect(production.hub.sites.refused().map(({ field }) => field)).toEqual(["cas.services.0"]);
  expect(other.hub.sites.refused()).toEqual([]);
  await Promise.all([production.close(), other.close()]);
});

describe("docs/cas-conformance.md", async () => {
  const text = await readFile(join(root, "docs/cas-conformance.md"), "utf8");
  const rows = text
    .split("\n")
    .filter((line) => /^\| (?:\d|appendix)/.test(line))
    .map((line) => line.split("|").map((cell) => cell.trim()))
    .map(([, section = "", , files = ""]) => ({
      section,
      files: [...files.matchAll(/`([^`]+)`/g)].map(([, file = ""]) => file),
    }));

  test("has a row for each clause", () => {
    expect(rows.length).toBeGreaterThan(40);
    expect(rows.filter(({ files }) => files.length === 0)).toEqual([]);
  });

  /** Titles of tests and groups of tests in a source. */
  const titlesIn = (source: string) =>
    [...source.matchAll(/"([^"\n]*)",\s*(?:async )?\(/g)].map(([, title = ""]) => title);

  test.each(rows.flatMap(({ section, files }) => files.map((file) => [section, file] as const)))(
    "%s is in the title of a test in %s",
    async (section, file) => {
      const named = new RegExp(`(?:^|[ ,])${section.replaceAll(".", "\\.")}(?:$|[ ,:])`);
      const titles = titlesIn(await readFile(join(root, file), "utf8"));
      expect(titles.filter((title) => named.test(title)).length, titles.join("\n")).toBeGreaterThan(0);
    },
  );
});
