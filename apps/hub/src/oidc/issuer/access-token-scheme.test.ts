/** `/api/v1/me` with access tokens, over HTTP. */
import { createHash } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { openTestHub, TestBrowser, type TestHub, type TestPerson } from "../../test-hub.ts";
import { createDpopKey } from "../../test-support/dpop-key.ts";
import { RelyingSite, verifier } from "../../test-support/relying-site.ts";

const redirectUri = "https://app.example/callback";
const realm = 'Basic realm="gatehouse", charset="UTF-8", Bearer realm="gatehouse"';
const secret = "app-secret-".padEnd(40, "x");

let opened: TestHub;
let alice: TestPerson;
let browser: TestBrowser;
let app: RelyingSite;
let resource: string;
beforeAll(async () => {
  opened = await openTestHub({
    environment: { APP_SITE_SECRET: secret },
    sites: ({ bank }) => ({
      app: {
        id: "app",
        name: "The app",
        url: "https://app.example/",
        firstParty: false,
        secret: { environment: "APP_SITE_SECRET" },
        oidc: {
          redirectUris: [redirectUri],
          grants: ["authorization_code", "client_credentials"],
          scopes: ["openid", "profile", "account.read", "transactions.read"],
        },
      },
      bank: bank.registration({
        api: {
          resource: "https://bank.example/api",
          scopes: { "transactions.read": "see your transactions" },
        },
      }),
    }),
  });
  resource = `${opened.origin}/api/v1`;
});
beforeEach(async () => {
  alice = await opened.createPerson();
  browser = new TestBrowser(opened);
  app = new RelyingSite(opened, { id: "app", redirectUri, secret });
});
afterAll(() => opened.close());

const tokenFor = async (more: Record<string, string>) =>
  (await app.round(browser, alice, { resource, scope: "openid account.read", ...more })).access_token;

async function me(authorization: string, headers: Record<string, string> = {}) {
  const answer = await new TestBrowser(opened).get("/api/v1/me", { authorization, ...headers });
  return { ...answer, json: JSON.parse(answer.body), challenge: answer.headers["www-authenticate"] };
}

test("identifies the user, the token and its scopes, and the account page shows the use", async () => {
  const answer = await me(`Bearer ${await tokenFor({})}`);
  expect(answer.status).toBe(200);
  expect(answer.json).toMatchObject({
    sub: alice.id,
    user: alice.username,
    credential: { kind: "access-token", id: "app", name: "The app" },
    scopes: ["account.read"],
  });
  const { connectedApps } = (await browser.get("/account/apps")).screen("account-apps");
  expect(connectedApps).toMatchObject([
    {
      id: "app",
      allows: [{ words: "see who you are", at: null }],
      lastUsedAt: expect.any(String),
    },
  ]);
});

describe("RFC 6750 3 the challenge", () => {
  const invalid = `${realm}, error="invalid_token", error_description="The access token is invalid, expired, revoked or for another API. Request a new one."`;

  test("an unknown token, one for another API, and one without a user: 401 invalid_token", async () => {
    const transactions = { resource: "https://bank.example/api", scope: "openid transactions.read" };
    const form = { grant_type: "client_credentials", resource, scope: "account.read" };
    const own = await app.post("/oidc/token", form);
    expect(own.status).toBe(200);
    const id = (await app.round(browser, alice, { scope: "openid" })).id_token;
    for (const token of [
      "nothing",
      id,
      await tokenFor(transactions),
      (await app.round(browser, alice, { scope: "openid profile" })).access_token,
      String(own.json.access_token),
    ]) {
      const answer = await me(`Bearer ${token}`);
      expect([answer.status, answer.challenge, answer.json.error]).toEqual([401, invalid, "invalid_token"]);
    }
  });

  test("malformed credentials: 400 invalid_request", async () => {
    for (const answer of [await me("Bearer two words"), await me("Bearer ")]) {
      expect([answer.status, answer.json.error]).toEqual([400, "invalid_request"]);
      expect(answer.challenge).toContain('Bearer realm="gatehouse", error="invalid_request"');
    }
  });

  test("a token only in the query counts as none: 401 without an error", async () => {
    const answer = await new TestBrowser(opened).get(`/api/v1/me?access_token=${await tokenFor({})}`);
    expect([answer.status, answer.headers["www-authenticate"]]).toEqual([401, realm]);
  });
});

test("RFC 9449 7.2 a token bound to a key is refused as Bearer", async () => {
  const key = await createDpopKey();
  const answer = await app.visit(browser, alice, { resource, scope: "openid account.read" });
  const dpop = await key.proof("POST", `${opened.origin}/oidc/token`);
  const fields = {
    grant_type: "authorization_code",
    code: answer.get("code") ?? "",
    redirect_uri: redirectUri,
  };
  const { json } = await app.post("/oidc/token", { ...fields, code_verifier: verifier }, { dpop });
  expect(json.token_type).toBe("DPoP");
  const token = String(json.access_token);
  const ath = createHash("sha256").update(token).digest("base64url");
  const proof = await key.proof("GET", `${opened.origin}/api/v1/me`, { ath });
  expect((await me(`Bearer ${token}`, { dpop: proof })).json.error).toBe("invalid_token");
});

test.each<[string, () => Promise<unknown>]>([
  [
    "a revoked consent",
    async () => {
      const { token } = (await browser.get("/account")).screen("account");
      await browser.post("/account/apps/disconnect", { token, app: "app" });
    },
  ],
  ["a sign-out", () => browser.get("/cas/logout")],
  ["a disabled user", () => opened.hub.database.people.setDisabled(alice.id, true)],
  ["a quarter of an hour has passed", () => opened.advance(15 * 60 + 1)],
])("the next call is refused after %s", async (_, end) => {
  const token = await tokenFor({});
  expect((await me(`Bearer ${token}`)).status).toBe(200);
  await end();
  expect((await me(`Bearer ${token}`)).json.error).toBe("invalid_token");
});
