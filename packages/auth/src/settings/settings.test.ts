import "../test-support/next-in-node.ts";
import { describe, expect, test } from "vitest";
import { gatehouse } from "../gatehouse.ts";
import { parseCookies, siteCookies } from "../http/site-cookies.ts";
import type { LogEntry } from "../log/site-log.ts";
import { readSettings } from "./settings.ts";

const good = {
  HUB_URL: "https://login.example",
  SITE_URL: "https://shop.example/",
  SITE_SECRET: "0123456789abcdef0123456789abcdef",
};

describe("settings", () => {
  test("are origins without a trailing slash, and a derived secret for cookies", () => {
    const settings = readSettings("shop", good);
    expect(settings).toMatchObject({ hubUrl: "https://login.example", siteUrl: "https://shop.example" });
    expect(settings.cookieSecret).toMatch(/^[0-9a-f]{64}$/);
    expect(settings.cookieSecret).not.toContain(good.SITE_SECRET);
    expect(readSettings("bank", good).cookieSecret).not.toBe(settings.cookieSecret);
  });

  test("the state key differs from the cookie secret and between sites", () => {
    const keyOf = (site: string) => readSettings(site, good).stateKey.export().toString("hex");
    expect(keyOf("shop")).toMatch(/^[0-9a-f]{64}$/);
    expect(new Set([keyOf("shop"), keyOf("bank"), readSettings("shop", good).cookieSecret]).size).toBe(3);
  });

  test.each<[string, string, Record<string, string | undefined>]>([
    ["settings_missing", "HUB_URL is not set", { HUB_URL: undefined }],
    ["settings_missing", "SITE_URL is not set", { SITE_URL: " " }],
    ["settings_missing", "SITE_SECRET is not set", { SITE_SECRET: "" }],
    ["setting_invalid", "HUB_URL must be an origin", { HUB_URL: "login.example" }],
    ["setting_invalid", "HUB_URL must be an origin", { HUB_URL: "https://login.example/cas" }],
    ["setting_invalid", "SITE_URL must be an origin", { SITE_URL: "ftp://shop.example" }],
    ["setting_invalid", "SITE_URL must be an origin", { SITE_URL: "https://me@shop.example" }],
    ["secret_too_short", "openssl rand -hex 32", { SITE_SECRET: "0123456789abcdef0123456789abcde" }],
    ["other_auth_url", "Remove it", { AUTH_URL: "https://shop.example" }],
  ])("%s: %s", (code, sentence, wrong) => {
    const read = () => readSettings("shop", { ...good, ...wrong });
    expect(read).toThrow(expect.objectContaining({ code }));
    expect(read).toThrow(sentence);
  });

  test.each(["", "Shop", "shop.", "a;b", "-a", "a".repeat(41)])("%j is refused as a site id", (id) => {
    expect(() => readSettings(id, good)).toThrow(expect.objectContaining({ code: "site_id_invalid" }));
  });
});

describe("a site without settings", () => {
  const log: LogEntry[] = [];
  const make = () =>
    gatehouse(
      { site: "shop", protocol: "cas", logger: (entry) => void log.push(entry) },
      { environment: {}, now: Date.now, shared: {} },
    );

  test("can be imported and built", () => {
    const { signInUrl, signOutUrl } = make();
    expect(signInUrl("/cart?a=b&c")).toBe("/api/auth/sign-in?returnTo=%2Fcart%3Fa%3Db%26c");
    expect(signOutUrl).toBe("/api/auth/sign-out");
  });

  test("names the missing setting to the developer in a collapsed section, and tells users that it is not their fault", async () => {
    const request = new Request("http://localhost:4711/api/auth/sign-in?returnTo=/cart");
    const reply = await make().handlers.GET(request);
    expect(reply.status).toBe(500);
    const [forPeople = "", forDevelopers = ""] = (await reply.text()).split("<details>");
    expect(forPeople).toContain("fault on our side");
    expect(forPeople).toContain("Code <code>settings_missing</code>");
    expect(forPeople).toContain('href="/api/auth/sign-in?returnTo=%2Fcart"');
    expect(forPeople).not.toMatch(/SITE_SECRET|HUB_URL|SITE_URL/);
    expect(forDevelopers).toContain("SITE_SECRET is not set.");
    expect(log.at(-1)?.message).toContain("SITE_SECRET is not set.");
    await expect(make().auth(request)).rejects.toThrow(
      expect.objectContaining({ code: "settings_missing", digest: "settings_missing" }),
    );
  });
});

describe("a site with invalid settings", () => {
  test.each<[string, Record<string, string>]>([
    ["setting_invalid", { HUB_URL: "https://login.example/cas?key=hidden-value" }],
    ["setting_invalid", { SITE_URL: "https://me:hidden-value@shop.example" }],
    ["secret_too_short", { SITE_SECRET: "hidden-value" }],
    ["other_auth_url", { AUTH_URL: "https://hidden-value.example" }],
  ])("%s: page and log name the setting, never its value", async (code, wrong) => {
    const log: LogEntry[] = [];
    const { handlers } = gatehouse(
      { site: "shop", protocol: "cas", logger: (entry) => void log.push(entry) },
      { environment: { ...good, ...wrong }, now: Date.now, shared: {} },
    );
    const reply = await handlers.GET(new Request("http://localhost:4711/api/auth/session"));
    const page = await reply.text();
    expect(reply.status).toBe(500);
    expect(page).toContain(code);
    expect(page).toContain(Object.keys(wrong)[0]);
    expect(log.map((entry) => entry.code)).toEqual([code]);
    expect(page + JSON.stringify(log)).not.toContain("hidden-value");
  });
});

describe("cookie names", () => {
  test("contain the site's id, and are bound to the host over https", () => {
    const shop = siteCookies({ siteId: "shop", siteUrl: "http://localhost:3001" });
    const bank = siteCookies({ siteId: "bank", siteUrl: "https://bank.example" });
    expect(shop.session).toBe("gatehouse-shop.session");
    expect(bank.session).toBe("__Host-gatehouse-bank.session");
    expect(bank.options).toEqual({ httpOnly: true, sameSite: "lax", path: "/", secure: true });
    expect(shop.options.secure).toBe(false);
  });

  test("no name of a site begins with its session's name", () => {
    const { session, asked, signedOut, callbackUrl, csrfToken, state } = siteCookies({
      siteId: "shop",
      siteUrl: "http://localhost:3001",
    });
    const others = [asked, signedOut, callbackUrl, csrfToken, state("x")];
    const neighbours = siteCookies({ siteId: "shop-admin", siteUrl: "http://localhost:3009" });
    for (const name of [...others, neighbours.session]) expect(name.startsWith(session)).toBe(false);
  });

  test("the first of two cookies of one name counts", () => {
    expect(parseCookies("a=1; b; a=2; c==3")).toEqual(
      new Map([
        ["a", "1"],
        ["c", "=3"],
      ]),
    );
  });
});
