import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import { type AddressInfo, createServer as createListener } from "node:net";
import { describe, expect, test } from "vitest";
import { makeDemoPeople, refuseDemoPeople } from "../demo-people.ts";
import { openHub } from "../open-hub.ts";
import { listen } from "../server/listen.ts";
import { readSettings } from "../settings/env.ts";
import { openTestHub, TestBrowser, type TestHub } from "../test-hub.ts";
import { createSelfSignedCertificate } from "../test-support/certificates.ts";
import { freePort } from "../test-support/free-port.ts";
import { openMailCatcher } from "../test-support/mail-catcher.ts";
import { createMemoryLog } from "../test-support/memory-log.ts";
import { runCommand } from "../test-support/run-command.ts";
import { createTestDatabase } from "../test-support/test-database.ts";
import { openUpstreamIssuer } from "../test-support/upstream-issuer.ts";
import { askHub } from "./ask-hub.ts";

/** Something that listens where a hub might. */
async function withServer<Result>(
  answer: RequestListener,
  use: (origin: string) => Promise<Result>,
): Promise<Result> {
  const server = createServer(answer).listen(0, "127.0.0.1");
  await once(server, "listening");
  try {
    return await use(`http://hub.localhost:${(server.address() as AddressInfo).port}`);
  } finally {
    server.close();
    server.closeAllConnections();
  }
}

test("doctor recognizes a running hub by its health response", async () => {
  const opened = await openTestHub();
  try {
    const origin = `http://hub.localhost:${opened.port}`;
    expect(await askHub(origin)).toEqual({ state: "running", sentence: `The hub answers at ${origin}.` });
  } finally {
    await opened.close();
  }
});

test.each<[string, RequestListener]>([
  ["a site, which is well too", (_, response) => response.end('{"status":"ok"}')],
  ["a page", (_, response) => response.end("<!DOCTYPE html>")],
  ["null", (_, response) => response.end("null")],
  ["somebody who sends on", (_, response) => response.writeHead(302, { location: "/" }).end()],
  [
    "a hub's words with another status",
    (_, response) => response.writeHead(502).end('{"service":"gatehouse-hub"}'),
  ],
  [
    "an answer without an end",
    (_, response) => response.end(`{"service":"gatehouse-hub","x":"${"x".repeat(9_000)}"}`),
  ],
])("not a hub: %s", async (_, answer) => {
  await withServer(answer, async (origin) => {
    const { state, sentence } = await askHub(origin);
    expect(state).toBe("something-else");
    expect(sentence).toMatch(/not a Gatehouse hub .* Correct HUB_URL/);
  });
});

test("a server that never answers is not waited for", async () => {
  const silent = await withServer(
    () => undefined,
    (origin) => askHub(origin, { timeLimit: 100 }),
  );
  expect(silent).toMatchObject({ state: "silent", sentence: expect.stringContaining("no answer in time") });
});

test("an unresolvable name is reported as a DNS fault, not as a hub that is not running", async () => {
  expect(await askHub("https://login.gatehouse.invalid", { timeLimit: 5_000 })).toMatchObject({
    state: "silent",
    sentence: expect.stringMatching(/\((ENOTFOUND|EAI_AGAIN)\)\. This machine cannot resolve the name/),
  });
});

test("a certificate of an unknown authority is reported as such", async () => {
  const server = createHttpsServer(createSelfSignedCertificate("localhost"), (_, reply) => reply.end());
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const asked = await askHub(`https://127.0.0.1:${port}`, { timeLimit: 5_000 });
  server.close();
  expect(asked).toMatchObject({ sentence: expect.stringContaining("NODE_EXTRA_CA_CERTS") });
});

test("doctor reports whether a hub runs, and does not fail if none does", async () => {
  const closed = await withServer(
    () => undefined,
    async (origin) => origin,
  );
  const environment = {
    DATABASE_URL: await createTestDatabase(),
    HUB_URL: closed,
    REDIS_URL: "redis://cache",
  };
  const { result, text } = await runCommand("doctor", environment);
  expect(result).toMatchObject({
    settings: "ok",
    database: "ok",
    pooled: false,
    sites: 0,
    url: closed,
    hub: "silent",
  });
  expect(text.split("\n")).toEqual([
    `Settings are in order (production, ${closed}).`,
    "REDIS_URL is set, but this version does not use it yet.",
    "The database answers. Registered sites: 0.",
    "No mail server is set (SMTP_URL): the hub sends no mail, and users cannot reset a password by themselves.",
    `No hub answers at ${closed} (ECONNREFUSED). If it should be running, start it.`,
  ]);
});

