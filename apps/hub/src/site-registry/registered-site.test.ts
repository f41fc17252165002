// biome-ignore-all lint/suspicious/noTemplateCurlyInString: registrations name the environment like this.
import { createHash } from "node:crypto";
import { matchesService, parseService } from "@gatehouse/cas/server";
import { describe, expect, test } from "vitest";
import { parseRegistration, RegistrationError } from "./registered-site.ts";

const secret = "the secret of the shop, long enough.";
const environment: Record<string, string> = {
  SHOP_URL: "https://shop.example",
  SHOP_SECRET: secret,
  SHORT: "short",
};
const lookUp = (name: string) => environment[name];
const whole = {
  id: "shop",
  name: "Corner Shop",
  url: "${SHOP_URL}/",
  firstParty: true,
  secret: { environment: "SHOP_SECRET" },
  cas: { services: ["${SHOP_URL}/callback"], attributes: ["id", "email"], logoutUrl: "${SHOP_URL}/logout" },
};
const parse = (site: object, file = "shop.json") => parseRegistration(file, JSON.stringify(site), lookUp);

function refusal(site: object | string, file = "shop.json"): { field: string; reason: string } {
  try {
    parseRegistration(file, typeof site === "string" ? site : JSON.stringify(site), lookUp);
  } catch (error) {
    if (!(error instanceof RegistrationError)) throw error;
    expect(error).toMatchObject({ file, code: "registration_invalid" });
    expect(error.message).toBe(`${file}: ${error.field}: ${error.reason}`);
    return { field: error.field, reason: error.reason };
  }
  throw new Error("it was taken");
}

test("a complete registration is read with its placeholders filled", () => {
  const site = parse(whole);
  expect(site).toMatchObject({
    id: "shop",
    name: "Corner Shop",
    url: "https://shop.example/",
    host: "shop.example",
    firstParty: true,
    secretHash: createHash("sha256").update(secret).digest("hex"),
    cas: {
      attributes: [
        { name: "id", from: "id" },
        { name: "email", from: "email" },
      ],
      logoutChannel: "back",
      proxy: undefined,
      rest: false,
      popup: false,
      logoutUrl: "https://shop.example/logout",
    },
  });
  const [pattern] = site.cas?.services ?? [];
  const matches = (url: string) => pattern !== undefined && matchesService(pattern, parseService(url));
  expect(matches("https://shop.example/callback?state=1")).toBe(true);
  expect(matches("https://shop.example/callback/x")).toBe(false);
});

test("a minimal registration: no secret, no protocol, nothing released", () => {
  const { secret: _, cas: __, ...least } = whole;
  expect(parse(least)).toMatchObject({ secretHash: undefined, cas: undefined });
  const { attributes: ___, logoutUrl: ____, ...cas } = whole.cas;
  expect(parse({ ...least, cas }).cas).toMatchObject({ attributes: [], logoutUrl: undefined });
});

test("an attribute may be renamed, and released under two names", () => {
  const attributes = ["groups", { name: "mail", from: "email" }, { name: "login", from: "email" }];
  expect(parse({ ...whole, cas: { ...whole.cas, attributes } }).cas?.attributes).toEqual([
    { name: "groups", from: "groups" },
    { name: "mail", from: "email" },
    { name: "login", from: "email" },
  ]);
});

test("a proxy policy has its callbacks, with https, and its targets", () => {
  const proxy = { callbacks: ["${SHOP_URL}/pgt"], targets: ["bank"] };
  const policy = parse({ ...whole, cas: { ...whole.cas, proxy } }).cas?.proxy;
  expect(policy?.callbacks.map(({ origin }) => origin)).toEqual(["https://shop.example"]);
  expect(policy?.targets).toEqual(["bank"]);
});

test("a secret may be given as its hash, so that the file can be public", () => {
  const sha256 = "a".repeat(64);
  expect(parse({ ...whole, secret: { sha256 } }).secretHash).toBe(sha256);
});

const oidc = (more: object) => ({ redirectUris: ["https://a.example/"], ...more });
const keys = { keys: [{ kty: "EC", crv: "P-256", x: "x", y: "y" }] };

test.each<[string, object]>([
  ["with a secret", { oidc: oidc({}) }],
  [
    "with keys and without a secret",
    {
      secret: undefined,
      oidc: oidc({ clientAuthentication: "private_key_jwt", jwks: keys }),
    },
  ],
  ["that is public and has neither", { secret: undefined, oidc: oidc({ clientAuthentication: "none" }) }],
  ["of loopback over http", { oidc: oidc({ redirectUris: ["http://shop.localhost:3001/cb"] }) }],
  ["for tokens of its own only, without an address", { oidc: { grants: ["client_credentials"] } }],
  ["of the operator, without PKCE", { oidc: oidc({ pkce: "optional" }) }],
  ["of others, with PKCE", { firstParty: false, oidc: oidc({}) }],
  [
    "with policy and terms",
    {
      oidc: oidc({ policyUri: "https://a.example/privacy", termsUri: "https://a.example/terms" }),
    },
  ],
  [
    "of an API with a scope that moves money",
    {
      api: { resource: "https://a.example/api", scopes: { pay: "pay" }, sensitive: ["pay"] },
    },
  ],
])("a site %s is registered", (_, more) => {
  const site = parse({ ...whole, ...more });
  expect([site.oidc !== undefined, site.api !== undefined]).toEqual(["oidc" in more, "api" in more]);
});

