/** RFC 8707 and RFC 9068: tokens for one API each; titled by section. */
import { createLocalJWKSet, jwtVerify } from "jose";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openTestHub, TestBrowser, type TestHub, type TestPerson } from "../../test-hub.ts";
import { type RelyingSite, received, signInAndConsent } from "../../test-support/relying-site.ts";
import { suiteEnvironment, suiteRegistration, suiteSite } from "../../test-support/suite-site.ts";

const cards = "https://cards.example/api";
const books = "https://books.example/api";
const other = "https://other.example/api";

let opened: TestHub;
let alice: TestPerson;
let site: RelyingSite;
beforeAll(async () => {
  const api = (id: string, resource: string) =>
    suiteRegistration(id, undefined, {
      oidc: undefined,
      api: { resource, scopes: { [`${id}.read`]: "see things" }, tokens: "jwt" },
    });
  opened = await openTestHub({
    environment: suiteEnvironment,
    sites: () => ({
      suite: suiteRegistration("suite", {
        grants: ["authorization_code", "refresh_token"],
        scopes: ["openid", "offline_access", "cards.read", "books.read"],
      }),
      cards: api("cards", cards),
      books: api("books", books),
      other: api("other", other),
    }),
  });
  alice = await opened.createPerson();
  site = suiteSite(opened, "suite");
});
afterAll(() => opened.close());

/** Of an authorization for both APIs. */
async function codeForBoth(): Promise<string> {
  const browser = new TestBrowser(opened);
  const scope = "openid offline_access cards.read books.read";
  const path = `${site.authorization({ scope, prompt: "consent", resource: cards })}&resource=${encodeURIComponent(books)}`;
  return received(await signInAndConsent(browser, alice, await browser.get(path))).get("code") ?? "";
}

async function claimsOf(token: unknown) {
  const keys = JSON.parse((await new TestBrowser(opened).get("/oidc/jwks")).body);
  const { payload } = await jwtVerify(String(token), createLocalJWKSet(keys), {
    issuer: `${opened.origin}/oidc`,
    typ: "at+jwt",
    requiredClaims: ["exp", "iat", "jti", "client_id", "sub"],
  });
  return payload;
}

test("2.2 a token is for the one requested API, with that API's scopes; the next for the other", async () => {
  const first = await site.exchange(await codeForBoth(), { resource: cards });
  expect(await claimsOf(first.json.access_token)).toMatchObject({
    aud: cards,
    scope: "cards.read",
    client_id: "suite",
    sub: alice.id,
  });
  const second = await site.refresh(String(first.json.refresh_token), { resource: books });
  expect(await claimsOf(second.json.access_token)).toMatchObject({ aud: books, scope: "books.read" });
});

test.each([
  ["was not allowed", other],
  ["there is none of", "https://nobody.example/"],
  ["has a fragment", `${cards}#x`],
  ["is no address", "cards"],
])("2 invalid_target for an API that %s", async (_, resource) => {
  const { status, json } = await site.exchange(await codeForBoth(), { resource });
  expect([status, json.error, json.access_token]).toEqual([400, "invalid_target", undefined]);
});