describe("doctor checks the mail server", () => {
  const MAIL_FROM = "login@example.com";
  const check = async (environment: Readonly<Record<string, string>>) => {
    const closed = await withServer(
      () => undefined,
      async (origin) => origin,
    );
    const { result, text, failed } = await runCommand("doctor", {
      DATABASE_URL: await createTestDatabase(),
      HUB_URL: closed,
      MAIL_FROM,
      ...environment,
    });
    return { state: result.mail, text, failed };
  };

  test("one that answers", async () => {
    const catcher = await openMailCatcher();
    const { state, text, failed } = await check({ SMTP_URL: catcher.url });
    await catcher.close();
    expect([state, failed]).toEqual(["ok", false]);
    expect(text).toContain(`The mail server at 127.0.0.1:${catcher.port} answers.`);
  });

  test("one that is down, and one whose certificate is unknown, with the remedy", async () => {
    const port = await freePort();
    const down = await check({ SMTP_URL: `smtp://127.0.0.1:${port}` });
    expect([down.state, down.failed]).toEqual(["unreachable", true]);
    expect(down.text).toContain(
      `The mail server at 127.0.0.1:${port} does not accept the hub (ESOCKET ECONNREFUSED). Check SMTP_URL;`,
    );
    const catcher = await openMailCatcher({ ...createSelfSignedCertificate("localhost"), secure: true });
    const unknown = await check({ SMTP_URL: `smtps://localhost:${catcher.port}` });
    await catcher.close();
    expect(unknown.state).toBe("unreachable");
    expect(unknown.text).toContain("name that authority in CA_FILE");
  });

  test("outside production /dev/mail replaces it", async () => {
    const { state, text } = await check({
      HUB_MODE: "demo",
      SITES_DIR: import.meta.dirname,
    });
    expect(state).toBe("off");
    expect(text).toContain("/dev/mail shows the hub's mails.");
  });
});

describe("doctor checks the other providers", () => {
  const provider = (id: string, issuer: string) => ({
    [`UPSTREAM_${id.toUpperCase()}_ISSUER`]: issuer,
    [`UPSTREAM_${id.toUpperCase()}_NAME`]: "Example",
    [`UPSTREAM_${id.toUpperCase()}_CLIENT_ID`]: "gatehouse",
    [`UPSTREAM_${id.toUpperCase()}_CLIENT_SECRET`]: "secret",
  });
  async function check(id: string, issuer: string, environment: Readonly<Record<string, string>> = {}) {
    const { result, text, failed } = await runCommand("doctor", {
      DATABASE_URL: await createTestDatabase(),
      HUB_URL: `http://hub.localhost:${await freePort()}`,
      ALLOW_LOOPBACK_SITES: "on",
      UPSTREAMS: id,
      ...provider(id, issuer),
      ...environment,
    });
    const [found] = result.providers as readonly { state: string; redirectUri: string }[];
    return { state: found?.state, redirectUri: found?.redirectUri, text, failed };
  }

  test("Discovery 1.0, 4: a real issuer answers, and the redirect URI is named", async () => {
    const issuer = await openUpstreamIssuer("http://hub.localhost/upstream/callback/work");
    const { state, redirectUri, text, failed } = await check("work", issuer.origin);
    await issuer.close();
    expect([state, failed]).toEqual(["ok", false]);
    expect(redirectUri).toMatch(/^http:\/\/hub\.localhost:\d+\/upstream\/callback\/work$/);
    expect(text).toContain(`The provider work (Example, ${issuer.origin}) answers.`);
    expect(text).toContain(`Redirect URI to register there: ${redirectUri}`);
  });

  const members = ["authorization_endpoint", "token_endpoint", "jwks_uri"];
  const metadata = (issuer: string) => ({
    issuer,
    ...Object.fromEntries(members.map((member) => [member, `${issuer}/${member}`])),
  });
  test.each<[string, (origin: string) => object | string | null, string, RegExp]>([
    [
      "4.3 another issuer",
      () => metadata("https://o.example"),
      "invalid",
      /calls itself "https:\/\/o\.example"\. Set UPSTREAM_WORK_ISSUER/,
    ],
    ["3 no userinfo endpoint", metadata, "invalid", /does not say its userinfo_endpoint\. The hub cannot/],
    [
      "no JSON",
      () => "<html>",
      "invalid",
      /has no metadata at http\S+ \(status 200\)\. Set UPSTREAM_WORK_ISSUER/,
    ],
    ["a failure", () => null, "unreachable", /fails with status 503\./],
  ])("Discovery 1.0, %s", async (_, content, state, words) => {
    let origin = "";
    const found = await withServer(
      (_request, response) => {
        const body = content(origin);
        response.writeHead(body === null ? 503 : 200);
        response.end(typeof body === "string" ? body : JSON.stringify(body));
      },
      (at) => {
        origin = at;
        return check("work", at);
      },
    );
    expect([found.state, found.failed]).toEqual([state, true]);
    expect(found.text).toMatch(words);
  });

  test("one that is down, and one on a private address that the hub does not call", async () => {
    const origin = `http://127.0.0.1:${await freePort()}`;
    expect((await check("work", origin)).text).toContain("cannot be reached (refused).");
    const { text } = await check("work", origin, { ALLOW_LOOPBACK_SITES: "off" });
    expect(text).toContain("cannot be reached (address_forbidden). The address is on loopback");
  });

  test("GitHub, by the API of an own server", async () => {
    const asked: string[] = [];
    const found = await withServer(
      (request, response) => {
        asked.push(request.url ?? "");
        response.writeHead(401).end();
      },
      (origin) => check("github", origin),
    );
    expect([found.state, asked]).toEqual(["ok", ["/api/v3/"]]);
    const none = await withServer(
      (_, response) => response.writeHead(404).end(),
      (origin) => check("github", origin),
    );
    expect([none.state, none.text]).toEqual([
      "invalid",
      expect.stringMatching(/has no API at \S+ \(status 404\)/),
    ]);
  });
});

