import { afterAll, beforeAll, expect, test } from "vitest";
import { openTestHub, TestBrowser, type TestHub } from "../test-hub.ts";

let opened: TestHub;
const oidc = { redirectUris: ["http://127.0.0.1/callback"], clientAuthentication: "none" };
const other = { url: "https://other.example/", firstParty: false };
beforeAll(async () => {
  opened = await openTestHub({
    sites: ({ shop, bank }) => ({
      shop: shop.registration(),
      bank: bank.registration({
        cas: undefined,
        oidc: { redirectUris: [`${bank.origin}/callback`], clientAuthentication: "none" },
      }),
      tool: { id: "tool", name: "A tool", ...other, oidc: { ...oidc, applicationType: "native" } },
      api: {
        id: "api",
        name: "An API",
        ...other,
        api: { resource: "https://other.example/api", scopes: { read: "read" } },
      },
    }),
  });
});
afterAll(() => opened.close());

test("the home page lists sites of both protocols; programs and APIs are not listed", async () => {
  const { sites } = (await new TestBrowser(opened).get("/")).screen("home");
  expect(sites.map(({ name }) => name)).toEqual(["The bank", "The shop"]);
});

test.each([
  ["open", "/sign-up"],
  ["invitation", null],
  ["off", null],
])("with SIGN_UP=%s it offers to create an account at %s", async (SIGN_UP, address) => {
  const other = await openTestHub({ environment: { SIGN_UP } });
  expect((await new TestBrowser(other).get("/")).screen("home").signUp).toBe(address);
  await other.close();
});
