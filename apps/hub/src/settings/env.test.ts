import { describe, expect, test } from "vitest";
import { readSettings } from "./env.ts";
import { SettingsError } from "./start-errors.ts";

const secret = "0123456789abcdef0123456789abcdef";
const least = { HUB_SECRETS: secret };

test("with secrets alone the hub is in production, the strictest mode", () => {
  const settings = readSettings(least);
  expect(settings).toMatchObject({
    mode: "production",
    dev: false,
    port: 3000,
    hubUrl: "http://hub.localhost:3000",
    bindAddress: "127.0.0.1",
    secure: false,
    secrets: [secret],
    databaseUrl: undefined,
    trustedProxies: undefined,
    sessionIdleSeconds: 1800,
    sessionMaxSeconds: 86_400,
    ticketLifeSeconds: 10,
    loginThrottle: true,
    allowLoopbackSites: false,
    testDoorKey: undefined,
    logLevel: "info",
    unused: [],
  });
});

test("an empty setting counts as not set", () => {
  const empty = {
    HUB_URL: "",
    DATABASE_URL: "",
    SESSION_IDLE: "",
    LOGIN_THROTTLE: "",
    CA_FILE: "",
    HUB_MODE: "",
  };
  const { lookUp: _, ...settings } = readSettings({ ...least, ...empty });
  const { lookUp: __, ...unset } = readSettings(least);
  expect(settings).toEqual(unset);
});

test.each([
  ["HUB_MODE", "prod"],
  ["HUB_PORT", "80a"],
  ["HUB_PORT", "65536"],
  ["HUB_PORT", "-1"],
  ["BIND_ADDRESS", "localhost"],
  ["BIND_ADDRESS", "*"],
  ["BIND_ADDRESS", "10.0.0.0/8"],
  ["BIND_ADDRESS", "[::1]"],
  ["HUB_URL", "login.example.com"],
  ["HUB_URL", "https://login.example.com/hub"],
  ["HUB_URL", "https://user@login.example.com"],
  ["HUB_URL", "ftp://login.example.com"],
  ["HUB_URL", "https://login.example.com?a"],
  ["PASSWORD_MIN", "7"],
  ["PASSWORD_MIN", "65"],
  ["PASSWORD_MIN_WITH_FACTOR", "7"],
  ["PASSWORD_MIN_WITH_FACTOR", "16"],
  ["BREACH_LOOKUP_URL", "http://pwned.example.com/range/"],
  ["BREACH_LOOKUP_URL", "https://pwned.example.com/?range="],
  ["BREACH_LOOKUP_URL", "pwned.example.com"],
  ["HUB_SECRETS", ""],
  ["HUB_SECRETS", " , "],
  ["HUB_SECRETS", "too short"],
  ["HUB_SECRETS", `${secret},too short`],
  ["SESSION_IDLE", "30"],
  ["SESSION_IDLE", "30 m"],
  ["SESSION_IDLE", "0m"],
  ["SESSION_IDLE", "31d"],
  ["SESSION_IDLE", "25h"],
  ["SESSION_MAX", "forever"],
  ["SESSION_MAX", "91d"],
  ["SESSION_REMEMBER", "91d"],
  ["SESSION_REMEMBER", "1h"],
  ["TICKET_LIFE", "0s"],
  ["TICKET_LIFE", "6m"],
  ["LOGIN_THROTTLE", "yes"],
  ["LOGIN_THROTTLE", "off"],
  ["ALLOW_LOOPBACK_SITES", "true"],
  ["LOG_LEVEL", "loud"],
  ["HEAP_LIMIT", "127"],
  ["HEAP_LIMIT", "65537"],
  ["HEAP_LIMIT", "512m"],
  ["TRUST_PROXY", "loadbalancer"],
  ["TRUST_PROXY", "10.0.0.0/33"],
  ["TRUST_PROXY", "10.0.0.0/"],
  ["TRUST_PROXY", "10.0.0.0/8/8"],
  ["TRUST_PROXY", "10.0.0.0/0x8"],
  ["TRUST_PROXY", "::1/129"],
])("a wrong setting stops the start with its name and the expected value: %s=%s", (name, value) => {
  const read = () => readSettings({ ...least, [name]: value });
  expect(read).toThrow(SettingsError);
  expect(read).toThrow(
    expect.objectContaining({ setting: name, message: expect.stringMatching(`^${name} .{20}`) }),
  );
});

test.each(["/nowhere/ca.pem", import.meta.dirname, import.meta.filename])(
  "CA_FILE must contain a certificate: %s",
  (file) => {
    expect(() => readSettings({ ...least, CA_FILE: file })).toThrow(
      /^CA_FILE should be a readable file of PEM certificates/,
    );
  },
);

