/** Keys rotate while tokens are made and verified: by two hubs, and by a client with a cached key set. */
import { createLocalJWKSet, decodeProtectedHeader, type JSONWebKeySet, jwtVerify } from "jose";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openTestHub, TestBrowser, type TestHub } from "../../test-hub.ts";
import { runCommand } from "../../test-support/run-command.ts";
import { suiteEnvironment, suiteRegistration, suiteSite } from "../../test-support/suite-site.ts";
import { createTestDatabase } from "../../test-support/test-database.ts";

const HUB_SECRETS = "a secret of this test run alone with 32 characters";
const resource = "https://api.example/";
let DATABASE_URL: string;
let hubs: readonly [TestHub, TestHub];
beforeAll(async () => {
  DATABASE_URL = await createTestDatabase();
  const open = () =>
    openTestHub({
      environment: { DATABASE_URL, HUB_SECRETS, ...suiteEnvironment },
      sites: () => ({
        suite: suiteRegistration(
          "suite",
          { redirectUris: undefined, grants: ["client_credentials"], scopes: ["read"] },
          { api: { resource, scopes: { read: "see things" }, tokens: "jwt" } },
        ),
      }),
    });
  hubs = [await open(), await open()];
});
afterAll(() => Promise.all(hubs.map((hub) => hub.close())));

const published = async (hub: TestHub) =>
  JSON.parse((await new TestBrowser(hub).get("/oidc/jwks")).body) as JSONWebKeySet;
async function issue(hub: TestHub): Promise<string> {
  const { json } = await suiteSite(hub, "suite").post("/oidc/token", {
    grant_type: "client_credentials",
    scope: "read",
    resource,
  });
  return String(json.access_token);
}

test("during key rotation no verification fails, neither at the other hub nor with a day-old key set", async () => {
  let copy = await published(hubs[0]);
  let goesOn = true;
  const used = new Set<string | undefined>();
  const load = async (at: 0 | 1): Promise<number> => {
    let verified = 0;
    for (; goesOn; verified += 1) {
      const token = await issue(hubs[at]);
      used.add(decodeProtectedHeader(token).kid);
      // What anybody who keeps a copy has, and what the hub that did not sign it says now.
      for (const keys of [copy, await published(hubs[at === 0 ? 1 : 0])])
        await jwtVerify(token, createLocalJWKSet(keys), { audience: resource, typ: "at+jwt" });
    }
    return verified;
  };
  const workers = [load(0), load(1), load(0), load(1)];
  const rotate = async () => {
    for (const _ of [1, 2, 3]) {
      await runCommand("keys rotate", { DATABASE_URL, HUB_SECRETS });
      // One hub hears of it before the other.
      await hubs[0].hub.issuer.refresh();
      await hubs[1].hub.issuer.refresh();
      copy = await published(hubs[1]);
      await hubs[0].advance(86_401);
      await hubs[1].hub.issuer.refresh();
      await issue(hubs[1]);
      await hubs[0].hub.issuer.refresh();
      await issue(hubs[0]);
    }
  };
  await rotate().finally(() => {
    goesOn = false;
  });
  const verified = await Promise.all(workers);
  for (const count of verified) expect(count).toBeGreaterThan(3);
  expect(used.size).toBeGreaterThanOrEqual(3);
}, 60_000);
