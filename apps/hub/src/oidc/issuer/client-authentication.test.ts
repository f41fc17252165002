/** How sites prove themselves at the token endpoint; titled by section. */
import { createHash, randomUUID } from "node:crypto";
import {
  type CryptoKey,
  exportJWK,
  exportSPKI,
  generateKeyPair,
  type JWK,
  SignJWT,
  UnsecuredJWT,
} from "jose";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openTestHub, TestBrowser, type TestHub } from "../../test-hub.ts";
import { challenge, RelyingSite } from "../../test-support/relying-site.ts";
import {
  redirectUri,
  suiteSecret as secret,
  suiteEnvironment,
  suiteRegistration,
} from "../../test-support/suite-site.ts";

let opened: TestHub;
let site: RelyingSite;
let keys: { readonly privateKey: CryptoKey; readonly publicKey: CryptoKey };
let jwk: JWK;

beforeAll(async () => {
  keys = await generateKeyPair("ES256", { extractable: true });
  jwk = { ...(await exportJWK(keys.publicKey)), kid: "the-key", alg: "ES256", use: "sig" };
  opened = await openTestHub({ environment: suiteEnvironment, sites: () => registrations() });
  site = new RelyingSite(opened, { id: "keyed", redirectUri });
});
afterAll(() => opened.close());

function registrations() {
  const declare = (id: string, oidc: object, more?: object) =>
    suiteRegistration(id, { grants: ["authorization_code", "client_credentials"], ...oidc }, more);
  const noSecret = { secret: undefined };
  const byKey = { clientAuthentication: "private_key_jwt", jwks: { keys: [jwk] } };
  return {
    keyed: declare("keyed", byKey, noSecret),
    keyed2: declare("keyed2", byKey, noSecret),
    basic: declare("basic", { clientAuthentication: "client_secret_basic" }),
    post: declare("post", { clientAuthentication: "client_secret_post" }),
    program: declare(
      "program",
      { clientAuthentication: "none", grants: ["authorization_code", "refresh_token"] },
      noSecret,
    ),
  };
}

const type = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
const claims = (more: object = {}) => {
  const now = Math.floor(Date.now() / 1000);
  const base = { iss: "keyed", sub: "keyed", aud: `${opened.origin}/oidc`, jti: randomUUID() };
  return { ...base, iat: now, exp: now + 60, ...more };
};
const sign = (more: object = {}, header: object = {}, key: CryptoKey | Uint8Array = keys.privateKey) =>
  new SignJWT(claims(more)).setProtectedHeader({ alg: "ES256", kid: "the-key", ...header }).sign(key);
const present = (client_assertion: string, more: Record<string, string | undefined> = {}) =>
  site.post("/oidc/token", {
    grant_type: "client_credentials",
    client_assertion_type: type,
    client_assertion,
    ...more,
  });
const invalidClient = { status: 401, json: { error: "invalid_client" } };