test("the message never contains a secret", () => {
  expect(() => readSettings({ HUB_SECRETS: "hunter2" })).toThrow(
    expect.objectContaining({ message: expect.not.stringContaining("hunter2") }),
  );
});

test.each(["demo", "test"])("mode %s is for loopback only", (mode) => {
  const environment = { ...least, HUB_MODE: mode, TEST_DOOR_KEY: secret };
  for (const HUB_URL of ["https://login.example.com", "http://localhost.example.com", "http://10.0.0.1"]) {
    const read = () => readSettings({ ...environment, HUB_URL });
    expect(read, HUB_URL).toThrow(expect.objectContaining({ setting: "HUB_MODE" }));
  }
  for (const HUB_URL of ["http://localhost", "http://127.0.0.1:1", "http://[::1]", "http://a.localhost"])
    expect(readSettings({ ...environment, HUB_URL }).mode, HUB_URL).toBe(mode);
});

test("RFC 6761 6.2 mode test allows names under .test, with https and Secure cookies", () => {
  const environment = { ...least, TEST_DOOR_KEY: secret, HUB_URL: "https://login.gatehouse.test:8443" };
  expect(readSettings({ ...environment, HUB_MODE: "test" })).toMatchObject({ mode: "test", secure: true });
  expect(() => readSettings({ ...environment, HUB_MODE: "demo" })).toThrow("HUB_MODE");
  for (const HUB_URL of ["https://test", "https://gatehouse.test.example", "https://gatehouse-test"])
    expect(() => readSettings({ ...environment, HUB_MODE: "test", HUB_URL }), HUB_URL).toThrow("HUB_MODE");
  const plain = { ...environment, HUB_MODE: "test", HUB_URL: "http://login.gatehouse.test" };
  expect(() => readSettings(plain)).toThrow(expect.objectContaining({ setting: "HUB_URL" }));
});

test("the test door requires an unguessable key, and exists in test mode only", () => {
  const inTest = { ...least, HUB_MODE: "test" };
  for (const TEST_DOOR_KEY of [undefined, "", "short"]) {
    const read = () => readSettings({ ...inTest, TEST_DOOR_KEY });
    expect(read).toThrow(expect.objectContaining({ setting: "TEST_DOOR_KEY" }));
  }
  expect(readSettings({ ...inTest, TEST_DOOR_KEY: secret }).testDoorKey).toBe(secret);
  for (const HUB_MODE of ["production", "demo"])
    expect(readSettings({ ...least, HUB_MODE, TEST_DOOR_KEY: secret }).testDoorKey).toBeUndefined();
});

test("outside production sites on loopback may be called, and throttling may be off", () => {
  const demo = readSettings({ ...least, HUB_MODE: "demo", LOGIN_THROTTLE: "off" });
  expect([demo.allowLoopbackSites, demo.loginThrottle]).toEqual([true, false]);
});

test("a public origin is secure by its scheme, and the hub listens on loopback by default", () => {
  const environment = { ...least, HUB_URL: "https://login.example.com/" };
  expect(readSettings(environment)).toMatchObject({
    hubUrl: "https://login.example.com",
    bindAddress: "127.0.0.1",
    secure: true,
  });
  for (const BIND_ADDRESS of ["0.0.0.0", "::", "10.0.0.5", "2001:db8::5", "::1"])
    expect(readSettings({ ...environment, BIND_ADDRESS }).bindAddress).toBe(BIND_ADDRESS);
});

test.each(["demo", "test"])(
  "in mode %s the hub listens on loopback only, because the demo's password is public",
  (HUB_MODE) => {
    const environment = { ...least, HUB_MODE, TEST_DOOR_KEY: secret };
    for (const BIND_ADDRESS of ["0.0.0.0", "::", "10.0.0.5", "::ffff:10.0.0.5"]) {
      const read = () => readSettings({ ...environment, BIND_ADDRESS });
      expect(read, BIND_ADDRESS).toThrow(expect.objectContaining({ setting: "BIND_ADDRESS" }));
    }
    for (const BIND_ADDRESS of ["127.0.0.1", "127.1.2.3", "::1"])
      expect(readSettings({ ...environment, BIND_ADDRESS }).bindAddress).toBe(BIND_ADDRESS);
  },
);

test.each(["http://login.example.com", "http://10.0.0.1:3000", "http://localhost.example.com"])(
  "production requires https except on loopback: %s is refused",
  (HUB_URL) => {
    expect(() => readSettings({ ...least, HUB_URL })).toThrow(
      expect.objectContaining({
        setting: "HUB_URL",
        message: expect.stringMatching(/^HUB_URL should begin with https:\/\/ .* proxy .*\.$/),
      }),
    );
  },
);

