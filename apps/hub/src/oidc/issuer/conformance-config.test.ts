/** Documents that the plan `oidcc-config` of the OpenID Foundation's conformance suite reads. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { openTestHub, TestBrowser, type TestHub } from "../../test-hub.ts";

let opened: TestHub;
let metadata: Record<string, unknown>;
beforeAll(async () => {
  opened = await openTestHub();
  const answer = await new TestBrowser(opened).get("/oidc/.well-known/openid-configuration");
  expect(answer.status).toBe(200);
  expect(answer.headers["content-type"]).toMatch(/^application\/json/);
  metadata = JSON.parse(answer.body);
});
afterAll(() => opened.close());

test("Discovery 3: the issuer is the requested address, and every endpoint is below it", () => {
  const issuer = `${opened.origin}/oidc`;
  expect(metadata.issuer).toBe(issuer);
  const endpoints = Object.entries(metadata).filter(([name]) => /_endpoint$|^jwks_uri$/.test(name));
  expect(endpoints.length).toBeGreaterThan(6);
  for (const [name, address] of endpoints) expect(`${name} ${address}`).toContain(` ${issuer}/`);
});

test("Discovery 3 lists exactly the supported features", () => {
  expect(metadata).toMatchObject({
    response_types_supported: expect.arrayContaining(["code"]),
    response_modes_supported: expect.arrayContaining(["query", "form_post"]),
    subject_types_supported: expect.arrayContaining(["public", "pairwise"]),
    id_token_signing_alg_values_supported: expect.arrayContaining(["RS256", "ES256"]),
    token_endpoint_auth_methods_supported: expect.arrayContaining([
      "client_secret_basic",
      "client_secret_post",
      "private_key_jwt",
      "none",
    ]),
    code_challenge_methods_supported: ["S256"],
    scopes_supported: expect.arrayContaining(["openid", "profile", "email", "offline_access"]),
    claims_parameter_supported: true,
    request_uri_parameter_supported: false,
    authorization_response_iss_parameter_supported: true,
    backchannel_logout_supported: true,
    backchannel_logout_session_supported: true,
  });
  expect(metadata).not.toHaveProperty("registration_endpoint");
  expect(metadata).not.toHaveProperty("request_parameter_supported");
  expect(metadata).not.toHaveProperty("frontchannel_logout_supported");
  expect(metadata.grant_types_supported).toEqual(expect.not.arrayContaining(["implicit", "password"]));
  const algorithms = Object.entries(metadata).filter(([name]) => name.includes("signing_alg"));
  expect(algorithms.length).toBeGreaterThan(2);
  for (const [, values] of algorithms) expect(values).toEqual(expect.not.arrayContaining(["none", "HS256"]));
});

test("Discovery 3: claims_supported lists exactly the released claims", () => {
  const ofPeople = ["sub", "name", "preferred_username", "picture", "email", "email_verified", "groups"];
  const ofSignIns = ["iss", "sid", "acr", "amr", "auth_time"];
  expect((metadata.claims_supported as string[]).toSorted()).toEqual([...ofPeople, ...ofSignIns].toSorted());
});

test("JWK set: distinct key ids, public keys only", async () => {
  const { keys } = JSON.parse((await new TestBrowser(opened).get("/oidc/jwks")).body) as {
    keys: Record<string, string>[];
  };
  expect(new Set(keys.map(({ kid }) => kid)).size).toBe(keys.length);
  for (const key of keys) expect(key).toMatchObject({ use: "sig", alg: expect.any(String) });
});
