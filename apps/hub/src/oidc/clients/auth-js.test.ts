/** next-auth 5 and @auth/express 0.12 as they are, at what `site add --protocol oidc` registers. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { Visitor } from "../../cas/clients/visitor.ts";
import type { Screens } from "../../screen/screen.ts";
import { openTestHub, type TestHub, type TestPerson } from "../../test-hub.ts";
import { eventually } from "../../test-support/eventually.ts";
import { readModel } from "../../test-support/frontend-stand-in.ts";
import { openListener } from "../../test-support/open-listener.ts";
import { runCommand } from "../../test-support/run-command.ts";
import { type AuthJsSite, openAuthExpressSite, openNextAuthSite } from "./auth-js-site.ts";

let opened: TestHub;
let alice: TestPerson;
beforeAll(async () => {
  const { listener, origin } = await openListener();
  opened = await openTestHub({ listener, environment: { HUB_URL: origin } });
  alice = await opened.createPerson({ username: "alice" });
});
afterAll(() => opened.close());

describe.each([
  ["next", openNextAuthSite],
  ["express", openAuthExpressSite],
] as const)("Auth.js for %s", (id, openSite) => {
  let site: AuthJsSite;
  let visitor: Visitor;
  beforeAll(async () => {
    site = await openSite();
    const settings = { SITES_DIR: opened.sitesDirectory, HUB_URL: opened.origin, HUB_MODE: "demo" };
    const { result } = await runCommand(`site add ${id} ${site.origin} --protocol oidc`, settings);
    await eventually(() => expect(opened.hub.sites.find(id)).toBeDefined());
    const issuer = `${opened.origin}/oidc`;
    site.signInAt({ issuer, clientId: id, clientSecret: String(result.SITE_SECRET) });
  });
  afterAll(() => site.close());
  beforeEach(() => {
    visitor = new Visitor(opened);
  });

  const read = async (path: string) => JSON.parse((await visitor.get(`${site.origin}/api/auth${path}`)).body);
  /** Presses a button of its pages. */
  async function press(path: string) {
    const { csrfToken } = await read("/csrf");
    return visitor.post(`${site.origin}/api/auth${path}`, { csrfToken, callbackUrl: `${site.origin}/` });
  }
  async function signIn() {
    const { location } = await press("/signin/gatehouse");
    return visitor.signIn(location, alice);
  }

  test("signs in, and reads name and email address without configuration", async () => {
    expect(await read("/session")).toBeNull();
    await signIn();
    expect(await read("/session")).toMatchObject({
      user: { name: "Person alice", email: "alice@example.com" },
    });
  });

  test("signs in again without a page while the session at the hub is valid", async () => {
    await signIn();
    await press("/signout");
    expect(await read("/session")).toBeNull();
    await visitor.visit((await press("/signin/gatehouse")).location);
    expect(await read("/session")).toMatchObject({ user: { email: "alice@example.com" } });
  });

  test("signs out of the hub too, if it redirects to the end-session endpoint", async () => {
    await signIn();
    await press("/signout");
    const query = new URLSearchParams({ client_id: id, post_logout_redirect_uri: `${site.origin}/` });
    const question = await visitor.visit(`${opened.origin}/oidc/session/end?${query}`);
    const { action, hidden } = (readModel(question.body)?.model ?? {}) as Screens["sign-out"];
    const kept = Object.fromEntries(hidden.map(({ name, value }) => [name, value]));
    const done = await visitor.post(`${opened.origin}${action}`, { ...kept, logout: "yes" });
    expect(done.location).toBe(`${site.origin}/`);
    expect(visitor.isLogin(await visitor.visit((await press("/signin/gatehouse")).location))).toBe(true);
  });
});
