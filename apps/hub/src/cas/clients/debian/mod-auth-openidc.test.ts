/** Apache's mod_auth_openidc by https: code and PKCE, userinfo, refresh, and both ways of signing out. */
import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { eventually } from "../../../test-support/eventually.ts";
import type { Browser, Page } from "./browser.ts";
import { type DebianFixture, openDebianFixture } from "./debian-fixture.ts";

const missing = inject("debianClientsMissing");
const secret = "the secret of the desk in this run alone";

/** Facts that the protected page shows. */
interface Shown {
  readonly user: string;
  readonly uri: string;
  readonly told: Readonly<Record<string, string>>;
}

/** Answer of the module's information hook. */
interface Information {
  readonly access_token: string;
  readonly refresh_token?: string;
  readonly id_token: Readonly<Record<string, unknown>>;
  readonly userinfo: Readonly<Record<string, unknown>>;
}

describe.skipIf(missing !== "")("mod_auth_openidc", () => {
  let all: DebianFixture;
  beforeAll(async () => {
    all = await openDebianFixture([
      {
        id: "desk",
        modules: ["auth_openidc", "alias"],
        registration: ({ origin }) => ({
          secret: { sha256: createHash("sha256").update(secret).digest("hex") },
          oidc: {
            redirectUris: [`${origin}/private/callback`],
            postLogoutRedirectUris: [`${origin}/bye.php`],
            backchannelLogoutUrl: `${origin}/private/callback?logout=backchannel`,
            grants: ["authorization_code", "refresh_token"],
            scopes: ["openid", "profile", "email", "groups", "offline_access"],
          },
        }),
        directives: ({
          hub,
          origin,
          certificates,
          documents,
        }) => `OIDCProviderMetadataURL ${hub}/oidc/.well-known/openid-configuration
AliasMatch "^/(?:private|staff)/(who.*)$" "${documents}/$1"
OIDCCABundlePath ${certificates.authorityFile}
OIDCClientID desk
OIDCClientSecret "${secret}"
OIDCRedirectURI ${origin}/private/callback
OIDCCryptoPassphrase "of this run alone"
OIDCPKCEMethod S256
OIDCScope "openid profile email groups offline_access"
OIDCAuthRequestParams prompt=consent
OIDCRemoteUserClaim preferred_username
OIDCInfoHook iat access_token access_token_expires id_token userinfo refresh_token session
<Location /private/>
AuthType openid-connect
Require valid-user
</Location>
<Location /staff/>
AuthType openid-connect
Require claim groups:staff
</Location>`,
      },
    ]);
    await all.opened.hub.database.people.setGroups(all.alice.id, ["editors", "staff"]);
  });
  afterAll(() => all?.close());

  const desk = (path: string): string => all.originOf("desk") + path;
  function shown({ body, status, address }: Page): Shown {
    try {
      return JSON.parse(body);
    } catch {
      throw new Error(`${status} at ${address}: ${body}`);
    }
  }
  const information = async (browser: Browser): Promise<Information> =>
    JSON.parse((await browser.ask(desk("/private/callback?info=json"))).body);

  test.each([
    "/private/who.php",
    "/private/who.php?q=two%20words&r=a+b&s=100%25",
    "/private/who.php/two%20words/caf%C3%A9?c=d",
  ])("code with PKCE: signs in at %s, and returns there", async (path) => {
    const page = await all.newBrowser().signIn(desk(path), all.alice);
    expect(shown(page)).toMatchObject({ user: "alice", uri: path });
  });

  test("name, email and groups come from userinfo, as variables", async () => {
    const page = await all.newBrowser().signIn(desk("/private/who.php"), all.alice);
    expect(shown(page).told).toMatchObject({
      OIDC_CLAIM_sub: all.alice.id,
      OIDC_CLAIM_name: "Person alice",
      OIDC_CLAIM_email: "alice@example.com",
      OIDC_CLAIM_groups: "editors,staff",
      OIDC_CLAIM_iss: `${all.opened.origin}/oidc`,
    });
  });

  test("a claim decides who gets access", async () => {
    const page = await all.newBrowser().signIn(desk("/staff/who.php"), all.alice);
    expect(shown(page).user).toBe("alice");
    const bob = await all.opened.createPerson();
    expect((await all.newBrowser().signIn(desk("/staff/who.php"), bob)).status).toBe(401);
  });

  test("refreshes its access token", async () => {
    const browser = all.newBrowser();
    await browser.signIn(desk("/private/who.php"), all.alice);
    const before = await information(browser);
    const there = encodeURIComponent(desk("/private/who.php"));
    const page = await browser.visit(
      desk(`/private/callback?refresh=${there}&access_token=${before.access_token}`),
    );
    expect(page.address).toBe(desk("/private/who.php"));
    const after = await information(browser);
    expect(after.access_token).not.toBe(before.access_token);
    expect(after.userinfo).toMatchObject({ preferred_username: "alice" });
  });

  test("a sign-out at the site ends the session at the hub too, and returns to the site", async () => {
    const browser = all.newBrowser();
    await browser.signIn(desk("/private/who.php"), all.alice);
    const page = await browser.visit(
      desk(`/private/callback?logout=${encodeURIComponent(desk("/bye.php"))}`),
    );
    expect([page.address, page.body]).toEqual([desk("/bye.php"), "bye"]);
    expect((await browser.hub.get("/account")).status).toBe(303);
    expect(browser.isAsked(await browser.visit(desk("/private/who.php")))).toBe(true);
  });

  test("back-channel logout: a sign-out at the hub ends the site's session", async () => {
    const browser = all.newBrowser();
    await browser.signIn(desk("/private/who.php"), all.alice);
    expect((await browser.ask(desk("/private/who.php"))).status).toBe(200);
    await browser.hub.get("/cas/logout");
    await eventually(async () => expect((await browser.ask(desk("/private/who.php"))).status).toBe(302));
  });

  test("a used code signs in no other browser", async () => {
    const browser = all.newBrowser();
    const asked = await browser.visit(desk("/private/who.php"));
    expect(browser.isAsked(asked)).toBe(true);
    const page = await browser.answer(all.alice);
    const [callback] = browser.visited.filter((address) => address.includes("/private/callback?code="));
    expect(page.status).toBe(200);
    const replayed = await all.newBrowser().visit(callback ?? "");
    expect(replayed.body).not.toContain("alice");
    expect(replayed.status).not.toBe(200);
  });
});
