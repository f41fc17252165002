/** The hub as issuer, behind a `fetch` that tests answer. */
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { GatehouseAuthError } from "../log/gatehouse-auth-error.ts";
import { HubIssuer } from "./hub-issuer.ts";

const hubUrl = "https://hub.example";
const metadata = {
  issuer: `${hubUrl}/oidc`,
  authorization_endpoint: `${hubUrl}/oidc/auth`,
  token_endpoint: `${hubUrl}/oidc/token`,
  jwks_uri: `${hubUrl}/oidc/jwks`,
};
let now: number;
let hub: HubIssuer;
let asked: [string, RequestInit][];
/** Answers by path; an error is a failure of the connection. */
let answers: Record<string, () => Response | Error | Promise<Response>>;
const discovery = "/oidc/.well-known/openid-configuration";

beforeEach(() => {
  now = 1_800_000_000_000;
  hub = new HubIssuer(hubUrl, () => now);
  asked = [];
  answers = { [discovery]: () => Response.json(metadata) };
  vi.stubGlobal("fetch", async (url: string | URL, init: RequestInit) => {
    asked.push([String(url), init]);
    const answer = (await answers[new URL(url).pathname]?.()) ?? new Response("", { status: 404 });
    if (answer instanceof Error) throw answer;
    return answer;
  });
});
afterEach(() => vi.unstubAllGlobals());
const brokenOff = () => new ReadableStream({ start: (stream) => stream.error(new TypeError("terminated")) });
const code = (expected: string) => expect.objectContaining({ code: expected });

