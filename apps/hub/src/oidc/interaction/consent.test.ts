/** Consent to third-party sites, over HTTP, with a client from npm. */
import * as client from "openid-client";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { TestBrowser } from "../../test-hub.ts";
import { eventually } from "../../test-support/eventually.ts";
import {
  alice,
  api,
  apiAddress,
  begin,
  budget,
  closeIssuerFixture,
  exchange,
  opened,
  openIssuerFixture,
  shopCallback,
  signedIn,
  site,
} from "../../test-support/issuer-fixture.ts";

beforeAll(() => openIssuerFixture());
afterAll(closeIssuerFixture);

describe("consent of a third-party site", () => {
  const begunAt = (more: Record<string, string> = {}) =>
    begin(budget, "https://budget.example/callback", {
      scope: "openid email transactions.read",
      resource: apiAddress,
      ...more,
    });

  async function consentPage(browser: TestBrowser) {
    const { path, checks } = await begunAt();
    const asked = await browser.get(path);
    return { page: await browser.follow(asked), checks, path: asked.location };
  }
  const fieldsOf = (fields: readonly { readonly name: string; readonly value: string }[]) =>
    Object.fromEntries(fields.map(({ name, value }) => [name, value]));
  const hidden = (page: Awaited<ReturnType<TestBrowser["get"]>>) => fieldsOf(page.screen("consent").hidden);

  test("names the site, the requested scopes and the scopes it does not get", async () => {
    const { page } = await consentPage(await signedIn());
    expect(page.screen("consent")).toMatchObject({
      site: { name: "Budget" },
      asks: [
        { value: "email", words: "see your email address" },
        { value: "bank:transactions.read", words: "see your transactions at The bank" },
      ],
      gets: [],
      before: null,
      never: ["move money at The bank"],
      offline: false,
    });
  });

  test("only consent to a third-party site is stored", async () => {
    const browser = await signedIn();
    const asked = await browser.get((await begin(site, shopCallback(), { prompt: "consent" })).path);
    const page = await browser.follow(asked);
    expect(page.screen("consent")).toMatchObject({
      site: { name: "The shop" },
      asks: [],
      gets: ["see your name, username and picture", "see your email address"],
      durations: [],
    });
    await browser.post(asked.location, { ...hidden(page), answer: "allow", duration: "90" });
    expect(await opened.hub.database.consents.listOf(alice.id)).toEqual([]);
  });

  test("the token has the allowed scopes and no declined one", async () => {
    const browser = await signedIn();
    const { page, checks, path } = await consentPage(browser);
    const answer = await browser.post(path, {
      ...hidden(page),
      answer: "allow",
      duration: "90",
      "allow:bank:transactions.read": "true",
    });
    const done = await browser.follow(answer);
    const tokens = await exchange(budget, done.location, checks);
    const seen = await client.tokenIntrospection(api, tokens.access_token);
    expect(seen).toMatchObject({
      active: true,
      scope: "transactions.read",
      aud: apiAddress,
      client_id: "budget",
      // The subject as the API knows it; the site knows another one.
      sub: alice.id,
    });
    expect(tokens.claims()?.sub).not.toBe(alice.id);
  });

  test("another site learns nothing about the token", async () => {
    const browser = await signedIn();
    const { page, checks, path } = await consentPage(browser);
    const answer = await browser.post(path, {
      ...hidden(page),
      answer: "allow",
      duration: "90",
      "allow:bank:transactions.read": "true",
    });
    const tokens = await exchange(budget, (await browser.follow(answer)).location, checks);
    expect(await client.tokenIntrospection(site, tokens.access_token)).toEqual({ active: false });
  });

  test("declining gives access_denied; a forged consent and another browser's flow are refused", async () => {
    const browser = await signedIn();
    const { page, path } = await consentPage(browser);
    const forged = await browser.post(path, { token: "0".repeat(32), answer: "allow" });
    expect([forged.status, forged.screen("refused").code]).toEqual([403, "form_token_wrong"]);
    const stranger = await (await signedIn()).get(path);
    expect([stranger.status, stranger.screen("refused").code]).toEqual([400, "flow_expired"]);
    const denied = await browser.follow(await browser.post(path, { ...hidden(page), answer: "deny" }));
    expect(new URL(denied.location).searchParams.get("error")).toBe("access_denied");
  });

  test("Core 3.1.2.1 prompt=consent lists all scopes, and declining revokes the consent", async () => {
    const browser = await signedIn();
    const asked = await browser.follow(await browser.get((await begunAt()).path));
    const ticked = {
      answer: "allow",
      duration: "90",
      "allow:email": "true",
      "allow:bank:transactions.read": "true",
    };
    const first = asked.screen("consent").action;
    await browser.follow(await browser.post(first, { ...hidden(asked), ...ticked }));
    // The site has both until the sign-out; now it requests them for 90 days.
    const longer = { scope: "openid email transactions.read offline_access", prompt: "consent" };
    const { path, checks } = await begunAt(longer);
    const page = await browser.follow(await browser.get(path));
    const { asks, offline, action } = page.screen("consent");
    expect([asks.map(({ value }) => value), offline]).toEqual([["email", "bank:transactions.read"], true]);
    const yes = await browser.post(action, {
      ...hidden(page),
      answer: "allow",
      duration: "90",
      "allow:email": "true",
    });
    const tokens = await exchange(budget, (await browser.follow(yes)).location, checks);
    expect((await client.tokenIntrospection(api, tokens.access_token)).scope ?? "").not.toContain(
      "transactions",
    );
    const kept = await opened.hub.database.consents.find(alice.id, "budget");
    expect([kept?.scopes.includes("email"), kept?.resources[apiAddress]]).toEqual([true, []]);
    // Declined before, allowed now.
    const again = await begunAt(longer);
    const third = await browser.follow(await browser.get(again.path));
    const back = await browser.post(third.screen("consent").action, { ...hidden(third), ...ticked });
    const both = await exchange(budget, (await browser.follow(back)).location, again.checks);
    expect((await client.tokenIntrospection(api, both.access_token)).scope).toBe("transactions.read");
    await opened.hub.database.consents.revoke(alice.id, "budget");
  });

  test("Core 3.1.2.4 a user who signs in meanwhile decides about their own grant only", async () => {
    const { database } = opened.hub;
    const browser = await signedIn();
    const first = await consentPage(browser);
    const allowed = {
      ...hidden(first.page),
      answer: "allow",
      duration: "90",
      "allow:bank:transactions.read": "true",
    };
    await browser.follow(await browser.post(first.path, allowed));
    const asked = await browser.get(
      (await begunAt({ scope: "openid email profile", prompt: "consent" })).path,
    );
    expect((await browser.follow(asked)).screen("consent").person.username).toBe("alice");
    const dora = await opened.createPerson({ username: "dora" });
    await browser.get("/cas/logout");
    await browser.signIn(dora);
    // Asked first whether that is meant: the page was opened by somebody else.
    const choice = (await browser.get(asked.location)).screen("choose-account");
    expect(choice).toMatchObject({ because: "opened-before", person: { username: "dora" }, other: "" });
    const stay = await browser.post(choice.action, { ...fieldsOf(choice.hidden), answer: "stay" });
    // The flow restarts for dora: no form asks for what alice's grant lacks.
    const anew = await browser.follow(stay);
    expect([anew.status, anew.location]).toEqual([303, expect.stringContaining("/oidc/auth/")]);
    const again = await browser.follow(anew);
    const ofDora = await browser.follow(again);
    expect(ofDora.screen("consent").person.username).toBe("dora");
    expect(await database.consents.find(dora.id, "budget")).toBeNull();
    const yes = await browser.post(again.location, {
      ...hidden(ofDora),
      answer: "allow",
      duration: "90",
      "allow:email": "true",
    });
    const { searchParams } = new URL((await browser.follow(yes)).location);
    expect([searchParams.has("code"), searchParams.get("error")]).toEqual([true, null]);
    const consent = await database.consents.find(dora.id, "budget");
    expect(consent?.scopes).toContain("email");
    expect(consent?.scopes).not.toContain("profile");
  });
});