describe("doctor refuses the settings that a start refuses, in the same words", () => {
  const secret = "a secret of this test run alone with 32 characters";

  /** The error with which a start of the hub with these settings ends. */
  async function startFails(environment: Readonly<Record<string, string>>): Promise<string> {
    try {
      const settings = readSettings({ HUB_SECRETS: secret, ...environment });
      const hub = await openHub(settings, createMemoryLog().log, () => new Date());
      await refuseDemoPeople(hub.database).finally(() => hub.close());
      await listen(createServer(), settings);
    } catch (error) {
      return (error as Error).message;
    }
    throw new Error("it starts");
  }

  test.each<[string, Record<string, string>]>([
    [
      "the test door open to others",
      { HUB_MODE: "test", TEST_DOOR_KEY: secret, HUB_URL: "https://login.example.com" },
    ],
    ["the test door on every address", { HUB_MODE: "test", TEST_DOOR_KEY: secret, BIND_ADDRESS: "0.0.0.0" }],
    ["the test door without a key", { HUB_MODE: "test" }],
    ["the demo open to others", { HUB_MODE: "demo", HUB_URL: "https://login.example.com" }],
    ["no throttle", { LOGIN_THROTTLE: "off" }],
    ["a mail server without a sender", { SMTP_URL: "smtp://mail.example.com" }],
    ["a sender that is no address", { SMTP_URL: "smtp://mail.example.com", MAIL_FROM: "Gatehouse" }],
    ["http to others", { HUB_URL: "http://login.example.com" }],
    ["a short secret", { HUB_SECRETS: "short" }],
    ["a provider without an issuer", { UPSTREAMS: "work" }],
    ["providers by names", { UPSTREAMS: "My Work" }],
    ["an address of another machine", { BIND_ADDRESS: "192.0.2.1" }],
    ["a folder that is not there", { SITES_DIR: "/nowhere" }],
    ["a database that is not there", { DATABASE_URL: "postgres://u:p@127.0.0.1:1/none" }],
  ])("%s", async (_, environment) => {
    const given = { DATABASE_URL: await createTestDatabase(), ...environment };
    const words = await startFails(given);
    await expect(runCommand("doctor", given)).rejects.toThrow(words);
  });

  test("HUB_SECRETS other than those that the database was used with", async () => {
    const DATABASE_URL = await createTestDatabase();
    const first = await openHub(
      readSettings({ HUB_SECRETS: secret, DATABASE_URL }),
      createMemoryLog().log,
      () => new Date(),
    );
    await first.close();
    const given = { DATABASE_URL, HUB_SECRETS: "another secret of this run with 32 characters" };
    const words = await startFails(given);
    expect(words).toMatch(/^HUB_SECRETS lacks the secret that this database was used with before/);
    await expect(runCommand("doctor", given)).rejects.toThrow(words);
    await expect(
      runCommand("doctor", { ...given, HUB_SECRETS: `${given.HUB_SECRETS},${secret}` }),
    ).resolves.toBeDefined();
  });

  test("demo users", async () => {
    const DATABASE_URL = await createTestDatabase();
    const demo = await openHub(
      readSettings({ HUB_SECRETS: secret, DATABASE_URL }),
      createMemoryLog().log,
      () => new Date(),
    );
    await makeDemoPeople(demo.database);
    await demo.close();
    const words = await startFails({ DATABASE_URL });
    expect(words).toContain("alice, bob, carol");
    await expect(runCommand("doctor", { DATABASE_URL })).rejects.toThrow(words);
  });
});

