/** ASVS 6.3.1: wrong credentials of sites and programs are throttled by address, and right ones never are. */
import { ageAttempts, forgetAttempts } from "@gatehouse/database/test-clock";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { openTestHub, TestBrowser, type TestHub, type TestPerson } from "../test-hub.ts";
import { makeAppPassword } from "../test-support/app-password.ts";
import { RelyingSite } from "../test-support/relying-site.ts";

let opened: TestHub;
let alice: TestPerson;
beforeAll(async () => {
  opened = await openTestHub({
    environment: { LOGIN_THROTTLE: "on", TRUST_PROXY: "127.0.0.1" },
    sites: ({ shop, bank }) => ({
      shop: shop.registration({
        cas: { services: [shop.service], rest: true },
        oidc: { redirectUris: [`${shop.origin}/callback`], grants: ["client_credentials"] },
      }),
      bank: bank.registration({
        oidc: {
          redirectUris: [`${bank.origin}/callback`],
          grants: ["client_credentials"],
          clientAuthentication: "client_secret_post",
        },
      }),
    }),
  });
  alice = await opened.createPerson({ username: "alice" });
});
beforeEach(() => forgetAttempts(opened.hub.database));
afterAll(() => opened.close());

interface Try {
  readonly path: string;
  readonly body: string;
  readonly headers: Record<string, string>;
}

const form = { "content-type": "application/x-www-form-urlencoded" };
const json = { "content-type": "application/json" };
const basic = (id: string, secret: string) => ({ authorization: `Basic ${btoa(`${id}:${secret}`)}` });
/** From behind a proxy that names the address. */
const send = ({ path, body, headers }: Try, address = "192.0.2.1") =>
  new TestBrowser(opened).send(
    body === "" ? "GET" : "POST",
    path,
    { ...headers, "x-forwarded-for": address },
    body,
  );

/** The statuses of as many as the limit holds, and of one more, at once. */
async function afterMany(one: Try) {
  const answers = await Promise.all(Array.from({ length: 100 }, () => send(one)));
  const statuses = new Set(answers.map(({ status }) => status));
  return { statuses: [...statuses], next: await send(one) };
}

const grant = "grant_type=client_credentials";
const rightAtToken = (): Try => ({
  path: "/oidc/token",
  body: grant,
  headers: { ...form, ...basic("shop", opened.shop.secret) },
});

describe("RFC 6749 2.3.1 at the issuer", () => {
  const wrong = { ...form, ...basic("shop", "wrong") };
  test.each<[string, Try]>([
    ["a wrong secret at the token endpoint", { path: "/oidc/token", body: grant, headers: wrong }],
    ["in the body", { path: "/oidc/token", body: `${grant}&client_id=bank&client_secret=x`, headers: form }],
    ["of nobody", { path: "/oidc/token", body: grant, headers: { ...form, ...basic("nobody", "wrong") } }],
    [
      "for a program that says it reads pages",
      { path: "/oidc/token", body: grant, headers: { ...wrong, accept: "text/html" } },
    ],
    ["at introspection", { path: "/oidc/token/introspection", body: "token=x", headers: wrong }],
    ["at revocation", { path: "/oidc/token/revocation", body: "token=x", headers: wrong }],
    ["at the endpoint for pushed requests", { path: "/oidc/request", body: "scope=openid", headers: wrong }],
    ["at the device's endpoint", { path: "/oidc/device/auth", body: "scope=openid", headers: wrong }],
  ])("%s is refused a hundred times, then gets 429", async (_, one) => {
    const { statuses, next } = await afterMany(one);
    expect([statuses, next.status]).toEqual([[401], 429]);
    expect(Number(next.headers["retry-after"])).toBeGreaterThan(800);
    expect(JSON.parse(next.body).error).toBe("too_many_attempts");
    expect(next.headers).not.toHaveProperty("www-authenticate");
    // The same place, with the right one; and a wrong one from another place.
    expect((await send(rightAtToken())).status).toBe(200);
    expect((await send(one, "192.0.2.2")).status).toBe(401);
  });

  test("right secrets are not counted", async () => {
    for (let index = 0; index < 120; index++) expect((await send(rightAtToken())).status).toBe(200);
    expect((await send({ path: "/oidc/token", body: grant, headers: wrong })).status).toBe(401);
  });

  test("a wrong code does not count as a wrong secret", async () => {
    const site = new RelyingSite(opened, {
      id: "shop",
      secret: opened.shop.secret,
      redirectUri: `${opened.shop.origin}/callback`,
    });
    for (let index = 0; index < 120; index++)
      expect((await site.exchange("wrong")).json.error).not.toBe("too_many_attempts");
  });
});

test("RFC 7617 at /sites/v1 a wrong secret is refused a hundred times, then gets 429", async () => {
  const check = (headers: Record<string, string>): Try => ({
    path: "/sites/v1/sessions/check",
    body: JSON.stringify({ sessionIndex: "x".repeat(43), active: false }),
    headers: { ...json, ...headers },
  });
  const { statuses, next } = await afterMany(check(basic("shop", "wrong")));
  expect([statuses, next.status]).toEqual([[401], 429]);
  expect(Number(next.headers["retry-after"])).toBeGreaterThan(800);
  expect(JSON.parse(next.body).error).toBe("too_many_attempts");
  expect((await send(check(basic("shop", opened.shop.secret)))).status).toBe(200);
  // Both endpoints share one counter, and a request without a secret does not count.
  const elsewhere = { path: "/oidc/token", body: grant, headers: { ...form, ...basic("shop", "wrong") } };
  expect((await send(elsewhere)).status).toBe(429);
  expect((await send(check({}))).status).toBe(401);
});

test("RFC 7617 at /api/v1 a wrong app password is refused a hundred times, then gets 429", async () => {
  const browser = new TestBrowser(opened);
  await browser.signIn(alice);
  const appPassword = await makeAppPassword(browser);
  const me = (password: string): Try => ({ path: "/api/v1/me", body: "", headers: basic("alice", password) });
  const { statuses, next } = await afterMany(me("wrong"));
  expect([statuses, next.status]).toEqual([[401], 429]);
  expect(Number(next.headers["retry-after"])).toBeGreaterThan(800);
  expect((await send(me(appPassword))).status).toBe(200);
});

test("CAS 3.0.3 at /cas/v1/tickets passwords are counted as in the form", async () => {
  const tickets = (username: string, password: string): Try => ({
    path: "/cas/v1/tickets",
    body: new URLSearchParams({ username, password }).toString(),
    headers: form,
  });
  const answers: number[] = [];
  for (let index = 0; index < 5; index++) answers.push((await send(tickets("alice", "wrong"))).status);
  expect(new Set(answers)).toEqual(new Set([401]));
  await ageAttempts(opened.hub.database, -800);
  const next = await send(tickets("alice", "wrong"));
  expect(next.status).toBe(429);
  expect(Number(next.headers["retry-after"])).toBeGreaterThan(780);
  expect(next.body).toContain("Try again in 14 minutes.");
  expect((await send(tickets(alice.username, alice.password), "192.0.2.2")).status).toBe(201);
});

test("LOGIN_THROTTLE=off counts none of them", async () => {
  const hub = await openTestHub({ environment: { DATABASE_URL: opened.hub.settings.databaseUrl ?? "" } });
  const headers = { ...json, ...basic("shop", "wrong") };
  for (let index = 0; index < 120; index++)
    expect((await new TestBrowser(hub).send("POST", "/sites/v1/sessions/check", headers, "{}")).status).toBe(
      401,
    );
  await hub.close();
});
