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
});
