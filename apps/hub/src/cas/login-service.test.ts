/** Which services `/cas/login` sends people to, over HTTP; titled by CAS protocol 3.0.3. */
import { parseService } from "@gatehouse/cas/server";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openTestHub, TestBrowser, type TestHub, type TestPerson } from "../test-hub.ts";

let opened: TestHub;
let alice: TestPerson;
beforeAll(async () => {
  opened = await openTestHub();
  alice = await opened.createPerson({ username: "alice" });
});
afterAll(() => opened.close());

const at = (service: string, more: Record<string, string> = {}) =>
  `?${new URLSearchParams({ service, ...more })}`;

describe("2.2.1 an unknown service gets a page with an explanation, never a redirect", () => {
  const attacks: [string, (origin: string) => string][] = [
    ["another host", () => "https://evil.example/callback"],
    ["no address", () => "nonsense"],
    ["a script", () => "javascript:alert(1)"],
    ["another scheme", (origin) => `${origin.replace("http:", "https:")}/callback`],
    ["another port", (origin) => `${origin.replace(/\d+$/, "81")}/callback`],
    ["no port", (origin) => `${origin.replace(/:\d+$/, "")}/callback`],
    ["user info before another host", (origin) => `${origin}@evil.example/callback`],
    ["user info", (origin) => `${origin.replace("//", "//user:password@")}/callback`],
    ["empty user info", (origin) => `${origin.replace("//", "//@")}/callback`],
    ["a backslash", (origin) => `${origin}\\@evil.example/callback`],
    ["a backslash for a slash", (origin) => `${origin}\\callback`],
    ["a longer host", (origin) => `${origin.replace(".localhost", ".localhost.evil.example")}/callback`],
    ["a prefixed host", (origin) => `${origin.replace("//", "//evil-")}/callback`],
    ["a longer path", (origin) => `${origin}/callback/more`],
    ["another path", (origin) => `${origin}/elsewhere`],
    ["a path in other letters", (origin) => `${origin}/Callback`],
    ["an encoded path", (origin) => `${origin}/callbac%6b`],
    ["an encoded slash", (origin) => `${origin}/callback%2f..%2felsewhere`],
    ["a path parameter", (origin) => `${origin}/callback;x`],
    ["punycode", (origin) => `${origin.replace("//shop", "//xn--hop-xpc")}/callback`],
    ["a trailing dot", (origin) => `${origin.replace(".localhost", ".localhost.")}/callback`],
    ["encoded twice", (origin) => encodeURIComponent(`${origin}/callback`)],
    ["a line break", (origin) => `${origin}/callback\n`],
    ["a tab", (origin) => `${origin}/call\tback`],
    ["a ticket of its own", (origin) => `${origin}/callback?ticket=ST-1`],
    ["the hub itself", () => "http://hub.localhost:3000/account"],
  ];

  test.each(attacks)("%s", async (_, attack) => {
    const service = attack(opened.shop.origin);
    const browser = new TestBrowser(opened);
    await browser.signIn(alice);
    for (const more of [{}, { gateway: "true" }, { renew: "true" }] as Record<string, string>[]) {
      const answer = await browser.get(`/cas/login${at(service, more)}`);
      expect([answer.status >= 400, answer.location], JSON.stringify(more)).toEqual([true, ""]);
      expect(["service_unknown", "parameter_control_character"]).toContain(answer.screen("refused").code);
      if (answer.screen("refused").code === "service_unknown") expect(answer.status).toBe(403);
    }
  });

  test.each(attacks)("as acceptor: %s", async (_, attack) => {
    const browser = new TestBrowser(opened);
    const fields = browser.hiddenFields(await browser.get("/cas/login"));
    const answer = await browser.post("/cas/login", {
      ...fields,
      ...alice,
      service: attack(opened.shop.origin),
    });
    expect([answer.status >= 400, answer.location]).toEqual([true, ""]);
    expect(browser.cookies.has("TGC-gatehouse")).toBe(false);
  });

  test("a spelling that browsers read as the registered address counts as that address", async () => {
    const { origin } = opened.shop;
    for (const service of [
      `${origin}/x/../callback`,
      `${origin.toUpperCase()}/callback`,
      `${origin}/callback#x`,
    ]) {
      expect(parseService(service).url).toBe(`${origin}/callback`);
      const answer = await new TestBrowser(opened).get(`/cas/login${at(service, { gateway: "true" })}`);
      expect(answer.location, service).toBe(`${origin}/callback`);
    }
  });

  test("the page gives advice and does not repeat the address", async () => {
    const service = "https://evil.example/<script>alert(1)</script>";
    const answer = await new TestBrowser(opened).get(`/cas/login${at(service)}`);
    expect(answer.status).toBe(403);
    expect(answer.screen("refused").sentences.join()).toContain("register");
    expect(answer.body).not.toContain("evil.example");
  });

  test("the log names the address to register, without its query", async () => {
    await new TestBrowser(opened).get(`/cas/login${at("https://new.example/callback?state=hidden")}`);
    const refusal = opened.lines.find(
      (line) => line.includes("service.refused") && line.includes("new.example"),
    );
    expect(refusal).toContain('"service":"https://new.example/callback"');
  });
});