describe("a consent is valid until it is revoked", () => {
  test("a new session repeats no question, and the use is recorded", async () => {
    const carol = await opened.createPerson();
    const browserOf = async () => {
      const browser = new TestBrowser(opened);
      await browser.signIn(carol);
      return browser;
    };
    const begun = () =>
      begin(budget, "https://budget.example/callback", {
        scope: "openid transactions.read",
        resource: apiAddress,
      });
    const browser = await browserOf();
    const first = await begun();
    const asked = await browser.get(first.path);
    const page = await browser.follow(asked);
    const fields = Object.fromEntries(page.screen("consent").hidden.map(({ name, value }) => [name, value]));
    await browser.follow(
      await browser.post(asked.location, {
        ...fields,
        answer: "allow",
        duration: "90",
        "allow:bank:transactions.read": "true",
      }),
    );

    const second = await begun();
    const again = await (await browserOf()).get(second.path);
    const tokens = await exchange(budget, again.location, second.checks);
    expect(await client.tokenIntrospection(api, tokens.access_token)).toMatchObject({ active: true });
    // Written after the answer has gone out.
    await eventually(async () => {
      const [consent] = await opened.hub.database.consents.listOf(carol.id);
      expect(consent).toMatchObject({
        clientId: "budget",
        resources: { [apiAddress]: ["transactions.read"] },
        uses: { [apiAddress]: expect.anything() },
      });
    });

    await opened.hub.database.consents.revoke(carol.id, "budget");
    expect(await client.tokenIntrospection(api, tokens.access_token)).toEqual({ active: false });
    const third = await begun();
    const page3 = await (async () => {
      const fresh = await browserOf();
      return fresh.follow(await fresh.get(third.path));
    })();
    expect(page3.screen("consent").site.name).toBe("Budget");
  });
});
