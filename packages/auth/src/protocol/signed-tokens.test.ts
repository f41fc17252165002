/** ID tokens and logout tokens, with the hub's keys at hand. */
import { createLocalJWKSet, exportJWK, generateKeyPair, SignJWT, UnsecuredJWT } from "jose";
import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { GatehouseAuthError } from "../log/gatehouse-auth-error.ts";
import type { TokenIssuer } from "./hub-issuer.ts";
import { readIdToken } from "./id-token.ts";
import { LogoutTokenReader, readLogoutForm } from "./logout-token.ts";

type Claims = Record<string, unknown>;

const issuer = "https://hub.example/oidc";
const seconds = 1_800_000_000;
const now = () => seconds * 1000;
const pairs = {
  ES256: await generateKeyPair("ES256"),
  RS256: await generateKeyPair("RS256"),
  ES384: await generateKeyPair("ES384"),
};
let hub: TokenIssuer;
beforeAll(async () => {
  const keys = await Promise.all(
    Object.entries(pairs).map(async ([alg, { publicKey }]) => ({
      ...(await exportJWK(publicKey)),
      kid: alg,
      alg,
    })),
  );
  hub = { issuer, keys: createLocalJWKSet({ keys }) };
});

function sign(
  claims: Claims,
  typ: string | undefined,
  alg: keyof typeof pairs = "ES256",
  key = pairs[alg].privateKey,
) {
  return new SignJWT(claims)
    .setProtectedHeader({ alg, kid: alg, ...(typ !== undefined && { typ }) })
    .sign(key);
}
/** Code and sentence of a refusal; the sentence begins with what is common to its code. */
async function refusalOf(work: Promise<unknown>): Promise<unknown> {
  const error = await work.then(
    () => undefined,
    (cause: unknown) => cause,
  );
  expect(error).toBeInstanceOf(GatehouseAuthError);
  return error;
}
const base = { iss: issuer, aud: "shop", iat: seconds, exp: seconds + 120 };

