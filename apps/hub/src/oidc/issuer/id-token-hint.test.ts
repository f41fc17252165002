/** ID tokens come back as a hint long after they ended, and after the key that signed them was retired. */
import { decodeProtectedHeader, generateKeyPair, SignJWT } from "jose";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { purposeKeys } from "../../settings/secret-keys.ts";
import { openTestHub, TestBrowser, type TestHub, type TestPerson } from "../../test-hub.ts";
import { RelyingSite, received } from "../../test-support/relying-site.ts";
import { rotateSigningKeys } from "../keys/signing-keys.ts";

let opened: TestHub;
let alice: TestPerson;
let bob: TestPerson;
let site: RelyingSite;
let browser: TestBrowser;
/** Of a session that is over, by a key that is published no more. */
let old: string;
let ofBob: string;
beforeAll(async () => {
  opened = await openTestHub({
    sites: ({ shop, bank }) => {
      const oidc = (origin: string, more: object = {}) => ({
        oidc: {
          redirectUris: [`${origin}/callback`],
          postLogoutRedirectUris: [`${origin}/bye`],
          ...more,
        },
      });
      return {
        shop: shop.registration(oidc(shop.origin)),
        bank: bank.registration(oidc(bank.origin, { subject: "pairwise" })),
      };
    },
  });
  alice = await opened.createPerson({ username: "alice" });
  bob = await opened.createPerson({ username: "bob" });
  const { shop } = opened;
  site = new RelyingSite(opened, { id: "shop", secret: shop.secret, redirectUri: `${shop.origin}/callback` });
  old = (await site.round(new TestBrowser(opened), alice)).id_token;
  ofBob = (await site.round(new TestBrowser(opened), bob)).id_token;
  await retireKeys();
  browser = new TestBrowser(opened);
  await browser.signIn(alice);
});
afterAll(() => opened.close());

/** Rotates, and waits until the keys of before are gone from the key set. */
async function retireKeys(): Promise<void> {
  const { hub } = opened;
  const before = hub.issuer.keys.map(({ kid }) => kid);
  await rotateSigningKeys(hub.database.signingKeys, hub.keys.signingKey, true);
  for (const seconds of [86_401, 2 * 86_400]) {
    await opened.advance(seconds);
    await hub.issuer.refresh();
    await hub.database.signingKeys.sweep(100);
  }
  const published = hub.issuer.keys.map(({ kid }) => kid);
  expect(published.filter((kid) => before.includes(kid))).toEqual([]);
}

/** As the hub would have signed it. */
async function signed(more: Record<string, unknown>, id = "shop"): Promise<string> {
  const key = opened.hub.issuer.keys.find(({ algorithm, signs }) => algorithm === "RS256" && signs);
  if (key === undefined) throw new Error("no key signs");
  const claims = { iss: `${opened.origin}/oidc`, aud: id, sub: alice.id, ...more };
  return new SignJWT(claims).setProtectedHeader({ alg: "RS256", kid: key.kid }).sign(key.jwk);
}
const hourAgo = () => Math.floor(Date.now() / 1000) - 3600;
const silently = async (id_token_hint: string) =>
  received(await browser.get(site.authorization({ prompt: "none", id_token_hint, state: "s" })));
const goodbye = (id_token_hint: string) => {
  const post_logout_redirect_uri = `${opened.shop.origin}/bye`;
  const query = new URLSearchParams({ id_token_hint, post_logout_redirect_uri, state: "s" });
  return browser.get(`/oidc/session/end?${query}`);
};

test("the hub stores only the public key of a key that is no longer published", async () => {
  const { retired } = await opened.hub.database.signingKeys.list();
  const { kid } = decodeProtectedHeader(old);
  const key = retired.find((one) => one.kid === kid);
  const seals = purposeKeys(opened.hub.settings.secrets, "signing-key");
  const members = Object.keys(JSON.parse(seals.open(key?.sealed ?? "", kid ?? "") ?? "{}"));
  expect(members.toSorted()).toEqual(["alg", "e", "kid", "kty", "n", "use"]);
});

describe("OpenID Connect Core 3.1.2.1 with prompt=none, a hint", () => {
  test.each<[string, () => string | Promise<string>]>([
    ["signed by a retired key", () => old],
    ["that ended an hour ago", () => signed({ exp: hourAgo(), iat: hourAgo() - 900 })],
    ["for several audiences, this one among them", () => signed({ aud: ["other", "shop"] })],
  ])("%s is accepted of the same user", async (_, hint) => {
    const answer = await silently(await hint());
    expect([answer.get("error"), typeof answer.get("code")]).toEqual([null, "string"]);
  });

  test("of another user gets login_required, whichever key signed it", async () => {
    for (const hint of [ofBob, await signed({ sub: bob.id, exp: hourAgo() })])
      expect((await silently(hint)).get("error")).toBe("login_required");
  });

  test.each<[string, () => Promise<string>]>([
    ["for another site", () => signed({ aud: "bank" })],
    ["of another issuer", () => signed({ iss: "https://evil.example" })],
    ["that names nobody, as a logout token", () => signed({ sub: undefined })],
    ["of a retired key's id, by another key", () => forged(decodeProtectedHeader(old).kid)],
    ["of a key that never was", () => forged("never")],
  ])("%s is refused", async (_, hint) => {
    expect((await silently(await hint())).get("error")).toBe("invalid_request");
  });
});

async function forged(kid: string | undefined): Promise<string> {
  const { privateKey } = await generateKeyPair("RS256");
  const claims = { iss: `${opened.origin}/oidc`, aud: "shop", sub: alice.id };
  return new SignJWT(claims).setProtectedHeader({ alg: "RS256", kid: kid ?? "" }).sign(privateKey);
}

describe("RP-Initiated Logout 2 a hint", () => {
  test.each<[string, () => string | Promise<string>]>([
    ["signed by a retired key", () => old],
    ["that ended an hour ago", () => signed({ exp: hourAgo() })],
    ["by an algorithm that the registration names no more", () => signedBy("ES256")],
  ])("%s leads to the question, and then back to the site", async (_, hint) => {
    const page = await goodbye(await hint());
    expect(page.screen("sign-out").site?.name).toBe("The shop");
    const { action, hidden } = page.screen("sign-out");
    const kept = Object.fromEntries(hidden.map(({ name, value }) => [name, value]));
    const done = await browser.post(action, { ...kept, logout: "yes" });
    expect(done.location).toBe(`${opened.shop.origin}/bye?state=s`);
    expect((await browser.get("/account")).status).toBe(303);
    await browser.signIn(alice);
  });

  test("a hint signed with a foreign key gets a page and no sign-out", async () => {
    const answer = await goodbye(await forged("never"));
    expect([answer.status, answer.screen("refused").code]).toEqual([400, "invalid_request"]);
    expect((await browser.get("/account")).status).toBe(200);
  });
});

async function signedBy(alg: "ES256"): Promise<string> {
  const key = opened.hub.issuer.keys.find(({ algorithm, signs }) => algorithm === alg && signs);
  const claims = { iss: `${opened.origin}/oidc`, aud: "shop", sub: alice.id };
  return new SignJWT(claims).setProtectedHeader({ alg, kid: key?.kid ?? "" }).sign(key?.jwk ?? {});
}
