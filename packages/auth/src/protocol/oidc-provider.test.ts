/** The OpenID Connect half of a sign-in, behind a `fetch` that tests answer. */
import { createSecretKey } from "node:crypto";
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { GatehouseAuthError } from "../log/gatehouse-auth-error.ts";
import type { IdentifiedUser } from "../session/sealed-session.ts";
import type { Settings } from "../settings/settings.ts";
import { oidcProtocol } from "./oidc-provider.ts";
import type { SignInFlow } from "./sign-in-flow.ts";
import type { SignInProtocol } from "./sign-in-protocol.ts";

const settings: Settings = {
  siteId: "shop",
  hubUrl: "https://hub.example",
  siteUrl: "https://shop.example",
  siteSecret: "a secret of the site that is long enough",
  cookieSecret: "another secret",
  stateKey: createSecretKey(Buffer.from("a key of the state")),
};
const issuer = `${settings.hubUrl}/oidc`;
const seconds = 1_800_000_000;
const flow: SignInFlow = {
  id: "Abcdefgh12",
  returnTo: "/cart?a=1",
  purpose: "sign-in",
  attempt: 1,
  maxAge: null,
  acr: null,
};
let protocol: SignInProtocol;
beforeEach(() => {
  protocol = oidcProtocol(settings, () => seconds * 1000);
});
const code = (expected: string) => expect.objectContaining({ code: expected });
const ask = (part: Partial<SignInFlow> = {}) =>
  new URL(
    protocol.authenticationUrl(settings, {
      flow: { ...flow, ...part },
      prepared: new URL(`${issuer}/auth?client_id=shop&state=st4te`),
      reason: null,
    }),
  ).searchParams;

describe("Core 3.1.2.1 the address that starts a sign-in", () => {
  test("adds the flow to the state of next-auth, and nothing that is not asked for", () => {
    const { state, ...rest } = Object.fromEntries(ask());
    expect(rest).toEqual({ client_id: "shop" });
    expect(state).toMatch(/^[\w-]+~[\w-]{43}~st4te$/);
  });

  test("asks by prompt=none for a recognition, by max_age for an age", () => {
    expect(ask({ purpose: "recognise" }).get("prompt")).toBe("none");
    expect(ask({ maxAge: 300 }).get("max_age")).toBe("300");
  });

  test("Core 5.5.1.1 asks for a strength by an essential claim", () => {
    const acr = "urn:gatehouse:acr:factor";
    expect(JSON.parse(ask({ acr }).get("claims") ?? "").id_token.acr).toEqual({
      essential: true,
      value: acr,
    });
  });
});

describe("a callback", () => {
  const parse = (parts: Record<string, string>, part: Partial<SignInFlow> = {}) =>
    protocol.parseReturn(
      settings,
      new URLSearchParams({ state: ask(part).get("state") ?? "", iss: issuer, ...parts }),
    );

  test("returns the whole flow, the state and the code", () => {
    const asked = { ...flow, purpose: "recognise", attempt: 2, maxAge: 300 } as const;
    expect(parse({ code: "c0de" }, asked)).toEqual({ flow: asked, state: "st4te", ticket: "c0de" });
  });

  test.each(["state", "code", "error", "iss"])("with %s twice is malformed", (name) => {
    const sent = { state: ask().get("state") ?? "", iss: issuer };
    for (const answer of [{ code: "c0de" }, { error: "login_required" }]) {
      const query = new URLSearchParams({ ...sent, ...answer });
      const value = query.get(name);
      if (value === null) continue;
      query.append(name, value);
      expect(protocol.parseReturn(settings, query)).toBeNull();
    }
  });

  test.each<[string, Record<string, string>]>([
    ["neither code nor error", {}],
    ["code and error", { code: "c0de", error: "access_denied" }],
    ["a state of no flow", { state: "abc", code: "c0de" }],
  ])("with %s is malformed", (_, parts) => {
    expect(parse(parts)).toBeNull();
  });

  test("RFC 9207 2.4 of another issuer is refused", () => {
    expect(() => parse({ code: "c0de", iss: "https://evil.example" })).toThrow(
      new GatehouseAuthError("issuer_mismatch"),
    );
  });

  test.each([
    ["aZ09_.~-", true],
    ["a".repeat(2000), true],
    ["a".repeat(2001), false],
    ["", false],
    ["+code", false],
    ["code+", false],
  ])("RFC 6749 A.11 with the code %s: %s", (sent, can) => {
    expect(parse({ code: sent }) !== null).toBe(can);
  });

  test.each([
    ["login_required", undefined, ""],
    ["server_error", "hub_unreachable", ""],
    ["access_denied", "declined", ""],
    ["invalid_scope", "scope_refused", ""],
    ["a".repeat(60), "authorization_refused", `The hub answered ${"a".repeat(60)}.`],
    ["a".repeat(61), "authorization_refused", "The hub answered an error without a name."],
    ["Unknown_error", "authorization_refused", "The hub answered an error without a name."],
    ["unknown_errorX", "authorization_refused", "The hub answered an error without a name."],
    ["", "authorization_refused", "The hub answered an error without a name."],
  ])("RFC 6749 4.1.2.1 with the error %s: %s", (error, expected, words) => {
    const { ticket, refusal } = parse({ error }) ?? {};
    expect([ticket, (refusal as { code?: string } | undefined)?.code]).toEqual([null, expected]);
    expect(refusal?.message ?? "").toContain(words);
  });
});

