/** Addresses that send a browser on to a site give nothing to one that only looks, or that loads ahead of a visit. */
import { poolOf } from "@gatehouse/database/test-pool";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { openTestHub, TestBrowser, type TestHub, type TestPerson } from "../test-hub.ts";
import { type RelyingSite, received } from "../test-support/relying-site.ts";
import { suiteEnvironment as environment, suiteRegistration, suiteSite } from "../test-support/suite-site.ts";

let opened: TestHub;
let alice: TestPerson;
let site: RelyingSite;
let browser: TestBrowser;
beforeAll(async () => {
  const third = { firstParty: false };
  opened = await openTestHub({
    environment,
    sites: () => ({ suite: suiteRegistration("suite"), third: suiteRegistration("third", {}, third) }),
  });
  alice = await opened.createPerson({ username: "alice" });
  site = suiteSite(opened, "suite");
});
beforeEach(async () => {
  browser = new TestBrowser(opened);
  await browser.signIn(alice);
});
afterAll(() => opened.close());

/** As browsers say it: today's Chromium and Firefox, Chromium's prerender, Safari, old Firefox, old Safari. */
const ahead: readonly (readonly [string, Record<string, string>])[] = [
  ["Sec-Purpose: prefetch", { "sec-purpose": "prefetch" }],
  ["Sec-Purpose: prefetch;prerender", { "sec-purpose": "prefetch;prerender" }],
  ["Purpose: prefetch", { purpose: "prefetch" }],
  ["X-Moz: prefetch", { "x-moz": "prefetch" }],
  ["X-Purpose: preview", { "x-purpose": "preview" }],
];
const service = () => `/cas/login?service=${encodeURIComponent(opened.shop.service)}`;
const countOf = async (table: string) =>
  Number((await poolOf(opened.hub.database).query(`SELECT count(*) FROM ${table}`)).rows[0].count);
/** Everything that a sign-in leaves behind at the hub. */
const kept = async () => [await countOf("service_tickets"), await countOf("oidc_artifacts")];

describe.each(ahead)("Speculation Rules: %s", (_, headers) => {
  test("at /cas/login gets no ticket and no cookie; the visit gets a ticket", async () => {
    const before = await kept();
    const answer = await browser.get(service(), headers);
    expect([answer.status, answer.location, answer.cookies]).toEqual([403, "", []]);
    expect(answer.headers["cache-control"]).toBe("no-store");
    expect(answer.screen("refused").code).toBe("not_a_navigation");
    expect(await kept()).toEqual(before);
    expect((await browser.get(service())).location).toContain("ticket=ST-");
  });

  test("at /oidc/auth gets no code and no cookie; the visit gets a code", async () => {
    const before = await kept();
    const answer = await browser.get(site.authorization(), headers);
    expect([answer.status, answer.location, answer.cookies]).toEqual([403, "", []]);
    expect(answer.headers["cache-control"]).toBe("no-store");
    expect(answer.screen("refused").code).toBe("not_a_navigation");
    expect(await kept()).toEqual(before);
    expect(received(await browser.get(site.authorization())).get("code")).not.toBeNull();
  });

  test("a prefetch consumes no flow: its pages and the way back still work afterwards", async () => {
    const asked = await browser.get(site.authorization({ prompt: "login" }));
    expect((await browser.get(asked.location, headers)).status).toBe(403);
    const form = await browser.follow(await browser.follow(asked));
    const typed = { username: alice.username, password: alice.password };
    const proved = await browser.post("/cas/login", { ...browser.hiddenFields(form), ...typed });
    expect((await browser.get(proved.location, headers)).status).toBe(403);
    const resumed = await browser.follow(proved);
    expect((await browser.get(new URL(resumed.location).pathname, headers)).status).toBe(403);
    expect(received(await browser.follow(resumed)).get("code")).not.toBeNull();
  });

  test("does not sign out", async () => {
    for (const address of ["/cas/logout", "/oidc/session/end"])
      expect((await browser.get(address, headers)).status).toBe(403);
    expect((await browser.get("/account")).status).toBe(200);
  });

  test("of a public document is answered", async () => {
    for (const address of ["/oidc/.well-known/openid-configuration", "/oidc/jwks"])
      expect((await browser.get(address, headers)).status).toBe(200);
  });
});

describe("RFC 9110 9.2.1 HEAD", () => {
  test("at /cas/login is answered as without a session: no ticket, and no cookie changes", async () => {
    const before = await countOf("service_tickets");
    const answer = await browser.send("HEAD", service());
    expect([answer.status, answer.location, answer.cookies]).toEqual([200, "", []]);
    expect(await countOf("service_tickets")).toBe(before);
    const gateway = await browser.send("HEAD", `${service()}&gateway=true`);
    expect([gateway.status, gateway.location]).toEqual([303, opened.shop.service]);
    expect((await browser.get(service())).location).toContain("ticket=ST-");
  });

  test("at the issuer's pages is refused: no code, no flow, no sign-out", async () => {
    const { sid } = (await site.round(browser, alice)).claims;
    const before = await countOf("oidc_artifacts");
    for (const address of [
      site.authorization(),
      site.authorization({ prompt: "none" }).replace("/oidc/auth", "/oidc/AUTH"),
      "/oidc/session/end",
      `/oidc/session/end?client_id=suite&logout_hint=${sid}`,
    ]) {
      const answer = await browser.send("HEAD", address);
      expect([answer.status, answer.location, answer.cookies]).toEqual([405, "", []]);
      expect(answer.headers.allow).toBe("GET, POST");
    }
    expect(await countOf("oidc_artifacts")).toBe(before);
    expect((await browser.get("/account")).status).toBe(200);
  });

  test("is not redirected through a flow", async () => {
    const asked = await browser.get(site.authorization({ prompt: "login" }));
    const { pathname } = new URL(asked.location, opened.origin);
    expect((await browser.send("HEAD", pathname)).location).toBe("");
    expect((await browser.follow(asked)).location).toContain("/cas/login?");
  });

  test("at public documents is answered", async () => {
    for (const address of [
      "/oidc/.well-known/openid-configuration",
      "/.well-known/oauth-authorization-server/oidc",
      "/oidc/jwks",
    ])
      expect((await browser.send("HEAD", address)).status).toBe(200);
  });
});