describe("OpenID Connect Discovery 4 the document", () => {
  test("is fetched from the issuer, without following redirects, and kept for ten minutes", async () => {
    expect(hub.issuer).toBe("https://hub.example/oidc");
    expect(await hub.metadata()).toEqual(metadata);
    expect(asked[0]).toMatchObject([
      `${hubUrl}${discovery}`,
      { headers: { accept: "application/json" }, cache: "no-store", redirect: "manual" },
    ]);
    now += 599_999;
    const response = await hub.discovery();
    expect([response.headers.get("content-type"), await response.json()]).toEqual([
      "application/json",
      metadata,
    ]);
    expect(asked).toHaveLength(1);
    now += 1;
    await hub.metadata();
    expect(asked).toHaveLength(2);
  });

  test("is fetched once for all who need it, and again after a failure", async () => {
    answers[discovery] = () => new TypeError("fetch failed");
    const results = await Promise.allSettled([hub.metadata(), hub.metadata()]);
    expect(results.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    expect(asked).toHaveLength(1);
    answers[discovery] = () => Response.json(metadata);
    expect(await hub.metadata()).toEqual(metadata);
  });

  test("that is late and fails does not make a newer one be fetched again", async () => {
    const late = Promise.withResolvers<Response>();
    answers[discovery] = () => late.promise;
    const first = hub.metadata();
    now += 600_000;
    answers[discovery] = () => Response.json(metadata);
    await hub.metadata();
    late.reject(new TypeError("fetch failed"));
    await expect(first).rejects.toEqual(code("hub_unreachable"));
    await hub.metadata();
    expect(asked).toHaveLength(2);
  });

  test("of another issuer is reported with both addresses", async () => {
    answers[discovery] = () => Response.json({ ...metadata, issuer: "https://evil.example/oidc" });
    await expect(hub.metadata()).rejects.toThrow(
      `${hubUrl}${discovery} does not describe the issuer ${hubUrl}/oidc.`,
    );
  });

  test.each<[string, () => Response | Error, string]>([
    ["a connection that fails", () => new TypeError("x"), "hub_unreachable"],
    ["a connection that breaks off", () => new Response(brokenOff()), "hub_unreachable"],
    ["429", () => new Response("", { status: 429 }), "hub_unreachable"],
    ["500", () => new Response("", { status: 500 }), "hub_unreachable"],
    ["404", () => Response.json(metadata, { status: 404 }), "hub_answer"],
    ["302", () => Response.json(metadata, { status: 302 }), "hub_answer"],
    ["no JSON", () => new Response("<html>"), "hub_answer"],
    ["null", () => Response.json(null), "hub_answer"],
    [
      "another issuer",
      () => Response.json({ ...metadata, issuer: "https://evil.example/oidc" }),
      "hub_answer",
    ],
    ["more than 256 KiB", () => Response.json({ ...metadata, x: "x".repeat(256 * 1024) }), "hub_answer"],
  ])("by %s is refused", async (_, answer, expected) => {
    answers[discovery] = answer;
    await expect(hub.metadata()).rejects.toEqual(code(expected));
  });

  test("may have 256 KiB", async () => {
    const rest = 256 * 1024 - JSON.stringify({ ...metadata, x: "" }).length;
    answers[discovery] = () => Response.json({ ...metadata, x: "x".repeat(rest) });
    expect(await hub.metadata()).toMatchObject(metadata);
  });

  test.each([
    ["authorization_endpoint", "https://evil.example/oidc/auth"],
    ["token_endpoint", "https://hub.example.evil.example/oidc/token"],
    ["jwks_uri", "http://hub.example/oidc/jwks"],
    ["token_endpoint", undefined],
  ])("never moves %s to %s", async (name, url) => {
    answers[discovery] = () => Response.json({ ...metadata, [name]: url });
    await expect(hub.metadata()).rejects.toMatchObject({
      code: "hub_answer",
      message: expect.stringContaining(`${name} of the hub's issuer is not at HUB_URL.`),
    });
  });
});

describe("the hub's keys", () => {
  async function signed(kid: string) {
    const { privateKey, publicKey } = await generateKeyPair("ES256");
    const jwk = { ...(await exportJWK(publicKey)), kid, alg: "ES256" };
    const token = await new SignJWT({}).setProtectedHeader({ alg: "ES256", kid }).sign(privateKey);
    const [payload = "", , signature = ""] = token.split(".");
    return { jwk, header: { alg: "ES256", kid }, token: { payload, signature } };
  }

  test("are fetched once", async () => {
    const { jwk, header, token } = await signed("1");
    answers["/oidc/jwks"] = () => Response.json({ keys: [jwk] });
    for (const _ of [1, 2]) expect(await hub.keys(header, token)).toBeDefined();
    expect(asked.map(([url]) => new URL(url).pathname)).toEqual([discovery, "/oidc/jwks"]);
  });

  test("are fetched from the new address after the document names one", async () => {
    const { jwk, header, token } = await signed("1");
    answers["/oidc/jwks"] = () => Response.json({ keys: [jwk] });
    await hub.keys(header, token);
    now += 600_000;
    answers[discovery] = () => Response.json({ ...metadata, jwks_uri: `${hubUrl}/oidc/keys` });
    answers["/oidc/keys"] = () => Response.json({ keys: [jwk] });
    await hub.keys(header, token);
    expect(asked.map(([url]) => new URL(url).pathname)).toEqual([
      discovery,
      "/oidc/jwks",
      discovery,
      "/oidc/keys",
    ]);
  });

  test("two that fit a token without a key's name are a fault of the token", async () => {
    const [one, two] = [await signed("1"), await signed("2")];
    answers["/oidc/jwks"] = () => Response.json({ keys: [one.jwk, two.jwk] });
    await expect(hub.keys({ alg: "ES256" }, one.token)).rejects.toMatchObject({
      code: "ERR_JWKS_MULTIPLE_MATCHING_KEYS",
    });
  });

  test("an unknown one is a fault of the token, a failure one of the hub", async () => {
    const { jwk, header, token } = await signed("1");
    answers["/oidc/jwks"] = () => Response.json({ keys: [jwk] });
    await expect(hub.keys({ ...header, kid: "2" }, token)).rejects.toMatchObject({
      code: "ERR_JWKS_NO_MATCHING_KEY",
    });
    answers["/oidc/jwks"] = () => new Response("", { status: 500 });
    const other = new HubIssuer(hubUrl, () => now);
    const cause = expect.any(Error);
    await expect(other.keys(header, token)).rejects.toEqual(
      new GatehouseAuthError("hub_unreachable", "", { cause }),
    );
  });
});

describe("a request to the hub", () => {
  test("waits for a limited time, and keeps the cause of a failure for the log", async () => {
    const cause = new TypeError("fetch failed");
    answers["/oidc/token"] = () => cause;
    await expect(hub.fetch(metadata.token_endpoint, {})).rejects.toEqual(
      new GatehouseAuthError("hub_unreachable", "", { cause }),
    );
    expect(asked[0]?.[1].signal).toBeInstanceOf(AbortSignal);
  });

  test.each([
    [200, 200],
    [400, 400],
    [428, 428],
  ])("answered %d is handed on", async (status, expected) => {
    answers["/oidc/token"] = () => new Response("", { status });
    expect((await hub.fetch(metadata.token_endpoint, { method: "POST" })).status).toBe(expected);
    expect(asked[0]?.[1]).toMatchObject({ method: "POST", cache: "no-store", redirect: "manual" });
  });
});
