/** Security of `/cas/login`, over HTTP: session token, flow cookie, log. */
import { poolOf } from "@gatehouse/database/test-pool";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openTestHub, TestBrowser, type TestHub, type TestPerson } from "../test-hub.ts";

let opened: TestHub;
let alice: TestPerson;
beforeAll(async () => {
  opened = await openTestHub();
  alice = await opened.createPerson({ username: "alice" });
});
afterAll(() => opened.close());

const sessionCookie = "TGC-gatehouse";
const stateOf = async (token: string | undefined) => {
  const found = await opened.hub.database.sessions.find(token ?? "", { touch: false });
  return found.state === "ended" ? found.reason : found.state;
};

describe("3.6 the ticket-granting cookie", () => {
  test("3.7 its value consists of letters, digits and hyphens, with 256 bits of randomness", async () => {
    const browser = new TestBrowser(opened);
    await browser.signIn(alice);
    expect(browser.cookies.get(sessionCookie)).toMatch(/^TGT-[A-Za-z0-9]{43}$/);
  });

  test("3.6.1 it ends with the browser, is HttpOnly and SameSite=Lax", async () => {
    const { cookies } = await new TestBrowser(opened).signIn(alice);
    const set = cookies.filter((cookie) => cookie.startsWith(`${sessionCookie}=`));
    expect(set).toEqual([expect.stringMatching(/^TGC-gatehouse=TGT-\w+; Path=\/; HttpOnly; SameSite=Lax$/)]);
  });

  test("the database never stores its value", async () => {
    const browser = new TestBrowser(opened);
    await browser.signIn(alice);
    const { rows } = await poolOf(opened.hub.database).query(
      "SELECT to_jsonb(s)::text AS text FROM sessions s",
    );
    expect(rows.length).toBeGreaterThan(0);
    expect(JSON.stringify(rows)).not.toContain(browser.cookies.get(sessionCookie)?.slice(4));
  });
});

describe("ASVS 7.2.4 session fixation", () => {
  test("signing in issues a new token and ends the previous one of the browser", async () => {
    const browser = new TestBrowser(opened);
    await browser.signIn(alice);
    const before = browser.cookies.get(sessionCookie);
    await browser.signIn(alice, "?renew=true");
    const after = browser.cookies.get(sessionCookie);
    expect(after).not.toBe(before);
    expect([await stateOf(before), await stateOf(after)]).toEqual(["replaced", "alive"]);
  });

  test("a token planted in the browser is never signed in", async () => {
    const browser = new TestBrowser(opened);
    const planted = `TGT-${"a".repeat(43)}`;
    browser.cookies.set(sessionCookie, planted);
    await browser.signIn(alice);
    expect(browser.cookies.get(sessionCookie)).not.toBe(planted);
    expect(await stateOf(planted)).toBe("unknown");
  });

  test("the flow cookie survives a sign-in, so that forms in other tabs stay valid, and is replaced at sign-out", async () => {
    const browser = new TestBrowser(opened);
    const form = await browser.get("/cas/login");
    const flow = browser.cookies.get("gatehouse-flow");
    await browser.post("/cas/login", { ...browser.hiddenFields(form), ...alice });
    expect([...browser.cookies.keys()].sort()).toEqual([
      sessionCookie,
      "gatehouse-browser",
      "gatehouse-flow",
    ]);
    expect(browser.cookies.get("gatehouse-flow")).toBe(flow);
    await browser.get("/cas/logout");
    expect(browser.cookies.get("gatehouse-flow")).toMatch(/^FL-[0-9a-f]{64}$/);
    expect(browser.cookies.get("gatehouse-flow")).not.toBe(flow);
  });
});

test("the log contains no ticket, token, login ticket or password", async () => {
  const browser = new TestBrowser(opened);
  const form = await browser.get(`/cas/login?service=${encodeURIComponent(opened.shop.service)}`);
  const fields = browser.hiddenFields(form);
  const { location } = await browser.post("/cas/login", { ...fields, ...alice });
  const ticket = new URL(location).searchParams.get("ticket") ?? "";
  await browser.get(`/cas/serviceValidate?${new URLSearchParams({ service: opened.shop.service, ticket })}`);
  await browser.get("/cas/logout");
  const logged = opened.lines.join("\n");
  expect(logged).toContain("sign-in.accepted");
  const token = browser.cookies.get(sessionCookie) ?? "TGT-";
  for (const secret of [ticket, fields.lt ?? "", alice.password, token]) {
    expect(secret).not.toBe("");
    expect(logged).not.toContain(secret);
  }
  expect(logged).not.toMatch(/(ST|TGT|LT)-[A-Za-z0-9]{20}/);
});

describe("2.2 a browser that stores no cookies", () => {
  test("the form says so and keeps the username and the site; each attempt uses only the data of its own form", async () => {
    const browser = new TestBrowser(opened);
    const service = opened.shop.service;
    let form = await browser.get(`/cas/login?${new URLSearchParams({ service })}`);
    for (const _ of [1, 2]) {
      const fields = browser.hiddenFields(form);
      browser.cookies.clear();
      form = await browser.post("/cas/login", { ...fields, username: "alice", password: alice.password });
      expect([form.status, form.location]).toEqual([200, ""]);
      expect(form.screen("login")).toMatchObject({
        error: { code: "cookies_missing" },
        username: "alice",
        site: { name: "The shop", url: `${opened.shop.origin}/` },
      });
      expect(browser.hiddenFields(form).service).toBe(service);
    }
    // Cookies had only been cleared: the form that came back with the answer is as good as any.
    const { location } = await browser.post("/cas/login", { ...browser.hiddenFields(form), ...alice });
    expect(location).toContain("ticket=ST-");
  });

  test("a username of any length is restored with its error, in a cookie that browsers store", async () => {
    const browser = new TestBrowser(opened);
    const form = await browser.get("/cas/login");
    const lt = form.screen("login").hidden.find(({ name }) => name === "lt")?.value ?? "";
    const answer = await browser.post("/cas/login", { username: "a".repeat(4000), password: "wrong", lt });
    expect(Math.max(...answer.cookies.map((cookie) => cookie.length))).toBeLessThan(4096);
    const again = await browser.get(answer.location);
    expect(again.screen("login").error?.code).toBe("credentials_wrong");
  });
});
