/** OpenID Connect Core 5.4: which claims of a scope are in the ID token is said by the registration. */
import { decodeJwt } from "jose";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openTestHub, TestBrowser, type TestHub, type TestPerson } from "../../test-hub.ts";
import { type Parameters, signInAndConsent } from "../../test-support/relying-site.ts";
import {
  suiteEnvironment as environment,
  suiteRegistration,
  suiteSite,
} from "../../test-support/suite-site.ts";

let opened: TestHub;
let alice: TestPerson;
const api = "https://api.example/";
beforeAll(async () => {
  const register = (id: string, oidc: object, more: object = {}) =>
    suiteRegistration(
      id,
      {
        grants: ["authorization_code", "refresh_token"],
        scopes: ["openid", "profile", "email", "offline_access", "read"],
        ...oidc,
      },
      more,
    );
  opened = await openTestHub({
    environment,
    sites: () => ({
      usual: register("usual", {}),
      third: register("third", {}, { firstParty: false }),
      slim: register("slim", { idTokenClaims: "requested" }),
      api: suiteRegistration(
        "api",
        {},
        { oidc: undefined, api: { resource: api, scopes: { read: "read it" } } },
      ),
    }),
  });
  alice = await opened.createPerson({ username: "alice" });
  await opened.hub.database.people.setGroups(alice.id, ["staff"]);
});
afterAll(() => opened.close());

const everything = "openid profile email";
const ofPeople = ["name", "preferred_username", "email", "groups"];
/** The claims of a token that describe the user. */
const about = (claims: Readonly<Record<string, unknown>>) =>
  Object.fromEntries(Object.entries(claims).filter(([name]) => ofPeople.includes(name)));
const alices = { name: "Person alice", preferred_username: "alice", email: "alice@example.com" };
const round = (id: string, more: Parameters = {}) =>
  suiteSite(opened, id).round(new TestBrowser(opened), alice, { scope: everything, ...more });

describe("idTokenClaims left out: the ID token has the claims of the granted scopes, which most clients read there", () => {
  test("for a first-party site, the claims that its registration lists", async () => {
    expect(about((await round("usual")).claims)).toEqual(alices);
    expect(about((await round("usual", { scope: "openid email" })).claims)).toEqual({ email: alices.email });
    expect(about((await round("usual", { scope: "openid" })).claims)).toEqual({});
  });

  test("for a third-party site, the claims that the user allowed", async () => {
    const site = suiteSite(opened, "third");
    const browser = new TestBrowser(opened);
    await browser.signIn(alice);
    const asked = await browser.follow(await browser.get(site.authorization({ scope: everything })));
    const { action, hidden, asks } = asked.screen("consent");
    const email = asks.find(({ value }) => value.includes("email"))?.value;
    const kept = Object.fromEntries(hidden.map(({ name, value }) => [name, value]));
    const yes = { ...kept, [`allow:${email}`]: "true", answer: "allow" };
    const end = await signInAndConsent(browser, alice, await browser.post(action, yes));
    const { claims } = await site.tokens(new URL(end.location).searchParams);
    expect(about(claims)).toEqual({ email: alices.email });
  });

  test("Core 12.2 after a refresh too", async () => {
    const { refresh_token } = await round("usual", {
      scope: `${everything} offline_access`,
      prompt: "consent",
    });
    const { json } = await suiteSite(opened, "usual").refresh(refresh_token);
    expect(about(decodeJwt(String(json.id_token)))).toEqual(alices);
  });
});

describe('idTokenClaims "requested": the ID token has the claims named in the claims parameter', () => {
  test("5.4 scopes alone release nothing in the ID token, and everything at userinfo", async () => {
    const { claims, access_token } = await round("slim");
    expect(about(claims)).toEqual({});
    expect(about((await suiteSite(opened, "slim").userinfo(access_token)).json)).toEqual(alices);
  });

  test("5.5 has the claims requested by name", async () => {
    const claims = JSON.stringify({ id_token: { name: null, groups: null }, userinfo: { email: null } });
    expect(about((await round("slim", { claims })).claims)).toEqual({ name: alices.name });
  });

  test("5.4 with a token for an API, which is refused at userinfo, the ID token has the claims of the scopes", async () => {
    const more = { scope: "openid profile read", resource: api };
    const { claims, access_token } = await round("slim", more);
    expect(about(claims)).toEqual({ name: alices.name, preferred_username: "alice" });
    expect((await suiteSite(opened, "slim").userinfo(access_token)).status).toBe(403);
  });
});
