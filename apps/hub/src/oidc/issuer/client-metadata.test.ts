import { describe, expect, test } from "vitest";
import { parseRegistration, type RegisteredSite } from "../../site-registry/registered-site.ts";
import { createClientAdapter } from "./client-metadata.ts";

const secretHash = "ab".repeat(32);
function registered(over: object): RegisteredSite {
  const file = { id: "shop", name: "The shop", url: "https://shop.example/", firstParty: true, ...over };
  return parseRegistration("shop.json", JSON.stringify(file), () => undefined);
}
const clientOf = (site: RegisteredSite | undefined) =>
  createClientAdapter({ find: (id) => (id === site?.id ? site : undefined) }).find("shop");
const redirectUris = ["https://shop.example/cb"];

describe("OpenID Connect Dynamic Client Registration 2: a registered site as client", () => {
  test("with a secret, back-channel logout and every grant", async () => {
    const oidc = {
      redirectUris,
      postLogoutRedirectUris: ["https://shop.example/bye"],
      backchannelLogoutUrl: "https://shop.example/logout",
      grants: ["authorization_code", "refresh_token", "client_credentials", "device_code"],
      scopes: ["openid", "email", "offline_access", "shop.read"],
      subject: "pairwise",
      idTokenAlgorithm: "ES256",
    };
    expect(await clientOf(registered({ oidc, secret: { sha256: secretHash } }))).toEqual({
      client_id: "shop",
      client_name: "The shop",
      client_uri: "https://shop.example/",
      client_secret: secretHash,
      application_type: "web",
      token_endpoint_auth_method: "client_secret_basic",
      redirect_uris: redirectUris,
      post_logout_redirect_uris: ["https://shop.example/bye"],
      response_types: ["code"],
      grant_types: [
        ...["authorization_code", "refresh_token", "client_credentials"],
        "urn:ietf:params:oauth:grant-type:device_code",
      ],
      scope: "openid email offline_access",
      subject_type: "pairwise",
      id_token_signed_response_alg: "ES256",
      backchannel_logout_uri: "https://shop.example/logout",
      backchannel_logout_session_required: true,
    });
  });

  test("with a key of its own there is no secret, with device codes alone no response type", async () => {
    const jwks = { keys: [{ kty: "EC", kid: "1" }] };
    const oidc = {
      clientAuthentication: "private_key_jwt",
      jwks,
      grants: ["device_code"],
      scopes: ["shop.read"],
    };
    expect(await clientOf(registered({ oidc, secret: { sha256: secretHash } }))).toEqual({
      client_id: "shop",
      client_name: "The shop",
      client_uri: "https://shop.example/",
      application_type: "web",
      token_endpoint_auth_method: "private_key_jwt",
      redirect_uris: [],
      post_logout_redirect_uris: [],
      response_types: [],
      grant_types: ["urn:ietf:params:oauth:grant-type:device_code"],
      subject_type: "public",
      id_token_signed_response_alg: "RS256",
      jwks,
    });
  });

  test("an API without sign-in may authenticate and nothing else", async () => {
    const api = { resource: "https://shop.example/api", scopes: { "shop.read": "see the shop" } };
    expect(await clientOf(registered({ api, secret: { sha256: secretHash } }))).toEqual({
      client_id: "shop",
      client_name: "The shop",
      client_secret: secretHash,
      token_endpoint_auth_method: "client_secret_basic",
      redirect_uris: [],
      response_types: [],
      grant_types: [],
    });
  });

  test("a site without a secret gets the hash of none", async () => {
    const api = { resource: "https://shop.example/api", scopes: { "shop.read": "see the shop" } };
    expect(await clientOf(registered({ api }))).toMatchObject({ client_secret: "0".repeat(64) });
  });

  test("a site of another protocol and an unknown one are no clients", async () => {
    expect(await clientOf(registered({ cas: { services: ["https://shop.example/in"] } }))).toBeUndefined();
    expect(await clientOf(undefined)).toBeUndefined();
  });
});

test.each(["upsert", "findByUserCode", "findByUid", "consume", "destroy", "revokeByGrantId"] as const)(
  "nothing but a registration makes or changes a client: %s is refused",
  async (method) => {
    const call = createClientAdapter({ find: () => undefined })[method] as (id: string) => Promise<unknown>;
    await expect(call("shop")).rejects.toThrow("clients come from registrations");
  },
);
