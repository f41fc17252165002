import "../test-support/next-in-node.ts";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { HubInTest } from "../test-support/hub-in-test.ts";
import { OidcHubInTest } from "../test-support/oidc-hub-in-test.ts";
import { BrowserInTest, location, siteInTest, siteUrl } from "../test-support/site-in-test.ts";

let hub: HubInTest;
let site: ReturnType<typeof siteInTest>;
let browser: BrowserInTest;

beforeEach(async () => {
  hub = new HubInTest();
  await hub.start();
  site = siteInTest(hub);
  browser = new BrowserInTest(site);
});
afterEach(() => hub.stop());

const signIn = () => browser.get("/api/auth/sign-in?returnTo=/cart%3Fopen%3D1");
const sameOrigin = { origin: siteUrl, "sec-fetch-site": "same-origin" };

describe("signing in while the hub is down", () => {
  test("gets a page of the site that says what to do, and keeps the path to return to", async () => {
    hub.down = true;
    const reply = await signIn();
    const page = await reply.text();
    expect(reply.status).toBe(503);
    expect(reply.headers.get("retry-after")).toBe("10");
    expect(page).toContain("Wait a moment, then try again.");
    expect(page).toContain('<a href="/api/auth/sign-in?returnTo=%2Fcart%3Fopen%3D1">Try again</a>');
    expect(page).toContain("Code <code>hub_unreachable</code>");
    expect(page).toContain(`Reference ${site.log[0]?.reference}`);
    expect(site.codes()).toEqual(["hub_unreachable"]);
    // The system's error code, because a closed port, an unknown name and a wrong certificate have different remedies.
    expect(site.log[0]?.cause).toMatch(/ [A-Z_]{3,}$/);
    expect(reply.headers.getSetCookie()).toEqual([]);
  });

  test.each(["//evil.example", "https://evil.example", "/api/auth/sign-out"])(
    "returns to / instead of %s",
    async (path) => {
      hub.down = true;
      const reply = await browser.get(`/api/auth/sign-in?${new URLSearchParams({ returnTo: path })}`);
      expect(await reply.text()).toContain('href="/api/auth/sign-in?returnTo=%2F"');
    },
  );

  test("works again a second after the hub is back", async () => {
    hub.down = true;
    await signIn();
    hub.down = false;
    site.clock.now += 1_000;
    expect(location(await signIn())).toContain(`${hub.url}/cas/login`);
  });

  test("waits for a busy hub, up to a time limit", async () => {
    hub.healthDelayMs = 1_200;
    expect((await signIn()).status).toBe(303);
    hub.healthDelayMs = 60_000;
    site.clock.now += 5_000;
    const begun = performance.now();
    expect((await signIn()).status).toBe(503);
    expect(performance.now() - begun).toBeLessThan(4_000);
  });
});

describe("a hub that is up", () => {
  test("is checked once in five seconds, for any number of requests", async () => {
    await Promise.all(Array.from({ length: 10 }, signIn));
    site.clock.now += 4_900;
    await signIn();
    expect(hub.healthChecks).toBe(1);
    site.clock.now += 200;
    await signIn();
    expect(hub.healthChecks).toBe(2);
  });
});

describe("a server at HUB_URL", () => {
  test.each([
    ["a page", { status: 200, type: "text/html", body: "<!doctype html>" }],
    ["a site's own health", { status: 200, type: "text/plain", body: "ok\n" }],
    ["another service", { status: 200, type: "application/json", body: '{"service":"another"}' }],
    ["a hub of before that did not say its name", { status: 200, type: "application/json", body: "{}" }],
    ["null", { status: 200, type: "application/json", body: "null" }],
    ["half an answer", { status: 200, type: "application/json", body: '{"service":"gate' }],
    ["nothing at this path", { status: 404, type: "text/plain", body: "" }],
    ["a redirect", { status: 302, type: "text/plain", body: "" }],
  ])("%s is not a hub, and the page names HUB_URL to the developer", async (_name, answer) => {
    hub.healthAnswer = answer;
    const reply = await signIn();
    const [forPeople = "", forDevelopers = ""] = (await reply.text()).split("<details>");
    expect(reply.status).toBe(503);
    expect(forPeople).toContain("Code <code>hub_url_wrong</code>");
    expect(forPeople).not.toContain("HUB_URL");
    expect(forDevelopers).toContain("HUB_URL is not a Gatehouse hub");
    expect(forDevelopers).not.toContain(hub.url);
    expect(site.codes()).toEqual(["hub_url_wrong"]);
    expect(site.log[0]?.message).toContain("HUB_URL");
  });

  test.each([429, 500, 502, 503])("with status %i is a hub that is down", async (status) => {
    hub.healthAnswer = { status, type: "text/html", body: "<h1>Bad Gateway</h1>" };
    expect((await signIn()).status).toBe(503);
    expect(site.codes()).toEqual(["hub_unreachable"]);
  });
});