describe("OpenID Connect Core 3.1.3.7 ID tokens", () => {
  const all = {
    ...base,
    sub: "p1",
    sid: "s1",
    preferred_username: "alice",
    name: "Alice",
    email: "a@example.com",
    groups: ["staff"],
    auth_time: seconds - 30,
  };
  const read = async (claims: Claims, alg?: keyof typeof pairs) =>
    readIdToken(await sign({ ...all, ...claims }, undefined, alg), { hub, siteId: "shop", now });

  test.each(["ES256", "RS256"] as const)("%s: identifies the user", async (alg) => {
    expect(await read({}, alg)).toEqual({
      id: "p1",
      username: "alice",
      name: "Alice",
      email: "a@example.com",
      groups: ["staff"],
      sessionIndex: "s1",
      authenticatedAt: seconds - 30,
    });
  });

  test.each<[string, Claims, object]>([
    ["without a name the username stands for it", { name: "" }, { name: "alice" }],
    ["without an address there is none", { email: undefined }, { email: null }],
    ["an address that is no text is none", { email: ["a@example.com"] }, { email: null }],
    ["groups that are no list are none", { groups: "staff" }, { groups: [] }],
    ["without auth_time the age is unknown", { auth_time: undefined }, { authenticatedAt: null }],
    ["auth_time as text is unknown", { auth_time: String(seconds) }, { authenticatedAt: null }],
    [
      "the age is counted by the hub's clock",
      { iat: seconds - 20, auth_time: seconds - 50 },
      { authenticatedAt: seconds - 30 },
    ],
    [
      "an authentication in the future is one of now",
      { auth_time: seconds + 30 },
      { authenticatedAt: seconds },
    ],
    ["a minute's difference of clocks is tolerated", { exp: seconds - 59 }, { id: "p1" }],
    ["one of several audiences", { aud: ["bank", "shop"] }, { id: "p1" }],
  ])("%s", async (_, claims, expected) => {
    expect(await read(claims)).toMatchObject(expected);
  });

  test.each<[string, Claims, string]>([
    ["of another issuer", { iss: "https://evil.example/oidc" }, "id_token_refused"],
    ["for another site", { aud: "bank" }, "id_token_refused"],
    ["without iat", { iat: undefined }, "id_token_refused"],
    ["without exp", { exp: undefined }, "id_token_refused"],
    ["without sub", { sub: undefined }, "id_token_refused"],
    ["with an empty sub", { sub: "" }, "person_id_missing"],
    ["without sid", { sid: undefined }, "session_id_missing"],
    ["without a username", { preferred_username: undefined }, "profile_missing"],
    ["that has expired", { exp: seconds - 61 }, "clock_skew"],
  ])("%s: refused", async (_, claims, code) => {
    expect(await refusalOf(read(claims))).toMatchObject({ code });
  });

  test("the log gets the reason for a refusal", async () => {
    expect(await refusalOf(read({ exp: seconds - 61 }))).toMatchObject({
      message: expect.stringContaining("The hub's ID token has expired already."),
      cause: { code: "ERR_JWT_EXPIRED" },
    });
    expect(await refusalOf(read({ aud: "bank" }))).toMatchObject({ cause: { claim: "aud" } });
  });

  test("by another algorithm, without one, or with a strange key: refused", async () => {
    expect(await refusalOf(read({}, "ES384"))).toMatchObject({ code: "id_token_refused" });
    const forged = [
      new UnsecuredJWT(all).encode(),
      await sign(all, undefined, "ES256", (await generateKeyPair("ES256")).privateKey),
    ];
    for (const token of forged)
      expect(await refusalOf(readIdToken(token, { hub, siteId: "shop", now }))).toMatchObject({
        code: "id_token_refused",
      });
  });

  test("a hub that cannot be asked for its keys is no fault of the token; anything else is ours", async () => {
    for (const [cause, code] of [
      [new GatehouseAuthError("hub_unreachable"), "hub_unreachable"],
      [new TypeError("x"), "internal"],
    ] as const) {
      const failing = { issuer, keys: () => Promise.reject(cause) };
      const work = sign(all, undefined).then((token) =>
        readIdToken(token, { hub: failing, siteId: "shop", now }),
      );
      const error = await refusalOf(work);
      expect(error).toMatchObject({ code });
      if (code === "internal") expect(error).toMatchObject({ cause });
    }
  });
});