describe("next-auth's requests", () => {
  const endpoint = `${issuer}/token`;
  let answer: Response;
  let asked: [string, RequestInit][];
  const metadata = {
    issuer,
    authorization_endpoint: `${issuer}/auth`,
    token_endpoint: endpoint,
    jwks_uri: `${issuer}/jwks`,
  };
  let keys: object;
  let idToken: string;

  beforeEach(async () => {
    asked = [];
    const { privateKey, publicKey } = await generateKeyPair("ES256");
    keys = { keys: [{ ...(await exportJWK(publicKey)), kid: "1", alg: "ES256" }] };
    idToken = await new SignJWT({ sid: "the-sid", preferred_username: "alice" })
      .setProtectedHeader({ alg: "ES256", kid: "1" })
      .setIssuer(issuer)
      .setAudience("shop")
      .setSubject("1")
      .setIssuedAt(seconds)
      .setExpirationTime(seconds + 60)
      .sign(privateKey);
    answer = Response.json({ access_token: "a", token_type: "Bearer", id_token: idToken });
    vi.stubGlobal("fetch", async (url: string, init: RequestInit) => {
      asked.push([String(url), init]);
      if (String(url) === metadata.jwks_uri) return Response.json(keys);
      return String(url) === endpoint ? answer : Response.json(metadata);
    });
  });
  afterEach(() => vi.unstubAllGlobals());

  async function exchange(url = endpoint) {
    const identified = vi.fn<(user: IdentifiedUser) => void>();
    const parts = protocol.provider(settings, { flow, state: "st4te", ticket: "c0de", identified });
    const reply = await parts
      .fetch(url, { method: "POST", body: "code=c0de" })
      .catch((error: unknown) => error);
    return { reply, users: identified.mock.calls.flat() };
  }

  test("authenticate the site by HTTP Basic, whatever next-auth's default is, and check state, PKCE and nonce", () => {
    const { type, checks, settings: configured } = protocol.provider(settings, null);
    expect([type, checks]).toEqual(["oidc", ["state", "pkce", "nonce"]]);
    expect(configured).toMatchObject({
      issuer,
      clientSecret: settings.siteSecret,
      client: { token_endpoint_auth_method: "client_secret_basic" },
      authorization: { params: { scope: "openid profile email", claims: { id_token: { name: null } } } },
    });
  });

  test("Core 3.1.3.3 the token endpoint's answer names the user, and is handed on", async () => {
    const { reply, users } = await exchange();
    expect(await (reply as Response).json()).toMatchObject({ access_token: "a", id_token: idToken });
    expect(users).toMatchObject([{ id: "1", username: "alice", sessionIndex: "the-sid" }]);
    expect(asked.find(([url]) => url === endpoint)?.[1]).toMatchObject({ method: "POST", body: "code=c0de" });
  });

  test("the discovery document is no exchange", async () => {
    const { reply, users } = await exchange(`${issuer}/.well-known/openid-configuration`);
    expect([await (reply as Response).json(), users]).toEqual([metadata, []]);
  });

  test("with a wrong secret fail by a sentence that names the setting and the site", async () => {
    answer = Response.json({ error: "invalid_client" }, { status: 401 });
    const { reply } = await exchange();
    expect((reply as Error).message).toMatch(/^SITE_SECRET must be the secret of site "shop" at the hub\. /);
  });

  test("to another address, or without an exchange, are not sent", async () => {
    expect(await exchange(`${issuer}/me`)).toMatchObject({ reply: code("internal"), users: [] });
    await expect(protocol.provider(settings, null).fetch(endpoint, {})).rejects.toEqual(code("internal"));
    expect(asked.map(([url]) => url)).toEqual([`${issuer}/.well-known/openid-configuration`]);
  });

  test.each<[string, () => Response, string]>([
    ["401 without a body", () => new Response("", { status: 401 }), "site_rejected"],
    ["invalid_client", () => Response.json({ error: "invalid_client" }, { status: 400 }), "site_rejected"],
    ["invalid_grant", () => Response.json({ error: "invalid_grant" }, { status: 400 }), "ticket_refused"],
    ["another error", () => Response.json({ error: "invalid_request" }, { status: 400 }), "hub_answer"],
    ["a token with status 201", () => Response.json({ id_token: idToken }, { status: 201 }), "hub_answer"],
    ["a token that is no text", () => Response.json({ id_token: 1 }), "hub_answer"],
    ["null", () => Response.json(null), "hub_answer"],
  ])("RFC 6749 5.2 answered by %s identify nobody", async (_, make, expected) => {
    answer = make();
    expect(await exchange()).toEqual({ reply: code(expected), users: [] });
  });
});

test("Back-Channel Logout 2.5 a request without a logout token is malformed", async () => {
  const received = protocol.parseLogoutRequest(settings, new TextEncoder().encode("a=b"));
  await expect(received).rejects.toEqual(code("logout_request_malformed"));
});

describe("RP-Initiated Logout 2 the address that signs out", () => {
  test("names the site, the page to return to, and the session if there is one", () => {
    const query = (sid: string | null) => {
      const url = new URL(protocol.signOutUrl(settings, sid));
      expect(url.origin + url.pathname).toBe(`${issuer}/session/end`);
      return Object.fromEntries(url.searchParams);
    };
    const least = { client_id: "shop", post_logout_redirect_uri: "https://shop.example/" };
    expect(query(null)).toEqual(least);
    expect(query("the-sid")).toEqual({ ...least, logout_hint: "the-sid" });
  });
});
