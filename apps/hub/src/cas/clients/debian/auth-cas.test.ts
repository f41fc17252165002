/** Perl's AuthCAS by https: CAS 2 in plain CGI scripts, with proxy tickets. It encodes ampersands of a service alone. */
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import type { Browser } from "./browser.ts";
import { type DebianFixture, openDebianFixture } from "./debian-fixture.ts";

const missing = inject("debianClientsMissing");

describe.skipIf(missing !== "")("AuthCAS", () => {
  let all: DebianFixture;
  beforeAll(async () => {
    all = await openDebianFixture(
      [
        {
          id: "scripts",
          modules: ["cgi"],
          registration: ({ origin }) => ({
            cas: {
              services: [`${origin}/**`],
              proxy: { callbacks: [`${origin}/portal.cgi`], targets: ["scripts"] },
            },
          }),
          directives: ({ hub, origin, certificates, state }) => `SetEnv CAS_URL ${hub}/cas
SetEnv AUTHORITY ${certificates.authorityFile}
SetEnv SITE ${origin}
SetEnv TICKETS ${state}`,
        },
      ],
      "localhost",
    );
  });
  afterAll(() => all?.close());

  const scripts = (path: string): string => all.originOf("scripts") + path;
  async function signedIn(): Promise<Browser> {
    const browser = all.newBrowser();
    await browser.hub.signIn(all.alice);
    return browser;
  }
  const visit = (browser: Browser, path: string) => browser.visit(scripts(path));

  test("signs in", async () => {
    const browser = all.newBrowser();
    const asked = await visit(browser, "/private.cgi");
    expect(browser.isAsked(asked)).toBe(true);
    const page = await browser.answer(all.alice);
    expect(page.body).toBe("alice");
  });

  test.each([
    "/private.cgi?",
    "/private.cgi?a=1&b=2",
    "/private.cgi?q=two%20words&r=a+b",
    "/private.cgi?q=100%25&r=caf%C3%A9",
    "/private.cgi?q=10%&r=5%",
    "/private.cgi/two%20words/100%25?c=d",
    "/private.cgi/plus+sign;jsessionid=1F00?c[]=d",
  ])("signs in at %s", async (path) => {
    expect((await visit(await signedIn(), path)).body).toBe("alice");
  });

  test("renew asks a signed-in user for the password again", async () => {
    const browser = await signedIn();
    expect(browser.isAsked(await visit(browser, "/again.cgi?a=b&c=d"))).toBe(true);
    expect((await browser.answer(all.alice)).body).toBe("alice");
  });

  test("renew at validation refuses a ticket from single sign-on", async () => {
    const browser = await signedIn();
    const { location } = await browser.ask(
      `${all.opened.origin}/cas/login?service=${encodeURIComponent(scripts("/again.cgi"))}`,
    );
    expect((await browser.ask(location)).body).toMatch(/^refused: .*renew asks for one/);
  });

  test("gateway: a guest stays a guest, a signed-in user is recognized", async () => {
    expect((await visit(all.newBrowser(), "/maybe.cgi?a=b")).body).toBe("a guest");
    expect((await visit(await signedIn(), "/maybe.cgi?a=b")).body).toBe("alice");
  });

  test("acts for its user at another script by proxy ticket", async () => {
    const page = await visit(await signedIn(), "/portal.cgi");
    expect(page.body).toBe(`alice by ${scripts("/portal.cgi?callback=1")}`);
  });

  test("a used ticket signs in no other browser", async () => {
    const browser = await signedIn();
    const toHub = await browser.ask(scripts("/private.cgi?a=b&c=d"));
    const { location } = await browser.ask(toHub.location);
    expect((await browser.ask(location)).body).toBe("alice");
    expect((await all.newBrowser().ask(location)).body).toMatch(/^refused: .*used before/);
  });
});