describe("a wrong registration is refused with field and reason", () => {
  test.each<[string, object]>([
    ["id", { id: "Shop" }],
    ["id", { id: "bank" }],
    ["name", { name: "" }],
    ["name", { name: 1 }],
    ["url", { url: "shop.example" }],
    ["url", { url: "javascript:alert(1)" }],
    ["url", { url: "https://user@shop.example/" }],
    ["url", { url: "https://shop.example/#x" }],
    ["url", { url: "https://shop.example/#" }],
    ["url", { url: "https://:secret@shop.example/" }],
    ["url", { url: "https://@shop.example/" }],
    ["url", { url: "http://@shop.example/" }],
    ["url", { url: "https:user@shop.example/" }],
    ["url", { url: "https:\\\\user@shop.example/" }],
    ["url", { url: "https://shop.example./" }],
    ["url", { url: "https://sh%6Fp.example/" }],
    ["url", { url: "https://shop.example;script-src/" }],
    ["url", { url: "${MISSING}/" }],
    ["firstParty", { firstParty: "yes" }],
    ["secret", { secret: "in clear" }],
    ["secret", { secret: { sha256: "short" } }],
    ["secret.environment", { secret: { environment: "MISSING" } }],
    ["secret.environment", { secret: { environment: "SHORT" } }],
    ["cas.services", { cas: { services: [] } }],
    ["cas.attributes.0", { cas: { ...whole.cas, attributes: ["phone"] } }],
    ["cas.attributes.0", { cas: { ...whole.cas, attributes: [{ name: "a b", from: "id" }] } }],
    ["cas.attributes.0", { cas: { ...whole.cas, attributes: [{ name: "isFromNewLogin", from: "id" }] } }],
    ...["user", "proxies", "authenticationDate", "proxyGrantingTicket", "attributes", "User"].map(
      (name): [string, object] => [
        "cas.attributes.1",
        { cas: { ...whole.cas, attributes: ["id", { name, from: "email" }] } },
      ],
    ),
    ["cas.attributes.1", { cas: { ...whole.cas, attributes: ["id", { name: "id", from: "email" }] } }],
    ["cas.proxy.callbacks.0", { cas: { ...whole.cas, proxy: { callbacks: ["http://shop.example/pgt"] } } }],
    ["cas.proxy.callbacks", { cas: { ...whole.cas, proxy: { callbacks: [] } } }],
    ["cas.logoutChannel", { cas: { ...whole.cas, logoutChannel: "side" } }],
    ["cas.rest", { cas: { ...whole.cas, rest: "yes" } }],
    ["cas.services.1", { cas: { services: ["https://a.example/", "https://*.example/"] } }],
    ["cas.services.0", { cas: { services: ["${MISSING}/callback"] } }],
    ["cas.services.0", { cas: { services: ["https://sh%6Fp.example/callback"] } }],
    ["cas.services.0", { cas: { services: ["https://shop.example./callback"] } }],
    ["cas.services.0", { cas: { services: ["https://shop.example;script-src/callback"] } }],
    ["cas.proxy.callbacks.0", { cas: { ...whole.cas, proxy: { callbacks: ["https://shop.example./pgt"] } } }],
    ["cas.services.0", { cas: { services: ["https://a.example/?x"] } }],
    ["cas.attributes.0", { cas: { services: ["https://a.example/"], attributes: ["password"] } }],
    ["cas.logoutUrl", { cas: { services: ["https://a.example/"], logoutUrl: "/logout" } }],
    ["cas.logoutUrl", { cas: { ...whole.cas, logoutChannel: "front", logoutUrl: "${SHOP_URL}/?ticket=" } }],
    ...["/?SAMLart=a", "/?a=b&%74icket=", "/?logoutRequest=a", "/#ticket=", "/#"].map(
      (rest): [string, object] => [
        "cas.logoutUrl",
        { cas: { ...whole.cas, logoutChannel: "front", logoutUrl: `\${SHOP_URL}${rest}` } },
      ],
    ),
    ["cas.logoutUrl", { cas: { ...whole.cas, logoutUrl: "https://shop.example;img-src/logout" } }],
    ["oidc.redirectUris.0", { oidc: { redirectUris: ["https://shop.example;script-src/cb"] } }],
    ["oidc.redirectUris.0", { oidc: { redirectUris: ["https://shop.example./cb"] } }],
    ["oidc.redirectUris.0", { oidc: { redirectUris: ["https://:secret@shop.example/cb"] } }],
    [
      "oidc.redirectUris.0",
      { oidc: { redirectUris: ["app://shop;script-src/cb"], applicationType: "native" } },
    ],
    ...["javascript:alert(1)", "data:text/html,hello", "blob:https://a.example/1", "about:blank"].flatMap(
      (address): [string, object][] => [
        ["oidc.redirectUris.0", { oidc: { redirectUris: [address], applicationType: "native" } }],
        [
          "oidc.postLogoutRedirectUris.0",
          {
            oidc: {
              redirectUris: ["com.example.app:/cb"],
              postLogoutRedirectUris: [address],
              applicationType: "native",
            },
          },
        ],
      ],
    ),
    ["api.resource", { api: { resource: "https://shop.example./api", scopes: {} } }],
    ["oidc.policyUri", { oidc: { redirectUris: ["https://a.example/"], policyUri: "http://a.example/p" } }],
    ["oidc.policyUri", { oidc: { redirectUris: ["https://a.example/"], policyUri: "javascript:alert(1)" } }],
    ["oidc.termsUri", { oidc: { redirectUris: ["https://a.example/"], termsUri: "/terms" } }],
    [
      "api.sensitive.0",
      { api: { resource: "https://a.example/api", scopes: { read: "see it" }, sensitive: ["write"] } },
    ],
    ["oidc.pkce", { firstParty: false, oidc: { redirectUris: ["https://a.example/"], pkce: "optional" } }],
    [
      "oidc.pkce",
      { oidc: { redirectUris: ["https://a.example/"], pkce: "optional", clientAuthentication: "none" } },
    ],
    ["secret", { secret: undefined, oidc: oidc({}) }],
    ["secret", { secret: undefined, oidc: oidc({ clientAuthentication: "client_secret_post" }) }],
    ["oidc.jwks", { oidc: oidc({ clientAuthentication: "private_key_jwt" }) }],
    ["oidc.redirectUris", { oidc: {} }],
    ["oidc.redirectUris.0", { oidc: oidc({ redirectUris: ["com.example.app:/cb"] }) }],
    ["oidc.redirectUris.1", { oidc: oidc({ redirectUris: ["https://a.example/", "not an address"] }) }],
    ["oidc.redirectUris.0", { oidc: oidc({ redirectUris: ["file:///etc"], applicationType: "native" }) }],
    ["oidc.redirectUris.0", { oidc: oidc({ redirectUris: ["vbscript:x"], applicationType: "native" }) }],
    ["oidc.redirectUris.0", { oidc: oidc({ redirectUris: ["filesystem:x"], applicationType: "native" }) }],
    ["oidc.grants", { oidc: oidc({ grants: ["client_credentials"], clientAuthentication: "none" }) }],
    ["oidc.backchannelLogoutUrl", { oidc: oidc({ backchannelLogoutUrl: "/logout" }) }],
    ["unknown", { unknown: true }],
  ])("%s %j", (field, wrong) => {
    const refused = refusal({ ...whole, ...wrong });
    expect(refused.field).toMatch(new RegExp(`^${field.replace(/[().]/g, "\\$&")}`));
    expect(refused.reason).not.toBe("");
  });

  test("a file that is not JSON", () => {
    expect(refusal('{ "id": "shop", }')).toEqual({
      field: "(file)",
      reason: "is not JSON: line 1, column 17: a name in double quotes should be here",
    });
  });

  test("all faults of the shape are reported, one per line", () => {
    try {
      parse({ ...whole, name: 7, nam: "", cas: { ...whole.cas, services: "https://a.example/" } });
      expect.unreachable();
    } catch (error) {
      expect((error as RegistrationError).lines).toEqual([
        "shop.json: name: should be text, and is a number",
        "shop.json: cas.services: should be a list of addresses in [ ], and is text",
        "shop.json: nam: is not known; did you mean name?",
      ]);
    }
  });

  test.each(["[]", "null", "1", '"shop"'])("a file that is not an object: %s", (text) => {
    expect(refusal(text).field).toBe("(file)");
  });

  test("a missing environment variable is named", () => {
    expect(refusal({ ...whole, url: "${SHOP_ADDRESS}/" }).reason).toContain("${SHOP_ADDRESS}");
    expect(refusal({ ...whole, secret: { environment: "SHOP_KEY" } }).reason).toContain("SHOP_KEY");
  });

  test("no reason contains a secret", () => {
    expect(JSON.stringify(refusal({ ...whole, secret: { environment: "SHORT" } }))).not.toContain('"short"');
  });
});

test.each([
  ["http://shop.localhost:3001/", "shop.localhost"],
  ["https://shop.example/?back=https://user@shop.example", "shop.example"],
  ["HTTPS://SHOP.example", "shop.example"],
])("the address %s is taken, at the host %s", (url, host) => {
  expect(parse({ ...whole, url }).host).toBe(host);
});

test("a native program may have addresses that a web site may not", () => {
  const redirectUris = [
    "com.example.app:/cb%20x",
    "com.example.app:cb@x",
    "MyApp://CallBack/x",
    "http://127.0.0.1/cb",
  ];
  const oidc = { redirectUris, applicationType: "native" };
  expect(parse({ ...whole, oidc }).oidc?.redirectUris).toEqual(redirectUris);
});

test("a placeholder's value is text, not a pattern", () => {
  environment.STRANGE_URL = "https://a.example/$&";
  expect(parse({ ...whole, url: "${STRANGE_URL}" }).url).toBe("https://a.example/$&");
});
