/** RFC 9449: tokens that are of use to nobody but the holder of a key; titled by section. */
import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openTestHub, TestBrowser, type TestHub, type TestPerson } from "../../test-hub.ts";
import { createDpopKey, type DpopKey } from "../../test-support/dpop-key.ts";
import { type RelyingSite, verifier } from "../../test-support/relying-site.ts";
import {
  redirectUri,
  suiteEnvironment,
  suiteRegistration,
  suiteSite,
} from "../../test-support/suite-site.ts";

let opened: TestHub;
let alice: TestPerson;
let site: RelyingSite;
let key: DpopKey;
let token: string;
beforeAll(async () => {
  opened = await openTestHub({
    environment: suiteEnvironment,
    sites: () => ({ suite: suiteRegistration("suite") }),
  });
  alice = await opened.createPerson();
  site = suiteSite(opened, "suite");
  key = await createDpopKey();
  token = String((await exchange(await key.proof("POST", tokenAddress()))).json.access_token);
});
afterAll(() => opened.close());

const tokenAddress = () => `${opened.origin}/oidc/token`;
const userinfoAddress = () => `${opened.origin}/oidc/me`;
const ath = () => createHash("sha256").update(token).digest("base64url");
async function exchange(dpop: string) {
  const code = (await site.visit(new TestBrowser(opened), alice)).get("code") ?? "";
  const grant = { grant_type: "authorization_code", code, redirect_uri: redirectUri };
  return site.post("/oidc/token", { ...grant, code_verifier: verifier }, { dpop });
}
const ask = (dpop: string, scheme = "DPoP") =>
  site.userinfo(token, { authorization: `${scheme} ${token}`, dpop });

describe("5 a token request with a proof", () => {
  test("6 gets a token bound to its key, and introspection shows the binding", async () => {
    const { json } = await site.post("/oidc/token/introspection", { token });
    expect(json).toMatchObject({ active: true, token_type: "DPoP", cnf: { jkt: expect.any(String) } });
  });

  test("11.1 of ten concurrent requests with one proof one succeeds", async () => {
    const proof = await key.proof("POST", tokenAddress());
    const codes = await Promise.all(
      Array.from({ length: 10 }, () => site.visit(new TestBrowser(opened), alice)),
    );
    const answers = await Promise.all(
      codes.map((answer) => {
        const grant = { grant_type: "authorization_code", code: answer.get("code") ?? "" };
        const fields = { ...grant, redirect_uri: redirectUri, code_verifier: verifier };
        return site.post("/oidc/token", fields, { dpop: proof });
      }),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  });

  test.each<[string, () => Promise<string>]>([
    ["of another method", () => key.proof("GET", tokenAddress())],
    ["for another address", () => key.proof("POST", userinfoAddress())],
    ["for another host", () => key.proof("POST", "https://evil.example/oidc/token")],
    [
      "of an hour ago",
      () => key.proof("POST", tokenAddress(), { iat: Math.floor(Date.now() / 1000) - 3600 }),
    ],
    ["without an id", () => key.proof("POST", tokenAddress(), { jti: undefined })],
    ["that is none", async () => "x.y.z"],
  ])("4.3 %s is refused", async (_, proof) => {
    const { status, json } = await exchange(await proof());
    expect([status, json.error, json.access_token]).toEqual([400, "invalid_dpop_proof", undefined]);
  });
});

describe("7.1 a bound token", () => {
  const proof = (more: object = {}, by = key) => by.proof("GET", userinfoAddress(), { ath: ath(), ...more });

  test("is accepted with a fresh proof, each proof once", async () => {
    const fresh = await proof();
    expect((await ask(fresh)).status).toBe(200);
    expect((await ask(fresh)).status).toBe(401);
  });

  test("is refused without one, as Bearer, with another key, or with a proof for another token", async () => {
    const answers = [
      await site.userinfo(token),
      await ask(await proof(), "Bearer"),
      await ask(await proof({}, await createDpopKey())),
      await ask(await proof({ ath: createHash("sha256").update("another").digest("base64url") })),
      await ask(await key.proof("GET", userinfoAddress())),
      await ask(await key.proof("POST", userinfoAddress(), { ath: ath() })),
    ];
    for (const { status, headers, json } of answers) {
      expect([400, 401]).toContain(status);
      expect(json).not.toHaveProperty("sub");
      if (status === 401) expect(headers["www-authenticate"]).toMatch(/DPoP/);
    }
  });
});
