import { createHash, hkdfSync } from "node:crypto";
import { EncryptJWT } from "jose";
import { describe, expect, test } from "vitest";
import { openFlow, sealFlow } from "./flow-cookie.ts";

const settings = { cookieSecret: "0123456789abcdef".repeat(4) };
const name = "gatehouse-shop.state-AAAAAAAAAA";
const secrets = { state: `state-${"s".repeat(400)}`, verifier: "v".repeat(43), nonce: "n".repeat(43) };

describe("RFC 9700 4.7.1 the cookie of a sign-in", () => {
  test("opens for the state that it was made with", async () => {
    const packed = await sealFlow(settings, name, secrets);
    expect(packed.length).toBeLessThan(350);
    expect(await openFlow(settings, name, { packed, state: secrets.state })).toEqual(secrets);
  });

  test("has only the state by CAS", async () => {
    const packed = await sealFlow(settings, name, { ...secrets, verifier: null, nonce: null });
    const opened = await openFlow(settings, name, { packed, state: secrets.state });
    expect(opened).toEqual({ state: secrets.state, verifier: null, nonce: null });
  });

  test.each<[string, Parameters<typeof openFlow>]>([
    ["another state", [settings, name, { packed: "", state: "state-other" }]],
    ["another name", [settings, "gatehouse-shop.state-BBBBBBBBBB", { packed: "", state: secrets.state }]],
    ["another secret", [{ cookieSecret: "f".repeat(64) }, name, { packed: "", state: secrets.state }]],
  ])("does not open for %s", async (_, [keys, as, asked]) => {
    const packed = await sealFlow(settings, name, secrets);
    expect(await openFlow(keys, as, { ...asked, packed })).toBeNull();
  });

  test.each([null, "", "rubbish", "a.b.c.d.e"])("%j is refused", async (packed) => {
    expect(await openFlow(settings, name, { packed, state: secrets.state })).toBeNull();
  });

  const key = new Uint8Array(hkdfSync("sha256", settings.cookieSecret, name, "gatehouse flow cookie v1", 32));
  const sealed = () => new EncryptJWT({ s: createHash("sha256").update(secrets.state).digest("base64url") });
  const header = { alg: "dir", enc: "A256GCM" };

  test("is sealed under a key of its own, with an expiry", async () => {
    const packed = await sealed().setProtectedHeader(header).setExpirationTime("1m").encrypt(key);
    expect(await openFlow(settings, name, { packed, state: secrets.state })).not.toBeNull();
  });

  test("is none without an expiry, after it, or by another cipher", async () => {
    const endless = await sealed().setProtectedHeader(header).encrypt(key);
    const over = await sealed().setProtectedHeader(header).setExpirationTime("1 minute ago").encrypt(key);
    const other = { alg: "dir", enc: "A128CBC-HS256" };
    const weak = await sealed().setProtectedHeader(other).setExpirationTime("1m").encrypt(key);
    for (const packed of [endless, over, weak])
      expect(await openFlow(settings, name, { packed, state: secrets.state })).toBeNull();
  });
});
