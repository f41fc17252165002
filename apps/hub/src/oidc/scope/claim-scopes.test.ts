/** OpenID Connect Core 5.5: claims requested by name, limited by the registration and the user's consent. */
import { decodeJwt } from "jose";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openTestHub, TestBrowser, type TestHub, type TestPerson } from "../../test-hub.ts";

/** RFC 7636, appendix B */
const verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

let opened: TestHub;
let alice: TestPerson;
beforeAll(async () => {
  const site = (id: string, firstParty: boolean, scopes: readonly string[]) => ({
    id,
    name: id,
    url: `https://${id}.example/`,
    firstParty,
    oidc: { redirectUris: [`https://${id}.example/callback`], scopes, clientAuthentication: "none" },
  });
  opened = await openTestHub({
    sites: () => ({
      club: site("club", true, ["openid", "profile", "email", "groups"]),
      stall: site("stall", true, ["openid", "profile"]),
      guest: site("guest", false, ["openid", "profile", "groups"]),
    }),
  });
  alice = await opened.createPerson({ username: "alice" });
  await opened.hub.database.people.setGroups(alice.id, ["staff", "customers"]);
});
afterAll(() => opened.close());

const signedIn = async () => {
  const browser = new TestBrowser(opened);
  await browser.signIn(alice);
  return browser;
};
const everything = { name: null, preferred_username: null, email: null, groups: null };
const authorization = (site: string, more: Record<string, string> = {}) =>
  `/oidc/auth?${new URLSearchParams({
    client_id: site,
    redirect_uri: `https://${site}.example/callback`,
    response_type: "code",
    scope: "openid",
    claims: JSON.stringify({ id_token: everything, userinfo: everything }),
    code_challenge: challenge,
    code_challenge_method: "S256",
    ...more,
  })}`;

/** Claims that a site receives in the ID token and from userinfo. */
async function learnt(site: string, location: string) {
  const program = new TestBrowser(opened);
  const body = new URLSearchParams({
    grant_type: "authorization_code",
    code: new URL(location).searchParams.get("code") ?? "",
    redirect_uri: `https://${site}.example/callback`,
    code_verifier: verifier,
    client_id: site,
  });
  const form = { "content-type": "application/x-www-form-urlencoded" };
  const { id_token, access_token } = JSON.parse(
    (await program.send("POST", "/oidc/token", form, body.toString())).body,
  );
  const userinfo = await program.send("GET", "/oidc/me", { authorization: `Bearer ${access_token}` });
  const only = (claims: object) =>
    Object.fromEntries(Object.entries(claims).filter(([name]) => name in everything));
  return { idToken: only(decodeJwt(id_token)), userinfo: only(JSON.parse(userinfo.body)) };
}

const alike = (claims: object) => ({ idToken: claims, userinfo: claims });

test("a first-party site gets the claims that its registration lists, without a page", async () => {
  const { location } = await (await signedIn()).get(authorization("club"));
  expect(await learnt("club", location)).toEqual(
    alike({
      name: "Person alice",
      preferred_username: "alice",
      email: "alice@example.com",
      groups: ["staff", "customers"],
    }),
  );
});

test("and nothing beyond it, however it requests", async () => {
  const { location } = await (await signedIn()).get(authorization("stall"));
  expect(await learnt("stall", location)).toEqual(
    alike({ name: "Person alice", preferred_username: "alice" }),
  );
});

test("a claim requested later in the same session needs no page", async () => {
  const browser = await signedIn();
  const before = { claims: '{"id_token":{"auth_time":null}}', scope: "openid profile email groups" };
  expect((await browser.get(authorization("club", before))).location).toContain("code=");
  const { location } = await browser.get(authorization("club", { prompt: "none" }));
  expect((await learnt("club", location)).idToken).toHaveProperty("groups");
});

test("a third-party site's claims are listed on the page like their scopes", async () => {
  const page = await (await signedInAt("guest")).page;
  expect(page.screen("consent").asks.map(({ value }) => value)).toEqual(["profile", "groups"]);
});

test("declined claims are not released, and allowed ones are asked for once", async () => {
  const { browser, page } = await signedInAt("guest");
  const { action, hidden } = (await page).screen("consent");
  const fields = Object.fromEntries(hidden.map(({ name, value }) => [name, value]));
  const answer = await browser.post(action, { ...fields, ...onlyGroupsTicked });
  const { location } = await browser.follow(answer);
  expect(await learnt("guest", location)).toEqual(alike({ groups: ["staff", "customers"] }));
  const again = await (await signedIn()).get(authorization("guest", { claims: onlyGroups, prompt: "none" }));
  expect((await learnt("guest", again.location)).idToken).toEqual({ groups: ["staff", "customers"] });
});

const onlyGroupsTicked = { answer: "allow", duration: "30", "allow:groups": "true" };
const onlyGroups = JSON.stringify({ id_token: { groups: null } });

async function signedInAt(site: string) {
  const browser = await signedIn();
  return { browser, page: browser.follow(await browser.get(authorization(site))) };
}