test.each(["http://localhost:3000", "http://127.0.0.1:3000", "http://[::1]:3000", "http://hub.localhost"])(
  "on loopback production accepts http: %s",
  (HUB_URL) => {
    expect(readSettings({ ...least, HUB_URL })).toMatchObject({ hubUrl: HUB_URL, secure: false });
  },
);

test("a setting without effect is reported by name, without its value", () => {
  const { unused } = readSettings({ ...least, REDIS_URL: "redis://:word@cache" });
  expect(unused).toEqual(["REDIS_URL"]);
  expect(readSettings({ ...least, REDIS_URL: "" }).unused).toEqual([]);
});

describe("SMTP_URL and MAIL_FROM", () => {
  const MAIL_FROM = "Gatehouse <login@example.com>";
  const read = (SMTP_URL: string) => readSettings({ ...least, SMTP_URL, MAIL_FROM }).mailServer;

  test.each([
    ["smtp://mail.example.com", { host: "mail.example.com", port: 587, implicitTls: false }],
    ["smtps://Mail.Example.com/", { host: "mail.example.com", port: 465, implicitTls: true }],
    ["smtp://[::1]:2525", { host: "::1", port: 2525, implicitTls: false }],
    [
      "smtp://hub%40example.com:p%40ss%3Aword%2F@mail.example.com:25",
      {
        host: "mail.example.com",
        port: 25,
        implicitTls: false,
        user: "hub@example.com",
        password: "p@ss:word/",
      },
    ],
  ])("%s", (url, server) => {
    expect(read(url)).toEqual({ ...server, from: MAIL_FROM });
  });

  test.each([
    "mail.example.com",
    "https://mail.example.com",
    "smtp://",
    "smtp://user:word@",
    "smtp://mail.example.com:99999",
    "smtp://mail.example.com/path",
    "smtp://mail.example.com?pool=true",
    "smtp://mail.example.com#a",
    "smtp://user:%ff@mail.example.com",
    "smtp://ma il.example.com",
    "smtp://mäil.example.com",
  ])("%s is refused, without repeating a password", (url) => {
    expect(() => read(url)).toThrow(/^SMTP_URL should be the address of a mail server/);
    expect(() => read(url.replace("//", "//user:the-word@"))).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining("the-word") }),
    );
  });

  test("a mail server needs a sender, and a sender alone has no effect", () => {
    expect(() => readSettings({ ...least, SMTP_URL: "smtp://mail.example.com" })).toThrow(
      /^MAIL_FROM is missing/,
    );
    expect(readSettings({ ...least, MAIL_FROM }).mailServer).toBeUndefined();
  });
});

test("several secrets are read newest first", () => {
  expect(readSettings({ HUB_SECRETS: `${secret}1, ${secret}2 ,` }).secrets).toEqual([
    `${secret}1`,
    `${secret}2`,
  ]);
});

test("TRUST_PROXY takes addresses and networks", () => {
  const { trustedProxies } = readSettings({ ...least, TRUST_PROXY: "192.0.2.7, 10.0.0.0/8,2001:db8::/32" });
  expect(trustedProxies?.check("192.0.2.7")).toBe(true);
  expect(trustedProxies?.check("192.0.2.8")).toBe(false);
  expect(trustedProxies?.check("10.255.0.1")).toBe(true);
  expect(trustedProxies?.check("2001:db8:1::1", "ipv6")).toBe(true);
  expect(trustedProxies?.check("11.0.0.1")).toBe(false);
});

test("a registration may read any variable, and an empty value counts as none", () => {
  const { lookUp } = readSettings({ ...least, SHOP_URL: "https://shop.example", EMPTY: "" });
  expect([lookUp("SHOP_URL"), lookUp("EMPTY"), lookUp("MISSING")]).toEqual([
    "https://shop.example",
    undefined,
    undefined,
  ]);
});

test("CAS 4.1.2 a long session lasts three months at most", () => {
  expect(readSettings({ ...least, SESSION_REMEMBER: "90d" }).sessionRememberSeconds).toBe(90 * 86_400);
  expect(() => readSettings({ ...least, SESSION_REMEMBER: "91d" })).toThrow(SettingsError);
});

test("CAS 3.1.1 a service ticket is valid for five minutes at most", () => {
  expect(readSettings({ ...least, TICKET_LIFE: "5m" }).ticketLifeSeconds).toBe(300);
  expect(() => readSettings({ ...least, TICKET_LIFE: "301s" })).toThrow(SettingsError);
});

