// biome-ignore-all lint/suspicious/noTemplateCurlyInString: registrations name the environment like this.
import { createHash } from "node:crypto";
import { chmod, chown, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { runCommand } from "../test-support/run-command.ts";
import { createTestDatabase } from "../test-support/test-database.ts";
import { RefusedError } from "./parse-command.ts";

let DATABASE_URL: string;
beforeAll(async () => {
  DATABASE_URL = await createTestDatabase();
});
let SITES_DIR: string;
beforeEach(async () => {
  SITES_DIR = await mkdtemp(join(tmpdir(), "gatehouse-sites-"));
});
afterEach(() => rm(SITES_DIR, { recursive: true, force: true }));

const run = (words: string, more: Record<string, string> = {}) =>
  runCommand(words, { DATABASE_URL, SITES_DIR, ...more });
const fileOf = (id: string) => join(SITES_DIR, `${id}.json`);
const sha256 = (text: unknown) => createHash("sha256").update(String(text)).digest("hex");
const read = async (id: string) => JSON.parse(await readFile(fileOf(id), "utf8"));

describe("addresses that the hub would not call", () => {
  const cas = { services: ["https://portal.example/callback"] };
  const register = (id: string, more: object) =>
    writeFile(
      fileOf(id),
      JSON.stringify({ id, name: id, url: `https://${id}.example/`, firstParty: true, ...more }),
    );

  test("are listed with the setting that allows them, for each purpose", async () => {
    await register("shop", { cas: { ...cas, logoutUrl: "https://10.0.0.5/logout" } });
    await register("bank", {
      oidc: {
        clientAuthentication: "none",
        redirectUris: ["https://bank.example/cb"],
        backchannelLogoutUrl: "https://[fd12::1]/x",
      },
    });
    await register("news", {
      cas: {
        services: ["http://news.localhost:3003/cb"],
        proxy: { callbacks: ["https://localhost/pgt"], targets: ["shop"] },
      },
    });
    const { text, result } = await run("site check");
    expect(text.split("\n")).toEqual([
      "3 sites in order: bank, news, shop.",
      "bank.json: oidc.backchannelLogoutUrl: fd12::1 is on loopback or in a private network.",
      "news.json: cas.services.0: news.localhost is on loopback or in a private network.",
      "news.json: cas.proxy.callbacks.0: localhost is on loopback or in a private network.",
      "shop.json: cas.logoutUrl: 10.0.0.5 is on loopback or in a private network.",
      expect.stringMatching(/not notified of sign-outs, until it is started with ALLOW_LOOPBACK_SITES=on\.$/),
    ]);
    expect(result.notCalled).toHaveLength(4);
    expect((await run("site check", { ALLOW_LOOPBACK_SITES: "on" })).text).toBe(
      "3 sites in order: bank, news, shop.",
    );
  });

  test("do not include addresses that browsers visit, or public ones", async () => {
    await register("shop", {
      cas: {
        services: ["http://shop.localhost:1/cb"],
        logoutUrl: "http://shop.localhost:1/x",
        logoutChannel: "front",
      },
    });
    await register("bank", { oidc: { redirectUris: ["http://127.0.0.1/cb"], clientAuthentication: "none" } });
    await register("news", {
      cas: { services: ["https://news.example/cb"], logoutUrl: "https://192.1.1.1/logout" },
    });
    expect((await run("site check")).result.notCalled).toEqual([]);
  });
});

test("site check names the address that @gatehouse/auth returns to after a sign-out, if it is not registered", async () => {
  await run("site add news https://news.example --protocol oidc");
  expect((await run("site check")).text).toBe("1 site in order: news.");
  const { oidc, ...registration } = await read("news");
  const { postLogoutRedirectUris: _, ...without } = oidc;
  await writeFile(fileOf("news"), JSON.stringify({ ...registration, oidc: without }));
  const { text, result } = await run("site check");
  expect(text).toMatch(
    /^1 site in order: news\.\nnews\.json: oidc\.postLogoutRedirectUris: add https:\/\/news\.example\/\. /,
  );
  expect(result.notReturnedTo).toEqual([{ site: "news", address: "https://news.example/" }]);
  const other = { ...without, redirectUris: ["https://news.example/callback"] };
  await writeFile(fileOf("news"), JSON.stringify({ ...registration, oidc: other }));
  expect((await run("site check")).text).toBe("1 site in order: news.");
});

describe("the demo's sites in production", () => {
  const demo = (id: string) =>
    writeFile(
      fileOf(id),
      JSON.stringify({ id, name: id, url: `https://${id}.example/`, firstParty: true, demo: true }),
    );

  test("are named by site list and site check, and count as no fault", async () => {
    await demo("shop");
    await run("site add bank https://bank.example");
    const line = 'Production does not serve the demo\'s sites: shop.json (they say "demo": true).';
    expect((await run("site check")).text.split("\n")).toEqual(["1 site in order: bank.", line]);
    expect((await run("site list")).text.split("\n").at(-1)).toBe(line);
    expect((await run("site check", { HUB_MODE: "demo" })).result).toEqual({
      sites: ["bank", "shop"],
      leftOut: [],
      notCalled: [],
      notReturnedTo: [],
    });
  });

  test("block a site of the same name, and site add says so", async () => {
    await demo("shop");
    const add = run("site add shop https://shop.example");
    await expect(add).rejects.toThrow(
      /shop\.json exists already\. It registers a site of the demo, .* SITES_DIR/,
    );
  });
});

describe("site add", () => {
  test("fills in the hub's address from the settings", async () => {
    const { text } = await run("site add shop https://shop.example", { HUB_URL: "https://login.example" });
    expect(text).toMatch(/^HUB_URL=https:\/\/login\.example$/m);
    expect(text.split("\n")).toHaveLength(3);
    const { result } = await run("site add bank https://bank.example", { HUB_PORT: "4000" });
    expect(result.HUB_URL).toBe("http://hub.localhost:4000");
  });

  test("says that the address is the default if none is set", async () => {
    const { text, remark } = await run("site add shop https://shop.example");
    expect(text).toMatch(/^HUB_URL=http:\/\/hub\.localhost:3000$/m);
    expect(remark).toMatch(/^HUB_URL is the default\./m);
  });

  test("writes the section of the site's protocol", async () => {
    await run("site add shop https://shop.example");
    expect(await read("shop")).toMatchObject({
      cas: { logoutUrl: "https://shop.example/api/auth/logout-request" },
    });
    expect(await read("shop")).not.toHaveProperty("oidc");
    await run("site add bank https://bank.example --protocol oidc");
    expect(await read("bank")).toMatchObject({
      oidc: {
        redirectUris: ["https://bank.example/api/auth/callback/gatehouse"],
        postLogoutRedirectUris: ["https://bank.example/"],
        backchannelLogoutUrl: "https://bank.example/api/auth/logout-request",
      },
    });
    expect(await read("bank")).not.toHaveProperty("cas");
    expect((await run("site check")).result.sites).toEqual(["bank", "shop"]);
    await expect(run("site add mail https://mail.example --protocol saml")).rejects.toThrow(/cas or oidc/);
  });

  test.each([
    ["shop.example", /http or https URL.*such as https:\/\/shop\.example\.com$/],
    ["ftp://shop.example", /http or https URL/],
    ["https://eve@shop.example", /without user info/],
    ["https://@shop.example", /without user info/],
    ["https://shop.example/#top", /fragment/],
    ["https://shop.example/shop", /without path and query: https:\/\/shop\.example\. /],
    ["https://shop.example/?", /without path and query/],
    ["http://shop.example", /should begin with https:.*Give https:\/\/shop\.example once/],
    ["http://hub.localhost:3000", /is the hub itself \(HUB_URL=http:\/\/hub\.localhost:3000\)/],
    ["http://127.0.0.1:3000/", /is the hub itself/],
  ])("refuses %s as a site's address, says what to write, and writes nothing", async (url, message) => {
    const refused = run(`site add shop ${url}`);
    await expect(refused).rejects.toThrow(RefusedError);
    await expect(refused).rejects.toThrow(message);
    expect(await readdir(SITES_DIR)).toEqual([]);
  });

  test("accepts an origin with a trailing slash, and plain http on loopback", async () => {
    expect((await run("site add shop https://shop.example/")).result.SITE_URL).toBe("https://shop.example");
    const { result } = await run("site add news http://news.localhost:3003");
    expect(result.SITE_URL).toBe("http://news.localhost:3003");
  });

  test("refuses a site whose addresses belong to another, and writes nothing", async () => {
    await run("site add shop https://shop.example");
    await expect(run("site add again https://shop.example")).rejects.toThrow(
      /^cas\.services\.0: overlaps with services of the site shop,/,
    );
    expect(await readdir(SITES_DIR)).toEqual(["shop.json"]);
  });
});

test("site check names a site that claims another's address", async () => {
  await run("site add shop https://shop.example");
  await writeFile(fileOf("zebra"), JSON.stringify({ ...(await read("shop")), id: "zebra" }));
  await expect(run("site check")).rejects.toThrow(/^zebra\.json: cas\.services\.0: .* the site shop,/);
});

test("site check and doctor report all faults of a file, each with the expected value", async () => {
  await writeFile(
    fileOf("shop"),
    `{ "id": "shop", "name": "Shop", "url": "https://shop.example/", "firstParty": "yes",
       "oidc": { "redirectURIs": ["https://shop.example/callback"] } }`,
  );
  await writeFile(fileOf("zoo"), '{\n  "id": "zoo",\n}');
  const lines = [
    "shop.json: firstParty: should be true or false, without quotes, and is text",
    "shop.json: oidc.redirectURIs: is not known; did you mean redirectUris?",
    "zoo.json: (file): is not JSON: line 3, column 1: a name in double quotes should be here",
  ];
  for (const command of ["site check", "doctor"])
    await expect(run(command)).rejects.toThrow(new RefusedError(lines.join("\n       ")));
});

test("site list shows the registered sites, and how many files are refused", async () => {
  expect((await run("site list")).text).toMatch(/^No site is registered\..*site add/);
  await run("site add shop https://shop.example");
  await run("site add bank https://bank.example --protocol oidc");
  const { result, text } = await run("site list");
  expect(result).toEqual([
    { id: "bank", url: "https://bank.example/", protocols: ["oidc"], name: "bank", firstParty: true },
    { id: "shop", url: "https://shop.example/", protocols: ["cas"], name: "shop", firstParty: true },
  ]);
  expect(text).toBe("bank  https://bank.example/  oidc  bank\nshop  https://shop.example/  cas  shop");
  await writeFile(fileOf("broken"), "{");
  expect((await run("site list")).text).toMatch(/\n\nAlso refused: 1 more file\..*site check$/);
});

test("site remove deletes the registration, even a broken one, and nothing else", async () => {
  await run("site add shop https://shop.example");
  await run("site add bank https://bank.example");
  expect((await run("site remove shop")).result).toEqual({ id: "shop", file: fileOf("shop") });
  expect(await readdir(SITES_DIR)).toEqual(["bank.json"]);
  await writeFile(fileOf("bank"), "{");
  await run("site remove bank");
  expect(await readdir(SITES_DIR)).toEqual([]);
  await expect(run("site remove bank")).rejects.toThrow(/there is no .*bank\.json.*site list/);
  await expect(run("site remove ../bank")).rejects.toThrow(RefusedError);
});

describe("site renew-secret", () => {
  test("makes a new secret, and replaces only the hash in the file", async () => {
    const { result: added } = await run("site add shop https://shop.example");
    const byHand = (await readFile(fileOf("shop"), "utf8")).replace('"name"', '\n\n  "name"');
    await writeFile(fileOf("shop"), byHand);
    const { result, text } = await run("site renew-secret shop");
    expect(result).toEqual({ file: fileOf("shop"), SITE_SECRET: expect.stringMatching(/^[\w-]{43}$/) });
    expect(result.SITE_SECRET).not.toBe(added.SITE_SECRET);
    expect(text.split(String(result.SITE_SECRET))).toHaveLength(2);
    expect(await readFile(fileOf("shop"), "utf8")).toBe(
      byHand.replace(sha256(added.SITE_SECRET), sha256(result.SITE_SECRET)),
    );
    expect(await readdir(SITES_DIR)).toEqual(["shop.json"]);
    await run("site check");
  });

  test("gives a secret to a site that has none", async () => {
    await writeFile(
      fileOf("news"),
      JSON.stringify({ id: "news", name: "News", url: "https://news.example/", firstParty: true }),
    );
    const { result } = await run("site renew-secret news");
    expect(await read("news")).toMatchObject({
      name: "News",
      secret: { sha256: sha256(result.SITE_SECRET) },
    });
  });

  test("keeps the file's mode and owner, and a symbolic link", async () => {
    await run("site add shop https://shop.example");
    await chmod(fileOf("shop"), 0o640);
    if (process.getuid?.() === 0) await chown(fileOf("shop"), 65_534, 65_534);
    const { uid } = await stat(fileOf("shop"));
    await run("site renew-secret shop");
    const after = await stat(fileOf("shop"));
    expect([after.mode & 0o777, after.uid]).toEqual([0o640, uid]);
    const elsewhere = await mkdtemp(join(tmpdir(), "gatehouse-sites-"));
    try {
      await symlink(fileOf("shop"), join(elsewhere, "shop.json"));
      const { result } = await run("site renew-secret shop", { SITES_DIR: elsewhere });
      expect((await read("shop")).secret).toEqual({ sha256: sha256(result.SITE_SECRET) });
    } finally {
      await rm(elsewhere, { recursive: true });
    }
  });

  test("leaves a secret in the environment alone, and names the variable to change", async () => {
    await run("site add shop https://shop.example");
    const site = { ...(await read("shop")), secret: { environment: "SHOP_SITE_SECRET" } };
    await writeFile(fileOf("shop"), JSON.stringify(site));
    await expect(run("site renew-secret shop")).rejects.toThrow(RefusedError);
    await expect(run("site renew-secret shop")).rejects.toThrow(
      /environment variable SHOP_SITE_SECRET: change/,
    );
    expect(await read("shop")).toEqual(site);
  });

  test.each([
    ["nobody", undefined, /there is no .*nobody\.json.*site list/],
    ["../etc", undefined, /"\.\.\/etc" is not a site id/],
    ["broken", "{", /^broken\.json: \(file\): is not JSON/],
    ["wrong", '{"id":"wrong"}', /^wrong\.json: name: .* Correct that first\.$/],
    [
      "unset",
      '{"id":"unset","name":"x","url":"${UNSET_URL}/","firstParty":true}',
      /^unset\.json: url: names \$\{UNSET_URL\}/,
    ],
  ])("refuses %s, and leaves the file unchanged", async (id, text, message) => {
    if (text !== undefined) await writeFile(fileOf(id), text);
    const refused = run(`site renew-secret ${id}`);
    await expect(refused).rejects.toThrow(RefusedError);
    await expect(refused).rejects.toThrow(message);
    if (text !== undefined) expect(await readFile(fileOf(id), "utf8")).toBe(text);
  });
});

describe("the audit trail", () => {
  const entries = async () => {
    const { result } = await runCommand<readonly Record<string, unknown>[]>("audit list", { DATABASE_URL });
    return result.map(({ kind, siteId, outcome, actorKind }) => [kind, siteId, outcome, actorKind]);
  };

  test("has who added, renewed and removed a site, and no secret", async () => {
    const id = "audited";
    const { result: added } = await run(`site add ${id} https://audited.example`);
    const { result: renewed } = await run(`site renew-secret ${id}`);
    await run(`site remove ${id}`);
    expect((await entries()).filter(([, siteId]) => siteId === id).toReversed()).toEqual([
      ["site-added", id, "done", "operator"],
      ["site-secret-renewed", id, "done", "operator"],
      ["site-removed", id, "done", "operator"],
    ]);
    const written = JSON.stringify((await run("audit list")).result);
    for (const secret of [added.SITE_SECRET, renewed.SITE_SECRET]) {
      expect(String(secret).length).toBeGreaterThan(20);
      expect(written).not.toContain(secret);
    }
  });

  test("has nothing about what was refused, and that a change failed", async () => {
    const before = await entries();
    await run("site add refused https://refused.example");
    await expect(run("site add refused https://other.example")).rejects.toThrow(
      /exists already\. .* site renew-secret refused\. .* site remove refused$/,
    );
    await expect(run("site add other https://refused.example")).rejects.toThrow(RefusedError);
    await expect(run("site remove nowhere")).rejects.toThrow("there is no");
    expect((await entries()).length).toBe(before.length + 1);
  });

  test("a registration is not changed if the trail cannot be written", async () => {
    await run("site add kept https://kept.example");
    const before = await read("kept");
    const broken = { DATABASE_URL: "postgres://nobody@127.0.0.1:1/none" };
    await expect(run("site renew-secret kept", broken)).rejects.toThrow();
    await expect(run("site remove kept", broken)).rejects.toThrow();
    await expect(run("site add more https://more.example", broken)).rejects.toThrow();
    expect(await read("kept")).toEqual(before);
    expect(await readdir(SITES_DIR)).toEqual(["kept.json"]);
  });
});
