/** PHP's phpCAS by https: CAS 3, SAML 1.1, and proxy tickets between two of its sites. */
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { eventually } from "../../../test-support/eventually.ts";
import type { Browser, Page } from "./browser.ts";
import { type DebianFixture, openDebianFixture, type SiteEnvironment } from "./debian-fixture.ts";

const missing = inject("debianClientsMissing");

const common = ({
  hubPort,
  origin,
  certificates,
  state,
}: SiteEnvironment): string => `SetEnv HUB_PORT ${hubPort}
php_admin_value curl.cainfo ${certificates.authorityFile}
SetEnv SITE ${origin}
SetEnv AUTHORITY ${certificates.authorityFile}
SetEnv TICKETS ${state}
SetEnv REPORTS ${origin.replace("portal", "reports")}
SetEnv PORTAL ${origin.replace("reports", "portal")}`;

describe.skipIf(missing !== "")("phpCAS", () => {
  let all: DebianFixture;
  beforeAll(async () => {
    all = await openDebianFixture([
      {
        id: "reports",
        registration: ({ origin }) => ({
          cas: {
            services: [`${origin}/**`],
            attributes: ["id", { name: "mail", from: "email" }, "groups"],
          },
        }),
        directives: common,
      },
      {
        id: "portal",
        registration: ({ origin }) => ({
          cas: {
            services: [`${origin}/**`],
            proxy: { callbacks: [`${origin}/index.php`], targets: ["reports"] },
          },
        }),
        directives: common,
      },
    ]);
    await all.opened.hub.database.people.setGroups(all.alice.id, ["editors", "staff"]);
  });
  afterAll(() => all?.close());

  const reports = (path: string): string => all.originOf("reports") + path;
  function shown({ body, status, address }: Page): unknown {
    try {
      return JSON.parse(body);
    } catch {
      throw new Error(`${status} at ${address}: ${body}`);
    }
  }
  async function signedIn(): Promise<Browser> {
    const browser = all.newBrowser();
    await browser.hub.signIn(all.alice);
    return browser;
  }

  test("signs in, with attributes", async () => {
    const page = await all.newBrowser().signIn(reports("/private.php"), all.alice);
    expect(page.address).toBe(reports("/private.php"));
    expect(shown(page)).toMatchObject({
      user: "alice",
      attributes: { id: all.alice.id, mail: "alice@example.com", groups: ["editors", "staff"] },
    });
  });

  test.each([
    "/private.php?a=1&b=2",
    "/private.php?q=two%20words&r=a+b",
    "/private.php?q=100%25&r=%C3%BC",
    "/private.php?file=C:%5Cx&ids[]=1&ids[]=2",
    "/private.php/two%20words/100%25/caf%C3%A9?c=d",
    "/private.php/plus+sign;jsessionid=1F00",
  ])("signs in at %s, and returns there", async (path) => {
    const page = await (await signedIn()).visit(reports(path));
    expect(shown(page)).toMatchObject({ user: "alice" });
    expect(page.address).toBe(reports(path));
  });

  test("SAML 1.1 signs in with attributes", async () => {
    const page = await (await signedIn()).visit(reports("/saml.php?a=b%20c"));
    expect(shown(page)).toMatchObject({ user: "alice", attributes: { mail: "alice@example.com" } });
  });

  test("gateway: a guest stays a guest, a signed-in user is recognized", async () => {
    expect((await all.newBrowser().visit(reports("/maybe.php?a=b"))).body).toBe("a guest");
    expect(shown(await (await signedIn()).visit(reports("/maybe.php?a=b")))).toMatchObject({ user: "alice" });
  });

  test("renew asks a signed-in user for the password again, also when it is sent twice", async () => {
    const browser = await signedIn();
    const asked = await browser.visit(reports("/again.php"));
    expect(browser.isAsked(asked)).toBe(true);
    expect(new URL(asked.address).searchParams.getAll("renew")).toEqual(["true", "true"]);
    expect(shown(await browser.answer(all.alice))).toMatchObject({ user: "alice" });
  });

  test.each(["/private.php?q=two%20words&r=a+b", "/private.php/two%20words", "/saml.php"])(
    "single logout at %s",
    async (path) => {
      const browser = all.newBrowser();
      await browser.signIn(reports(path), all.alice);
      expect((await browser.ask(reports(path))).status).toBe(200);
      await browser.hub.get("/cas/logout");
      await eventually(async () => expect((await browser.ask(reports(path))).status).toBe(302));
    },
  );

  test("a sign-out at the site returns to the address that it names", async () => {
    const browser = all.newBrowser();
    await browser.signIn(reports("/private.php"), all.alice);
    const page = await browser.visit(reports("/out.php"));
    expect([page.address, page.body]).toEqual([reports("/bye.php?a=b%20c"), "bye b c"]);
    expect(browser.isAsked(await browser.visit(reports("/private.php")))).toBe(true);
  });

  test("acts for its user at another site by proxy ticket, until the sign-out", async () => {
    const browser = all.newBrowser();
    const portal = `${all.originOf("portal")}/index.php`;
    expect(shown(await browser.signIn(portal, all.alice))).toEqual({
      user: "alice",
      proxies: [portal],
      query: { q: "two words", r: "ü" },
    });
    expect(shown(await browser.visit(portal))).toMatchObject({ user: "alice" });
    await browser.hub.get("/cas/logout");
    await eventually(async () => expect((await browser.ask(portal)).status).toBe(302));
  });

  test("a used ticket signs in no other browser", async () => {
    const browser = await signedIn();
    const toHub = await browser.ask(reports("/private.php"));
    const { location } = await browser.ask(toHub.location);
    await browser.ask(location);
    const replayed = await all.newBrowser().ask(location);
    expect([replayed.status, replayed.location]).not.toEqual([200, ""]);
    expect(replayed.body).not.toContain("alice");
  });
});