test("sign-up is off in production and open elsewhere, and production needs mail for it", () => {
  const mailing = { SMTP_URL: "smtps://mail.example.com", MAIL_FROM: "hub@example.com" };
  expect(readSettings(least).signUpMode).toBe("off");
  expect(readSettings({ ...least, HUB_MODE: "demo" }).signUpMode).toBe("open");
  expect(readSettings({ ...least, HUB_MODE: "demo", SIGN_UP: "invitation" }).signUpMode).toBe("invitation");
  for (const SIGN_UP of ["open", "invitation"]) {
    expect(readSettings({ ...least, ...mailing, SIGN_UP }).signUpMode).toBe(SIGN_UP);
    expect(() => readSettings({ ...least, SIGN_UP })).toThrow(/^SIGN_UP is .* requires SMTP_URL/);
  }
  expect(() => readSettings({ ...least, SIGN_UP: "closed" })).toThrow(/^SIGN_UP/);
});

describe("UPSTREAMS", () => {
  const work = {
    UPSTREAM_WORK_ISSUER: "https://login.example.com/realm",
    UPSTREAM_WORK_CLIENT_ID: "gatehouse",
    UPSTREAM_WORK_CLIENT_SECRET: "a secret",
    UPSTREAM_WORK_NAME: "Example Work",
  };
  const read = (more: Record<string, string>) => readSettings({ ...least, ...more }).upstreams;

  test("without it there are none, whatever else is set", () => {
    expect(read(work)).toEqual([]);
  });

  test("an issuer, and providers that are known by id, in the order of the list", () => {
    const github = { UPSTREAM_GITHUB_CLIENT_ID: "g", UPSTREAM_GITHUB_CLIENT_SECRET: "s" };
    expect(read({ UPSTREAMS: "github, work", ...work, ...github })).toEqual([
      {
        id: "github",
        name: "GitHub",
        protocol: "github",
        issuer: "https://github.com",
        clientId: "g",
        clientSecret: "s",
        reauthenticates: false,
        trustsEmail: false,
      },
      {
        id: "work",
        name: "Example Work",
        protocol: "oidc",
        issuer: "https://login.example.com/realm",
        clientId: "gatehouse",
        clientSecret: "a secret",
        reauthenticates: true,
        trustsEmail: false,
      },
    ]);
  });

  test("UPSTREAM_<ID>_TRUST_EMAIL is on or off", () => {
    const trusts = (value: string) =>
      read({ UPSTREAMS: "work", ...work, UPSTREAM_WORK_TRUST_EMAIL: value })[0]?.trustsEmail;
    expect([trusts("on"), trusts("off"), trusts("")]).toEqual([true, false, false]);
    expect(() => trusts("yes")).toThrow(/^UPSTREAM_WORK_TRUST_EMAIL should be one of on, off/);
  });

  test.each(Object.keys(work))("without %s the hub does not start, and says what it is", (missing) => {
    const rest = Object.fromEntries(Object.entries(work).filter(([name]) => name !== missing));
    expect(() => read({ UPSTREAMS: "work", ...rest })).toThrow(
      new RegExp(`^${missing} is missing. UPSTREAMS`),
    );
  });

  test.each(["Work", "work,work", "wo rk", "1work", "a,b,c,d,e,f,g,h,i,j,k"])(
    "%s is no list of ids",
    (list) => {
      expect(() => read({ UPSTREAMS: list, ...work })).toThrow(
        /^UPSTREAMS should list up to 10 different ids/,
      );
    },
  );

  test.each([
    "http://login.example.com",
    "login.example.com",
    "https://u@login.example.com",
    "https://a.example/?b",
  ])("%s is no issuer", (issuer) => {
    expect(() => read({ UPSTREAMS: "work", ...work, UPSTREAM_WORK_ISSUER: issuer })).toThrow(
      /^UPSTREAM_WORK_ISSUER should be an https:\/\/ address/,
    );
  });

  test("http is permitted on this machine", () => {
    const UPSTREAM_WORK_ISSUER = "http://upstream.localhost:4000/oidc";
    expect(read({ UPSTREAMS: "work", ...work, UPSTREAM_WORK_ISSUER })[0]?.issuer).toBe(UPSTREAM_WORK_ISSUER);
  });

  test("the error about a missing secret does not repeat the others", () => {
    expect(() => read({ UPSTREAMS: "work", ...work, UPSTREAM_WORK_NAME: "x".repeat(41) })).toThrow(
      /^(?!.*a secret)UPSTREAM_WORK_NAME should be a name/,
    );
  });
});
