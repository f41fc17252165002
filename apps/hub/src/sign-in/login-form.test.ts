/** The login form's own protection, over HTTP. */
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

describe("3.5 login tickets", () => {
  async function form(browser: TestBrowser): Promise<Record<string, string>> {
    return browser.hiddenFields(await browser.get("/cas/login"));
  }
  const send = async (browser: TestBrowser, fields: Record<string, string>) => {
    const answer = await browser.post("/cas/login", { ...fields, ...alice });
    return browser.cookies.has(sessionCookie)
      ? "signed-in"
      : (await browser.follow(answer)).screen("login").error?.code;
  };

  test("3.5.1 begin with LT- and differ each time", async () => {
    const browser = new TestBrowser(opened);
    const [first, second] = [await form(browser), await form(browser)];
    expect(first.lt).toMatch(/^LT-[A-Za-z0-9-]+$/);
    expect(first.lt).not.toBe(second.lt);
  });

  test("3.5.1 are valid for one attempt, whether or not it succeeded", async () => {
    const browser = new TestBrowser(opened);
    const fields = await form(browser);
    await browser.post("/cas/login", { ...fields, ...alice, password: "wrong" });
    expect(await send(browser, fields)).toBe("form_expired");
  });

  test("3.5.1 of fifty concurrent attempts with one, one is verified", async () => {
    const browser = new TestBrowser(opened);
    const fields = await form(browser);
    const answers = await Promise.all(
      Array.from({ length: 50 }, () => browser.post("/cas/login", { ...fields, ...alice })),
    );
    expect(answers.filter(({ location }) => location === "/account")).toHaveLength(1);
  });

  test("are required", async () => {
    const browser = new TestBrowser(opened);
    await form(browser);
    expect(await send(browser, {})).toBe("form_expired");
    expect(await send(browser, { lt: "" })).toBe("form_expired");
  });

  test("of another browser's form are refused: login CSRF", async () => {
    const [attacker, victim] = [new TestBrowser(opened), new TestBrowser(opened)];
    const fields = await form(attacker);
    await form(victim);
    expect(await send(victim, fields)).toBe("form_expired");
  });

  test("cannot be changed", async () => {
    const browser = new TestBrowser(opened);
    const { lt = "" } = await form(browser);
    const [prefix, random, expires, signature = ""] = lt.split("-");
    const later = Number(expires) + 1000;
    for (const changed of [
      `${prefix}-${random}-${later}-${signature}`,
      `${prefix}-${random}x-${expires}-${signature}`,
      `${prefix}-${random}-${expires}-${signature.replace(/./, (digit) => (digit === "0" ? "1" : "0"))}`,
      `${prefix}-${random}-${expires}`,
    ])
      expect(await send(browser, { lt: changed }), changed).toBe("form_expired");
    expect(await send(browser, { lt })).toBe("signed-in");
  });

  test("are valid for an hour, so that a form may stay open over lunch", async () => {
    const [patient, late] = [new TestBrowser(opened), new TestBrowser(opened)];
    const fields = [await form(patient), await form(late)] as const;
    await opened.advance(3500);
    expect(await send(patient, fields[0])).toBe("signed-in");
    await opened.advance(200);
    expect(await send(late, fields[1])).toBe("form_expired");
  });
});

describe("ASVS 3.5.1 a form sent by another site", () => {
  test.each([
    ["from its origin", { origin: "https://evil.example" }],
    ["from a sandboxed frame (Origin: null)", { origin: "null", "sec-fetch-site": "cross-site" }],
    ["from nowhere, by a browser that does not say more", { origin: "null", "sec-fetch-site": "none" }],
    ["from the hub over another port", { origin: "http://hub.localhost:3001" }],
    ["as the browser says", { "sec-fetch-site": "cross-site" }],
    ["from a neighbour", { "sec-fetch-site": "same-site" }],
  ])("%s is refused", async (_, headers) => {
    const browser = new TestBrowser(opened);
    const answer = await browser.signIn(alice, "", headers);
    expect([answer.status, answer.screen("refused").code]).toEqual([403, "cross_site_request"]);
    expect(browser.cookies.has(sessionCookie)).toBe(false);
  });

  test("Origin: null counts as the hub's own page only with Sec-Fetch-Site same-origin, which no page can forge", async () => {
    const browser = new TestBrowser(opened);
    const { location } = await browser.signIn(alice, "", { origin: "null", "sec-fetch-site": "same-origin" });
    expect(location).toBe("/account");
  });

  test("in another encoding is refused", async () => {
    const browser = new TestBrowser(opened);
    const answer = await browser.signIn(alice, "", { "content-type": "text/plain" });
    expect(answer.status).toBe(415);
  });

  test("of endless length is refused", async () => {
    const answer = await new TestBrowser(opened).signIn({ ...alice, password: "a".repeat(70_000) });
    expect([answer.status, answer.screen("refused").code]).toEqual([413, "body_too_large"]);
  });
});