describe("what doctor reports about a running hub", () => {
  const HUB_SECRETS = "a secret of this test run alone with 32 characters";

  async function withHub<Result>(
    environment: Record<string, string>,
    use: (
      opened: TestHub,
      doctor: (more?: Record<string, string>) => ReturnType<typeof runCommand<Record<string, unknown>>>,
    ) => Promise<Result>,
  ): Promise<Result> {
    const listener = createListener().listen(0, "127.0.0.1");
    await once(listener, "listening");
    const HUB_URL = `http://hub.localhost:${(listener.address() as AddressInfo).port}`;
    const opened = await openTestHub({
      listener,
      environment: { HUB_URL, HUB_SECRETS, LOGIN_THROTTLE: "on", ...environment },
    });
    const doctor = async (more = {}) =>
      runCommand("doctor", {
        ...{ DATABASE_URL: await createTestDatabase(), HUB_URL, SITES_DIR: opened.sitesDirectory },
        ...{ SHOP_SITE_SECRET: opened.shop.secret, BANK_SITE_SECRET: opened.bank.secret, ...more },
      });
    try {
      return await use(opened, doctor);
    } finally {
      await opened.close();
    }
  }

  test("a hub with an open test door is refused, if production is meant", async () => {
    await withHub({ HUB_MODE: "test" }, async (_, doctor) => {
      await expect(doctor()).rejects.toThrow(
        /^the hub at http:\/\/hub\.localhost:\d+ was started with HUB_MODE=test: its test door is open\. Stop it/,
      );
      const { text } = await doctor({ HUB_MODE: "test", TEST_DOOR_KEY: HUB_SECRETS });
      expect(text).toMatch(/^The hub sees this machine as 127\.0\.0\.1\.$/m);
    });
  });

  test("a fault of its proxy is reported until ten minutes after the last request with it", async () => {
    await withHub({ HUB_MODE: "production" }, async (opened, doctor) => {
      expect((await doctor()).result.proxyFaults).toEqual([]);
      await new TestBrowser(opened).get("/cas/login", { "x-forwarded-for": "203.0.113.7" });
      const { text, result } = await doctor();
      expect(result.proxyFaults).toEqual(["trust_proxy_unset"]);
      expect(text).toMatch(/TRUST_PROXY is not set, .* Set TRUST_PROXY=127\.0\.0\.1\.$/m);
      await opened.advance(601);
      expect((await doctor()).result.proxyFaults).toEqual([]);
    });
  });

  test("a hub with other secrets reveals nothing about itself", async () => {
    await withHub({ HUB_MODE: "production" }, async (opened, doctor) => {
      const { text, result } = await doctor({ HUB_SECRETS: "another secret of this run with 32 characters" });
      expect([result.hub, result.proxyFaults]).toEqual(["running", undefined]);
      expect(text).toContain("The hub was started with other HUB_SECRETS");
      const stranger = await new TestBrowser(opened).get("/healthz", { authorization: "Gatehouse-Doctor x" });
      expect(JSON.parse(stranger.body)).toEqual({
        status: "ok",
        service: "gatehouse-hub",
        url: opened.origin,
      });
    });
  });
});
