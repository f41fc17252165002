/** Web frameworks with the OpenID Connect library that their users choose, as its documentation sets it up. */
import { createHash } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { Visitor } from "../../cas/clients/visitor.ts";
import { openTestHub, type TestHub, type TestPerson } from "../../test-hub.ts";
import { eventually } from "../../test-support/eventually.ts";
import { openListener } from "../../test-support/open-listener.ts";
import type { FrameworkSite } from "./framework-site.ts";
import { openHonoSite } from "./hono-site.ts";
import { openReactRouterSite } from "./react-router-site.ts";

const clientSecret = "a secret of a site in a test, long enough";
const frameworks = {
  hono: { name: "Hono with @hono/oidc-auth", open: openHonoSite },
  "react-router": { name: "React Router with openid-client", open: openReactRouterSite },
};
type Id = keyof typeof frameworks;
const ids = Object.keys(frameworks) as readonly Id[];

let opened: TestHub;
let alice: TestPerson;
let sites: Readonly<Record<string, FrameworkSite>>;
beforeAll(async () => {
  const { listener, origin } = await openListener();
  sites = Object.fromEntries(
    await Promise.all(ids.map(async (id) => [id, await frameworks[id].open()] as const)),
  );
  const sha256 = createHash("sha256").update(clientSecret).digest("hex");
  const registrations = Object.entries(sites).map(([id, { origin: url, oidc }]) => [
    id,
    { id, name: id, url: `${url}/`, firstParty: true, secret: { sha256 }, oidc },
  ]);
  opened = await openTestHub({
    listener,
    environment: { HUB_URL: origin },
    sites: () => Object.fromEntries(registrations),
  });
  for (const [clientId, site] of Object.entries(sites))
    site.signInAt({ issuer: `${origin}/oidc`, clientId, clientSecret });
  alice = await opened.createPerson({ username: "alice" });
});
afterAll(async () => {
  await Promise.all(Object.values(sites).map((site) => site.close()));
  await opened.close();
});

describe.each(ids.map((id) => [frameworks[id].name, id] as const))("%s", (_, id) => {
  let origin: string;
  let visitor: Visitor;
  beforeEach(() => {
    origin = sites[id]?.origin ?? "";
    visitor = new Visitor(opened);
  });
  const signIn = () => visitor.signIn(`${origin}/profile`, alice);
  const asksToSignIn = async () => visitor.isLogin(await visitor.visit(`${origin}/profile`));

  test("signs in, and reads name and email address", async () => {
    const { page } = await signIn();
    expect(page.address).toBe(`${origin}/profile`);
    expect(JSON.parse(page.body)).toMatchObject({ name: "Person alice", email: "alice@example.com" });
    expect(JSON.parse((await visitor.get(`${origin}/profile`)).body)).toMatchObject({ name: "Person alice" });
  });

  test("its sign-out ends the session at the hub too", async () => {
    await signIn();
    const { location } = await visitor.post(`${origin}/sign-out`, {});
    expect((await visitor.visit(location)).address).toBe(`${origin}/`);
    expect(await asksToSignIn()).toBe(true);
  });

  test("a sign-out at the hub ends its session", async () => {
    await signIn();
    expect(await asksToSignIn()).toBe(false);
    await visitor.signOutAtHub();
    await eventually(async () => expect(await asksToSignIn()).toBe(true));
  });
});
