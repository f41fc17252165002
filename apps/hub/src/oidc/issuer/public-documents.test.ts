/** The issuer's metadata, wherever clients look for it, and its keys. */
import { testRecord } from "@gatehouse/database/test-record";
import * as client from "openid-client";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openTestHub, TestBrowser, type TestHub } from "../../test-hub.ts";
import { RelyingSite, received } from "../../test-support/relying-site.ts";
import {
  suiteEnvironment as environment,
  redirectUri,
  suiteRegistration,
  suiteSite,
} from "../../test-support/suite-site.ts";

let opened: TestHub;
let browser: TestBrowser;
beforeAll(async () => {
  const registration = { firstParty: true };
  opened = await openTestHub({
    environment,
    sites: () => ({ suite: suiteRegistration("suite", {}, registration) }),
  });
  browser = new TestBrowser(opened);
});
afterAll(() => opened.close());

const discovery = "/oidc/.well-known/openid-configuration";
const addresses = [
  "/.well-known/oauth-authorization-server/oidc",
  "/.well-known/openid-configuration/oidc",
  "/oidc/.well-known/oauth-authorization-server",
];
const elsewhere = { origin: "https://elsewhere.example" };

describe.each(addresses)("RFC 8414 3.1 %s", (address) => {
  test("is the discovery document", async () => {
    const answer = await browser.get(address);
    expect([answer.status, answer.headers["content-type"]]).toEqual([200, "application/json; charset=utf-8"]);
    const metadata = JSON.parse(answer.body);
    expect(metadata).toEqual(JSON.parse((await browser.get(discovery)).body));
    expect(metadata.issuer).toBe(`${opened.origin}/oidc`);
    expect(metadata.token_endpoint).toBe(`${opened.origin}/oidc/token`);
  });

  test("can be read by pages of every origin", async () => {
    const { headers } = await browser.get(address, elsewhere);
    expect(headers["access-control-allow-origin"]).toBe(elsewhere.origin);
    expect(headers).not.toHaveProperty("cross-origin-resource-policy");
    const asked = { ...elsewhere, "access-control-request-method": "GET" };
    expect((await browser.send("OPTIONS", address, asked)).status).toBe(204);
  });
});

test("RFC 8414 3.1 openid-client discovers the issuer as an OAuth server, without OpenID Connect", async () => {
  const asked: string[] = [];
  const configuration = await client.discovery(
    new URL(`${opened.origin}/oidc`),
    "suite",
    undefined,
    undefined,
    {
      algorithm: "oauth2",
      execute: [client.allowInsecureRequests],
      async [client.customFetch](url) {
        const { pathname } = new URL(url);
        asked.push(pathname);
        const { status, body } = await browser.get(pathname);
        return new Response(body, { status, headers: { "content-type": "application/json" } });
      },
    },
  );
  expect(asked).toEqual([addresses[0]]);
  expect(configuration.serverMetadata().issuer).toBe(`${opened.origin}/oidc`);
});

test("RFC 8414 3.1 the well-known address serves the issuer's path only", async () => {
  for (const address of [
    "/.well-known/oauth-authorization-server",
    `${addresses[0]}x`,
    "/.well-known/__proto__",
  ])
    expect((await browser.get(address)).status).toBe(404);
});

test("RFC 9111 5.2.2 metadata and keys are cached for a quarter of an hour, by origin; nothing else is", async () => {
  for (const address of [discovery, ...addresses, "/oidc/jwks"]) {
    const { headers } = await browser.get(address);
    expect([headers["cache-control"], headers.vary]).toEqual(["public, max-age=900", "Origin"]);
  }
  const { headers } = await suiteSite(opened, "suite").post("/oidc/token/revocation", { token: "none" });
  expect(headers["cache-control"]).toBe("no-store");
  for (const address of ["/oidc/me", "/oidc/nowhere"])
    expect((await browser.get(address)).headers["cache-control"]).toBe("no-store");
});

describe("Discovery 3 the metadata is true", () => {
  test("response types: code, and one at a time", async () => {
    const { response_types_supported } = JSON.parse((await browser.get(discovery)).body);
    expect(response_types_supported).toEqual(["code"]);
    await browser.signIn(await opened.createPerson());
    const site = suiteSite(opened, "suite");
    for (const response_type of ["none", "code token", "code id_token", "token", "id_token", "code code"]) {
      const answer = received(
        await browser.get(site.authorization({ response_type, nonce: "n", state: "s" })),
      );
      expect([answer.get("error"), answer.get("state"), answer.get("code")]).toEqual([
        "unsupported_response_type",
        "s",
        null,
      ]);
    }
    const pushed = Object.fromEntries(new URLSearchParams(site.authorization().split("?")[1]));
    const refused = await site.post("/oidc/request", { ...pushed, response_type: "code code" });
    expect([refused.status, refused.json.error]).toEqual([400, "unsupported_response_type"]);
    expect((await site.post("/oidc/request", pushed)).status).toBe(201);
  });

  test("claims: picture, and email_verified of a verified address, are released", async () => {
    const { claims_supported } = JSON.parse((await browser.get(discovery)).body);
    expect(claims_supported).toEqual(expect.arrayContaining(["email_verified", "picture"]));
    const site = new RelyingSite(opened, { ...suiteSite(opened, "suite").options, redirectUri });
    const claims = JSON.stringify({
      id_token: { email_verified: { essential: true } },
      userinfo: { email_verified: null },
    });
    const person = await opened.createPerson();
    const tokens = await site.round(new TestBrowser(opened), person, {
      scope: "openid email profile",
      claims,
    });
    const { json } = await site.userinfo(tokens.access_token);
    expect(json.email).toEqual(expect.any(String));
    for (const claims of [json, tokens.claims]) expect(claims).not.toHaveProperty("email_verified");
    expect(json).not.toHaveProperty("picture");
    const { profiles, verificationTokens } = opened.hub.database;
    const link = {
      token: "a link of this test with many bits",
      purpose: "email-change",
      lifeSeconds: 60,
    } as const;
    const email = `${person.username}@example.org`;
    await verificationTokens.create({ ...link, email, personId: person.id });
    await verificationTokens.changeEmail(link.token, testRecord);
    const hash = await profiles.setPicture(
      person.id,
      { type: "image/png", bytes: Buffer.from("x") },
      testRecord,
    );
    expect((await site.userinfo(tokens.access_token)).json).toMatchObject({
      email,
      email_verified: true,
      picture: `${opened.origin}/pictures/${hash}`,
    });
  });

  test("client authentication methods, at each endpoint that requires authentication", async () => {
    const proofs = ["client_secret_basic", "client_secret_post", "private_key_jwt"];
    expect(JSON.parse((await browser.get(discovery)).body)).toMatchObject({
      token_endpoint_auth_methods_supported: [...proofs, "none"],
      revocation_endpoint_auth_methods_supported: [...proofs, "none"],
      introspection_endpoint_auth_methods_supported: proofs,
    });
  });
});