describe("OpenID Connect Back-Channel Logout 2.6 logout tokens", () => {
  const event = "http://schemas.openid.net/event/backchannel-logout";
  const all = { ...base, jti: "j1", sid: "s1", events: { [event]: {} } };
  let reader: LogoutTokenReader;
  beforeEach(() => {
    reader = new LogoutTokenReader(hub, "shop", now);
  });
  const read = async (claims: Claims, typ: string | undefined = "logout+jwt", alg?: keyof typeof pairs) =>
    reader.read(await sign({ ...all, ...claims }, typ, alg));

  test.each(["ES256", "RS256"] as const)("%s: names the session that has ended", async (alg) => {
    expect(await read({}, undefined, alg)).toBe("s1");
  });

  test("each one ends a session once; another one is read", async () => {
    await read({});
    expect(await refusalOf(read({}))).toMatchObject({
      code: "logout_request_malformed",
      message: expect.stringContaining("It was used before (jti)."),
      cause: undefined,
    });
    expect(await read({ jti: "j2", sid: "s2" })).toBe("s2");
  });

  test.each<[string, Claims]>([
    ["a minute's difference of clocks", { exp: seconds - 59 }],
    ["an age of three minutes and that difference", { iat: seconds - 240, exp: seconds + 1 }],
    ["a jti of 200 characters", { jti: "j".repeat(200) }],
  ])("tolerated: %s", async (_, claims) => {
    expect(await read(claims)).toBe("s1");
  });

  const wrong = (claim: string) => `Its claim "${claim}" is wrong.`;
  test.each<[string, Claims, string]>([
    ["of another issuer", { iss: "https://evil.example/oidc" }, wrong("iss")],
    ["for another site", { aud: "bank" }, wrong("aud")],
    ["without iat", { iat: undefined }, `${wrong("iat")} Is the clock right?`],
    ["of the future", { iat: seconds + 61 }, `${wrong("iat")} Is the clock right?`],
    [
      "older than three minutes",
      { iat: seconds - 241, exp: seconds + 1 },
      "It has expired: is the clock right?",
    ],
    ["that has expired", { exp: seconds - 61 }, "It has expired: is the clock right?"],
    ["without exp", { exp: undefined }, wrong("exp")],
    ["without jti", { jti: undefined }, wrong("jti")],
    ["without sid", { sid: undefined }, wrong("sid")],
    ["without events", { events: undefined }, wrong("events")],
    ["with an empty jti", { jti: "" }, "Its jti is malformed."],
    ["with a jti of 201 characters", { jti: "j".repeat(201) }, "Its jti is malformed."],
    ["with a number as jti", { jti: 7 }, "Its jti is malformed."],
    ["with an empty sid", { sid: "" }, "It names no session (sid)."],
    ["with a number as sid", { sid: 7 }, "It names no session (sid)."],
    ["with a nonce", { nonce: "n" }, "It has a nonce, which only ID tokens have."],
    ["of another event", { events: { other: {} } }, "It reports no logout (events)."],
    ["of an event that is no object", { events: { [event]: true } }, "It reports no logout (events)."],
    ["of an event that is null", { events: { [event]: null } }, "It reports no logout (events)."],
    ["of events that are null", { events: null }, "It reports no logout (events)."],
  ])("%s: refused", async (_, claims, sentence) => {
    expect(await refusalOf(read(claims))).toMatchObject({
      code: "logout_request_malformed",
      message: new GatehouseAuthError("logout_request_malformed", sentence).message,
    });
  });

  test("an ID token, another algorithm and a strange key: refused", async () => {
    expect(await refusalOf(read({}, "JWT"))).toMatchObject({
      message: expect.stringContaining(wrong("typ")),
    });
    const unsigned = expect.stringContaining("The hub did not sign it.");
    expect(await refusalOf(read({}, "logout+jwt", "ES384"))).toMatchObject({ message: unsigned });
    const { privateKey } = await generateKeyPair("ES256");
    expect(await refusalOf(reader.read(await sign(all, "logout+jwt", "ES256", privateKey)))).toMatchObject({
      code: "logout_request_malformed",
      message: unsigned,
      cause: { code: "ERR_JWS_SIGNATURE_VERIFICATION_FAILED" },
    });
  });

  test("a hub that cannot be asked for its keys is no fault of the token; anything else is ours", async () => {
    for (const [cause, code] of [
      [new GatehouseAuthError("hub_unreachable"), "hub_unreachable"],
      [new TypeError("x"), "internal"],
    ] as const) {
      reader = new LogoutTokenReader({ issuer, keys: () => Promise.reject(cause) }, "shop", now);
      const error = await refusalOf(read({}));
      expect(error).toMatchObject({ code });
      if (code === "internal") expect(error).toMatchObject({ cause });
    }
  });

  test.each<[string, string | Uint8Array, string | null]>([
    ["one token", "logout_token=a.b.c", "a.b.c"],
    ["one beside other fields", "x=1&logout_token=a.b.c", "a.b.c"],
    ["two tokens", "logout_token=a&logout_token=b", null],
    ["none", "token=a", null],
    ["bytes that are no UTF-8", new Uint8Array([...new TextEncoder().encode("logout_token=a"), 0xff]), null],
  ])("a form with %s", (_, body, token) => {
    const form = typeof body === "string" ? new TextEncoder().encode(body) : body;
    if (token === null)
      expect(() => readLogoutForm(form)).toThrow(
        expect.objectContaining({ code: "logout_request_malformed" }),
      );
    else expect(readLogoutForm(form)).toBe(token);
  });
});
