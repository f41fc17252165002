/** Apache's mod_auth_cas, by https: CAS 2 with attributes, and SAML 1.1. */
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { eventually } from "../../../test-support/eventually.ts";
import type { Browser, Page } from "./browser.ts";
import { type DebianFixture, openDebianFixture, type SiteEnvironment } from "./debian-fixture.ts";

const missing = inject("debianClientsMissing");

const protectedFolder = (path: string, more = "", require = "valid-user"): string => `<Location ${path}>
AuthType CAS
CASScope ${path}
CASAuthNHeader CAS-User
CASScrubRequestHeaders On
Require ${require}
${more}
</Location>`;

const common = ({ hub, state, certificates, documents }: SiteEnvironment): string => `CASVersion 2
AliasMatch "^/(?:members|staff|vault|hello)/(.*)$" "${documents}/$1"
CASLoginURL ${hub}/cas/login
CASCertificatePath ${certificates.authorityFile}
CASCookiePath ${state}/`;

describe.skipIf(missing !== "")("mod_auth_cas", () => {
  let all: DebianFixture;
  beforeAll(async () => {
    all = await openDebianFixture([
      {
        id: "wiki",
        modules: ["auth_cas", "alias"],
        registration: ({ origin }) => ({
          cas: {
            services: [`${origin}/**`],
            attributes: ["name", "email", "groups"],
            logoutUrl: `${origin}/signed-out.txt`,
          },
        }),
        directives: (place) => `${common(place)}
CASValidateURL ${place.hub}/cas/p3/serviceValidate
${protectedFolder("/members/")}
${protectedFolder("/vault/", "CASRenew /vault/")}
${protectedFolder("/staff/", "", "cas-attribute groups:staff")}
<Location /signed-out.txt>
SetInputFilter CAS
</Location>
<Location /hello/>
AuthType CAS
CASGateway /hello/
<RequireAny>
Require valid-user
Require expr "%{HTTP_COOKIE} =~ /MOD_CAS_G=/ && %{HTTP_COOKIE} !~ /MOD_AUTH_CAS(_S)?=/ && %{QUERY_STRING} !~ /ticket=/"
</RequireAny>
</Location>`,
      },
      {
        id: "archive",
        pages: "wiki",
        modules: ["auth_cas", "alias"],
        registration: ({ origin }) => ({ cas: { services: [`${origin}/**`], attributes: ["email"] } }),
        directives: (place) => `${common(place)}
CASValidateURL ${place.hub}/cas/samlValidate
CASValidateSAML On
CASSSOEnabled On
${protectedFolder("/members/")}`,
      },
    ]);
    await all.opened.hub.database.people.setGroups(all.alice.id, ["staff", "editors"]);
  });
  afterAll(() => all?.close());

  const wiki = (path: string): string => all.originOf("wiki") + path;
  const who = ({
    body,
    address,
    status,
  }: Page): { user: string; uri: string; told: Record<string, string> } => {
    try {
      return JSON.parse(body);
    } catch {
      throw new Error(`${status} at ${address}: ${body}`);
    }
  };
  async function signedIn(): Promise<Browser> {
    const browser = all.newBrowser();
    await browser.hub.signIn(all.alice);
    return browser;
  }

  test("signs in, with attributes as headers", async () => {
    const page = await all.newBrowser().signIn(wiki("/members/who.php"), all.alice);
    expect(page.address).toBe(wiki("/members/who.php"));
    expect(who(page)).toMatchObject({
      user: "alice",
      told: { HTTP_CAS_USER: "alice", HTTP_CAS_EMAIL: "alice@example.com", HTTP_CAS_GROUPS: "staff,editors" },
    });
  });

  test.each([
    "/members/who.php?a=1&b=2",
    "/members/who.php?q=two%20words&r=a+b",
    "/members/who.php?q=100%25&r=%C3%BC",
    "/members/who.php?",
    "/members/who.php/two%20words",
    "/members/who.php/two%20words?q=and%20a%20query",
    "/members/who.php/a%20folder/two%20words?q=r",
    "/members/who.php/plus+sign",
    "/members/who.php/a;jsessionid=1F00/b",
    "/members/who.php/caf%C3%A9/%E2%82%AC%F0%9F%98%80",
    "/members/who.php/caf%C3%A9?q=caf%C3%A9&r=b",
    "/members/who.php/(a)!'*,$@:~;v=1|^%7B%7D%5B%5D",
  ])("2.5 signs in at %s", async (path) => {
    const page = await (await signedIn()).visit(wiki(path));
    expect(who(page).user).toBe("alice");
    expect(decodeURI(who(page).uri.replace(/\?$/, ""))).toBe(decodeURI(path.replace(/\?$/, "")));
  });

  test("an attribute decides who gets access", async () => {
    expect(who(await (await signedIn()).visit(wiki("/staff/who.php"))).user).toBe("alice");
    const bob = await all.opened.createPerson();
    expect((await all.newBrowser().signIn(wiki("/staff/who.php"), bob)).status).toBe(401);
  });

  test("renew asks a signed-in user for the password again", async () => {
    const browser = await signedIn();
    const asked = await browser.visit(wiki("/vault/who.php"));
    expect(browser.isAsked(asked)).toBe(true);
    expect(new URL(asked.address).searchParams.get("renew")).toBe("true");
    expect(who(await browser.answer(all.alice)).user).toBe("alice");
  });

  test("gateway: a guest stays a guest without a form, a signed-in user is recognized", async () => {
    const guest = await all.newBrowser().visit(wiki("/hello/who.php?a=b"));
    expect([guest.status, who(guest).user]).toEqual([200, null]);
    expect(who(await (await signedIn()).visit(wiki("/hello/who.php?a=b"))).user).toBe("alice");
  });

  async function signOut(address: string): Promise<void> {
    const browser = all.newBrowser();
    await browser.signIn(address, all.alice);
    expect((await browser.ask(address)).status).toBe(200);
    await browser.hub.get("/cas/logout");
    await eventually(async () => expect((await browser.ask(address)).status).toBe(302));
  }
  /** Outcome of a logout delivery, from the hub's log. */
  const outcomesOf = (site: string): readonly unknown[] =>
    all.opened.lines
      .map((line) => JSON.parse(line) as Record<string, unknown>)
      .filter((line) => line.event === "logout.tried" && line.site === site)
      .map(({ delivered }) => delivered);

  test("single logout at the registered logout address, which confirms it", async () => {
    await signOut(wiki("/members/who.php/a%20b?c=d%20e"));
    await eventually(() => expect(outcomesOf("wiki")).toEqual([true]));
  });

  test("single logout at the address of the sign-in ends the session, and the site answers with a redirect", async () => {
    await signOut(`${all.originOf("archive")}/members/who.php/a%20b?c=d%20e`);
    await eventually(() => expect(outcomesOf("archive")).toEqual([false]));
  });

  test("SAML 1.1 signs in at the path of another script", async () => {
    const page = await (await signedIn()).visit(
      `${all.originOf("archive")}/members/who.php/caf%C3%A9?q=caf%C3%A9`,
    );
    expect(who(page).user).toBe("alice");
  });

  test("SAML 1.1 signs in with attributes", async () => {
    const page = await all
      .newBrowser()
      .signIn(`${all.originOf("archive")}/members/who.php/a%20b?c=d`, all.alice);
    expect(who(page)).toMatchObject({ user: "alice", told: { HTTP_CAS_EMAIL: "alice@example.com" } });
  });

  test("a used ticket signs in no other browser", async () => {
    const browser = await signedIn();
    const toHub = await browser.ask(wiki("/members/who.php"));
    const { location } = await browser.ask(toHub.location);
    await browser.ask(location);
    const replayed = await all.newBrowser().ask(location);
    expect([replayed.status, replayed.location]).toEqual([401, ""]);
  });
});
