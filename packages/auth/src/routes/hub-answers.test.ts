import "../test-support/next-in-node.ts";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { failure, HubInTest, response } from "../test-support/hub-in-test.ts";
import { BrowserInTest, location, siteInTest } from "../test-support/site-in-test.ts";

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

describe("answers of the hub", () => {
  test.each([
    ["UNAUTHORIZED_SERVICE", response(failure("UNAUTHORIZED_SERVICE")), "service_refused", 500],
    ["INVALID_SERVICE", response(failure("INVALID_SERVICE")), "callback_altered", 400],
    ["INVALID_TICKET", response(failure("INVALID_TICKET")), "ticket_refused", 400],
    ["a page of HTML", "<!doctype html><title>Welcome</title>", "hub_answer", 500],
    ["nothing", "", "hub_answer", 500],
  ])("%s", async (_name, answer, code, status) => {
    hub.validateAnswer = answer;
    const reply = await browser.signIn(hub);
    expect(reply.status).toBe(status);
    expect(site.codes()).toEqual([code]);
    expect(await site.auth(browser.request("/"))).toBeNull();
  });

  test("a user without an id is refused", async () => {
    hub.person = { username: "alice", name: "Alice" };
    const reply = await browser.signIn(hub);
    expect(reply.status).toBe(500);
    expect(site.codes()).toEqual(["person_id_missing"]);
    expect(browser.cookies.has("gatehouse-shop.session")).toBe(false);
  });

  test("a user without a released email address has none", async () => {
    hub.person = { username: "alice", id: "person-1" };
    await browser.signIn(hub);
    const session = await site.auth(browser.request("/"));
    expect(session?.user).toEqual({
      id: "person-1",
      username: "alice",
      name: "alice",
      email: null,
      groups: [],
    });
  });

  test("a wrong secret gets an error page at sign-in, not a redirect loop", async () => {
    hub.siteSecret = "another secret that is long enough to be one";
    const reply = await browser.signIn(hub);
    expect(reply.status).toBe(500);
    expect(site.codes()).toEqual(["site_rejected"]);
    expect(site.log[0]?.message).toContain('SITE_SECRET must be the secret of site "shop" at the hub');
    expect(await reply.text()).toContain(site.log[0]?.reference);
    expect(browser.cookies.has("gatehouse-shop.session")).toBe(false);
  });

  test("a session that ended during the sign-in is refused", async () => {
    const back = hub.signIn(location(await browser.get("/api/auth/sign-in")));
    hub.end(new URL(back).searchParams.get("ticket") ?? "", "signed-out");
    expect((await browser.get(back)).status).toBe(400);
    expect(site.codes()).toEqual(["session_over"]);
    expect(browser.cookies.has("gatehouse-shop.session")).toBe(false);
  });

  test("a hub that is down: a page with the reference of the log line", async () => {
    const back = hub.signIn(location(await browser.get("/api/auth/sign-in")));
    hub.down = true;
    const reply = await browser.get(back);
    expect(reply.status).toBe(503);
    expect(reply.headers.get("content-security-policy")).toContain("default-src 'none'");
    const [entry] = site.log;
    expect(entry?.code).toBe("hub_unreachable");
    expect(await reply.text()).toContain(`Reference ${entry?.reference}`);
  });
});
