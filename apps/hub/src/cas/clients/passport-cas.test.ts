/** passport-cas 0.1.1, a strategy of passport 0.7, at the hub: by CAS 1, CAS 3 and SAML 1.1. */
import passport from "passport";
import { Strategy } from "passport-cas";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openTestHub, type TestHub, type TestPerson } from "../../test-hub.ts";
import { type ExpressSite, openExpressSite } from "../../test-support/express-site.ts";
import { hubAddress, Visitor } from "./visitor.ts";

/** The client writes the names of what it reads in lower case. */
const protocolsOwn = {
  authenticationdate: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
  longtermauthenticationrequesttokenused: "false",
  isfromnewlogin: "true",
};
const released = { ...protocolsOwn, mail: "alice@example.com", groups: ["editors", "staff"] };

const manners = [
  { id: "cas-one", version: "CAS1.0", useSaml: false, user: "alice", refusal: "Authentication failed" },
  {
    id: "cas-three",
    version: "CAS3.0",
    useSaml: false,
    user: { user: "alice", attributes: released },
    refusal: "Authentication failed INVALID_TICKET",
  },
  {
    id: "saml",
    version: "CAS3.0",
    useSaml: true,
    user: { user: "alice", attributes: released },
    refusal: "Authentication failed",
  },
] as const;
type Manner = (typeof manners)[number];

let sites: Map<string, ExpressSite>;
let opened: TestHub;
let alice: TestPerson;
const heard = () => undefined;

beforeAll(async () => {
  // It asks express 4 in an outdated way, which express says aloud unless somebody listens.
  process.on("deprecation", heard);
  sites = new Map(await Promise.all(manners.map(async ({ id }) => [id, await openExpressSite()] as const)));
  const attributes = [{ name: "mail", from: "email" }, "groups"];
  opened = await openTestHub({
    sites: () =>
      Object.fromEntries([...sites].map(([id, site]) => [id, site.registration(id, { attributes })])),
  });
  for (const manner of manners) protect(manner);
  alice = await opened.createPerson({ username: "alice" });
  await opened.hub.database.people.setGroups(alice.id, ["editors", "staff"]);
});
afterAll(async () => {
  process.off("deprecation", heard);
  await opened.close();
  await Promise.all([...sites.values()].map((site) => site.close()));
});

function siteOf({ id }: Manner): ExpressSite {
  const site = sites.get(id);
  if (site === undefined) throw new Error(`no site ${id}`);
  return site;
}

function protect(manner: Manner): void {
  const { app, origin } = siteOf(manner);
  const guard = new passport.Passport();
  const { version, useSaml } = manner;
  guard.use(
    new Strategy(
      { version, useSaml, ssoBaseURL: `${hubAddress(opened)}/cas`, serverBaseURL: origin },
      (answered, done) => done(null, answered),
    ),
  );
  guard.serializeUser((user, done) => done(null, user));
  guard.deserializeUser((stored, done) => done(null, stored));
  app.use(guard.initialize(), guard.session());
  app.get("/sign-in", guard.authenticate("cas"), (_, response) => response.redirect("/"));
  app.get("/", ({ user = null }, response) => response.json(user));
}

describe.each(manners)("passport-cas as $id", (manner) => {
  const signIn = (visitor: Visitor) => visitor.signIn(`${siteOf(manner).origin}/sign-in?from=menu`, alice);

  test("signs in by redirect, with the released attributes", async () => {
    const visitor = new Visitor(opened);
    const { page, ticketAddress } = await signIn(visitor);
    expect(ticketAddress).toMatch(/\/sign-in\?from=menu&ticket=ST-[A-Za-z0-9]{29}$/);
    expect(page.address).toBe(`${siteOf(manner).origin}/`);
    expect(JSON.parse(page.body)).toEqual(manner.user);
  });

  test("a used ticket signs in no other browser", async () => {
    const { ticketAddress } = await signIn(new Visitor(opened));
    const thief = new Visitor(opened);
    const replayed = await thief.get(ticketAddress);
    expect([replayed.status, replayed.location]).toEqual([500, ""]);
    expect(replayed.body).toContain(`Error: ${manner.refusal}<br>`);
    expect((await thief.get(`${siteOf(manner).origin}/`)).body).toBe("null");
  });
});