describe("a hub with another HUB_URL", () => {
  const type = "application/json";
  const answerOf = (url: unknown) => ({
    status: 200,
    type,
    body: JSON.stringify({ service: "gatehouse-hub", url }),
  });

  test.each(["cas", "oidc"] as const)(
    "is reported to the developer with both addresses, by %s",
    async (protocol) => {
      const other = protocol === "cas" ? new HubInTest() : new OidcHubInTest();
      await other.start();
      try {
        const own = siteInTest(other, {}, "shop", { protocol });
        other.healthAnswer = answerOf("http://hub.localhost:3000");
        const reply = await new BrowserInTest(own).get("/api/auth/sign-in?returnTo=/cart");
        const [forPeople = "", forDevelopers = ""] = (await reply.text()).split("<details>");
        const told = `HUB_URL is ${other.url}, and this hub calls itself http://hub.localhost:3000. Set HUB_URL to that`;
        expect(reply.status).toBe(503);
        expect(forPeople).toContain("Code <code>hub_url_other_name</code>");
        expect(forPeople).not.toContain("HUB_URL");
        expect(forDevelopers).toContain(told);
        expect(own.codes()).toEqual(["hub_url_other_name"]);
        expect(own.log[0]?.message).toContain(told);
      } finally {
        await other.stop();
      }
    },
  );

  test("gets no recognition requests", async () => {
    hub.healthAnswer = answerOf("https://hub.example");
    expect(location(await site.recognise(browser.request("/cart")))).toBe("");
    expect(site.log.map(({ code, level }) => [code, level])).toEqual([["hub_url_other_name", "warn"]]);
  });

  test("may not put markup into the page by its address", async () => {
    hub.healthAnswer = answerOf("https://hub.example/<script>");
    expect(await (await signIn()).text()).not.toContain("<script");
  });

  test("an older hub that sends no address, and the same address in another spelling, are accepted", async () => {
    for (const url of [undefined, 7, "", "javascript:alert(1)", `${hub.url.toUpperCase()}/`]) {
      hub.healthAnswer = answerOf(url);
      site.clock.now += 5_000;
      expect((await signIn()).status, String(url)).toBe(303);
    }
  });

  test("is found within a second after the correction", async () => {
    hub.healthAnswer = answerOf("https://hub.example");
    await signIn();
    hub.healthAnswer = answerOf(hub.url);
    site.clock.now += 1_000;
    expect((await signIn()).status).toBe(303);
  });
});

describe("recognition does not redirect", () => {
  test("to a server that is not a hub", async () => {
    hub.healthAnswer = { status: 404, type: "text/plain", body: "" };
    expect(location(await site.recognise(browser.request("/cart")))).toBe("");
    expect(site.log.map(({ code, level }) => [code, level])).toEqual([["hub_url_wrong", "warn"]]);
  });

  test("if the hub goes down in between", async () => {
    hub.down = true;
    const reply = await browser.get("/api/auth/recognise?returnTo=/cart");
    expect(location(reply)).toBe(`${siteUrl}/cart?gatehouse=asked`);
    expect(site.log.map(({ code, level }) => [code, level])).toEqual([["hub_unreachable", "warn"]]);
  });
});

describe("signing out while the hub is down", () => {
  test("ends the site session, says that the central session remains, and offers to finish later", async () => {
    await browser.signIn(hub);
    hub.down = true;
    site.clock.now += 5_000;
    const reply = await browser.post(site.signOutUrl, sameOrigin);
    const page = await reply.text();
    expect(reply.status).toBe(503);
    expect(page).toContain("You signed out of this site only");
    expect(page).toContain('<form class="ways" method="post" action="/api/auth/sign-out">');
    expect(page).toContain(`Reference ${site.log[0]?.reference}`);
    expect(reply.headers.get("referrer-policy")).toBe("same-origin");
    expect(reply.headers.get("content-security-policy")).toContain(`form-action 'self' ${hub.url};`);
    expect(browser.cookies.has("gatehouse-shop.session")).toBe(false);
    hub.down = false;
    site.clock.now += 1_000;
    // The hub is back and knows the user, but recognition must not undo the sign-out.
    expect(location(await site.recognise(browser.request("/")))).toBe("");
    expect(location(await browser.post(site.signOutUrl, sameOrigin))).toContain(`${hub.url}/cas/logout`);
  });
});