describe("RFC 7523 3 private_key_jwt", () => {
  test("is accepted once: of 20 concurrent requests with one assertion one gets a token", async () => {
    const assertion = await sign();
    const answers = await Promise.all(Array.from({ length: 20 }, () => present(assertion)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(answers.filter(({ json }) => json.error === "invalid_client")).toHaveLength(19);
    expect(await present(assertion)).toMatchObject(invalidClient);
  });

  test.each<[string, object]>([
    ["of another audience", { aud: "https://evil.example/oidc" }],
    ["without an audience", { aud: undefined }],
    ["of no audience", { aud: [] }],
    ["by another issuer", { iss: "keyed2" }],
    ["about another site", { sub: "keyed2" }],
    ["that has ended", { exp: Math.floor(Date.now() / 1000) - 60 }],
    ["that does not end", { exp: undefined }],
    ["that ends in a year", { exp: Math.floor(Date.now() / 1000) + 365 * 86_400 }],
    ["without an id", { jti: undefined }],
  ])("an assertion %s is refused", async (_, wrong) => {
    const { status, json } = await present(await sign(wrong));
    expect([status >= 400 && status < 500, json.access_token]).toEqual([true, undefined]);
    expect(["invalid_client", "invalid_request"]).toContain(json.error);
  });

  test("3 (3) an assertion for another server too is refused: that server could use it here", async () => {
    const own = `${opened.origin}/oidc`;
    expect(await present(await sign({ aud: [own, "https://evil.example"] }))).toMatchObject(invalidClient);
    expect(await present(await sign({ aud: [own] }))).toMatchObject({ status: 200 });
  });

  test("RFC 8725 3.1 alg none, HMAC with the public key, and a key of the attacker are refused", async () => {
    const thief = await generateKeyPair("ES256", { extractable: true });
    const ownKey = await exportJWK(thief.publicKey);
    const publicText = new TextEncoder().encode(await exportSPKI(keys.publicKey));
    const forged = [
      new UnsecuredJWT(claims()).encode(),
      await sign({}, { alg: "HS256" }, publicText),
      await sign({}, {}, thief.privateKey),
      await sign({}, { jwk: ownKey }, thief.privateKey),
      await sign({}, { jku: "https://evil.example/jwks.json", kid: "evil" }, thief.privateKey),
      await sign({}, { kid: "../../dev/null" }, thief.privateKey),
      await sign({}, { kid: "' OR 1=1 --" }, thief.privateKey),
    ];
    for (const assertion of forged) expect(await present(assertion)).toMatchObject(invalidClient);
  });

  test("RFC 6749 2.3 two methods at once, or a secret in place of a key, are refused", async () => {
    const twice = await present(await sign(), { client_secret: secret });
    expect([twice.status, twice.json.error]).toEqual([400, "invalid_request"]);
    const fields = { grant_type: "client_credentials", client_secret: secret };
    expect(await site.post("/oidc/token", fields)).toMatchObject(invalidClient);
  });
});

describe("RFC 6749 2.3.1 secrets", () => {
  const grant = "grant_type=client_credentials";
  const hash = createHash("sha256").update(secret).digest("hex");
  const basic = (credentials: string) => ({ authorization: `Basic ${btoa(credentials)}` });

  test("are accepted by the registered method", async () => {
    expect((await site.postRaw("/oidc/token", grant, basic(`basic:${secret}`))).status).toBe(200);
    const inBody = `${grant}&client_id=post&client_secret=${secret}`;
    expect((await site.postRaw("/oidc/token", inBody)).status).toBe(200);
  });

  test.each<[string, string, Record<string, string>]>([
    ["an empty one", grant, basic("basic:")],
    ["none", `${grant}&client_id=basic`, {}],
    ["an empty one in the body", `${grant}&client_id=post&client_secret=`, {}],
    ["a wrong one", grant, basic("basic:wrong")],
    ["that of nobody", grant, basic(`nobody:${secret}`)],
    ["its hash as it is registered", grant, basic(`basic:${hash}`)],
    ["one for a site that has none", grant, basic(`program:${secret}`)],
    ["an empty one for a site that has none", grant, basic("program:")],
  ])("%s is refused", async (_, body, headers) => {
    const { status, json } = await site.postRaw("/oidc/token", body, headers);
    expect([400, 401]).toContain(status);
    expect(["invalid_client", "invalid_request"]).toContain(json.error);
    expect(json.access_token).toBeUndefined();
  });

  test("3.2.1 Basic may repeat its client_id in the body; another one is refused", async () => {
    const withId = (id: string) =>
      site.postRaw("/oidc/token", `${grant}&client_id=${id}`, basic(`basic:${secret}`));
    expect((await withId("basic")).status).toBe(200);
    expect(await withId("post")).toMatchObject({ status: 400, json: { error: "invalid_request" } });
  });

  test.each(["", "; charset=utf-8", ";charset=ISO-8859-1"])("with content type form%s", async (end) => {
    const type = { "content-type": `application/x-www-form-urlencoded${end}` };
    expect((await site.postRaw("/oidc/token", grant, { ...basic(`basic:${secret}`), ...type })).status).toBe(
      200,
    );
  });

  test("5.2 a wrong one in the header gets WWW-Authenticate, and is logged without its value", async () => {
    const { status, headers } = await site.postRaw("/oidc/token", grant, basic("basic:the-wrong-one"));
    expect([status, headers["www-authenticate"]]).toEqual([401, expect.stringMatching(/^Basic realm=/)]);
    const line = opened.lines.findLast((one) => one.includes('"endpoint":"grant"'));
    expect(line).toContain("invalid_client");
    expect(opened.lines.join("\n")).not.toContain("the-wrong-one");
  });
});

/** Ways to prove oneself, each with what is right about it: the site it belongs to has this secret or key. */
const ways: Record<string, (id: string) => Promise<[fields: Record<string, string>, headers: object]>> = {
  client_secret_basic: async (id) => [{}, { authorization: `Basic ${btoa(`${id}:${secret}`)}` }],
  client_secret_post: async (id) => [{ client_id: id, client_secret: secret }, {}],
  private_key_jwt: async (id) => [
    { client_assertion_type: type, client_assertion: await sign({ iss: id, sub: id }) },
    {},
  ],
  none: async (id) => [{ client_id: id }, {}],
};
const registered = {
  client_secret_basic: "basic",
  client_secret_post: "post",
  private_key_jwt: "keyed",
  none: "program",
};
const endpoints = ["/oidc/token", "/oidc/token/introspection", "/oidc/token/revocation", "/oidc/request"];

describe.each(Object.entries(registered))("RFC 7591 2 a site registered with %s", (method, id) => {
  const tryBy = async (way: string, endpoint: string) => {
    const [fields, headers] = (await ways[way]?.(id)) ?? [{}, {}];
    const asked = {
      grant_type: "refresh_token",
      refresh_token: "none",
      token: "none",
      response_type: "code",
    };
    const redirect = { redirect_uri: redirectUri, scope: "openid", code_challenge: challenge };
    const body = new URLSearchParams({ ...asked, ...redirect, code_challenge_method: "S256", ...fields });
    return site.postRaw(endpoint, body.toString(), { ...headers });
  };

  test.each(endpoints)("at %s authenticates by its method, and by no other", async (endpoint) => {
    for (const way of Object.keys(ways)) {
      const { status, json } = await tryBy(way, endpoint);
      if (way === method) continue;
      expect([way, status, json.error]).toEqual([way, 401, "invalid_client"]);
      expect(json.error_description).toBe(
        `this client is registered with ${method} and used another authentication method`,
      );
    }
    const { json, status } = await tryBy(method, endpoint);
    const isAsking = endpoint === "/oidc/token/introspection";
    if (isAsking && method === "none") expect([status, json.error]).toEqual([401, "invalid_client"]);
    else expect(json.error).not.toBe("invalid_client");
  });
});

describe("RFC 7662 2.1 introspection", () => {
  test("is refused to a client without authentication, even for its own tokens", async () => {
    const { status, json } = await site.postRaw("/oidc/token/introspection", "client_id=program&token=x");
    expect([status, json]).toEqual([
      401,
      {
        error: "invalid_client",
        error_description: "a client without authentication cannot introspect tokens",
      },
    ]);
  });

  test("RFC 7009 2.1 revocation is allowed: a public client revokes its own tokens", async () => {
    const alice = await opened.createPerson();
    const program = new RelyingSite(opened, { id: "program", redirectUri });
    const { access_token } = await program.round(new TestBrowser(opened), alice);
    expect((await program.userinfo(access_token)).status).toBe(200);
    expect((await program.post("/oidc/token/revocation", { token: access_token })).status).toBe(200);
    expect((await program.userinfo(access_token)).status).toBe(401);
  });
});

describe("RFC 7009 2.2 the response to a revocation", () => {
  const revoke = (headers: Record<string, string>) =>
    new TestBrowser(opened).send("POST", "/oidc/token/revocation", headers, "client_id=program&token=none");

  test.each([
    {},
    { "content-type": "" },
    { "content-type": "application/x-www-form-urlencoded;charset=utf-8" },
  ])("to %o has no body and no content type", async (headers) => {
    const answer = await revoke(headers);
    expect([answer.status, answer.body, answer.headers["content-type"]]).toEqual([200, "", undefined]);
  });

  test("to a JSON body is a refusal in JSON, whatever the Accept header says", async () => {
    const answer = await revoke({ "content-type": "application/json", accept: "text/html" });
    expect([answer.status, JSON.parse(answer.body).error]).toEqual([400, "invalid_request"]);
  });
});
