/**
 * http-cas-client 0.4.3, a middleware for express with single logout, at the hub: by CAS 2 and by CAS 3. Its wrapper
 * for express-session keeps the ticket in a cookie of its own all the same: its hooks go by names nobody calls.
 */
import createCasClient from "http-cas-client/wrap/express-session.js";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { openTestHub, type TestHub, type TestPerson } from "../../test-hub.ts";
import { eventually } from "../../test-support/eventually.ts";
import { type ExpressSite, openExpressSite } from "../../test-support/express-site.ts";
import { hubAddress, Visitor } from "./visitor.ts";

const protocols = [2, 3] as const;
let sites: Record<(typeof protocols)[number], ExpressSite>;
let opened: TestHub;
let alice: TestPerson;

beforeAll(async () => {
  // Its HTTP library asks the proxy of the environment for loopback too.
  vi.stubEnv("no_proxy", "127.0.0.1");
  sites = { 2: await openExpressSite(), 3: await openExpressSite() };
  const attributes = ["id", { name: "mail", from: "email" }, "groups"];
  opened = await openTestHub({
    sites: () => ({
      "cas-two": sites[2].registration("cas-two", { attributes }),
      "cas-three": sites[3].registration("cas-three", { attributes }),
    }),
  });
  for (const cas of protocols) protect(sites[cas], cas);
  alice = await opened.createPerson({ username: "alice" });
  await opened.hub.database.people.setGroups(alice.id, ["editors", "staff"]);
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await opened.close();
  await Promise.all(protocols.map((cas) => sites[cas].close()));
});

function protect({ app, origin }: ExpressSite, cas: 2 | 3): void {
  const authenticate = createCasClient({
    cas,
    casServerUrlPrefix: `${hubAddress(opened)}/cas`,
    serverName: origin,
  });
  // Express 4 does not wait for middleware, and this one rejects when a ticket is refused.
  app.use((request, response, next) => void authenticate(request, response, next).catch(next));
  app.get("/private", (request, response) => response.json(request.principal));
}

describe.each(protocols)("http-cas-client by CAS %i", (cas) => {
  const signIn = (visitor: Visitor) => visitor.signIn(`${sites[cas].origin}/private?page=1`, alice);

  test("signs in by redirect and returns to the requested page, with the released attributes", async () => {
    const visitor = new Visitor(opened);
    const { page, ticketAddress } = await signIn(visitor);
    expect(new URL(ticketAddress).searchParams.get("ticket")).toMatch(/^ST-/);
    expect([page.status, page.address]).toEqual([200, `${sites[cas].origin}/private?page=1`]);
    expect(JSON.parse(page.body)).toEqual({
      user: "alice",
      ...(cas === 3 && {
        attributes: {
          authenticationDate: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
          longTermAuthenticationRequestTokenUsed: "false",
          isFromNewLogin: "true",
          id: alice.id,
          mail: "alice@example.com",
          groups: ["editors", "staff"],
        },
      }),
    });
    expect((await visitor.get(`${sites[cas].origin}/private`)).status).toBe(200);
  });

  test("a user who is signed in at one site enters no password at the other", async () => {
    const visitor = new Visitor(opened);
    await signIn(visitor);
    const other = await visitor.visit(`${sites[cas === 2 ? 3 : 2].origin}/private`);
    expect([other.status, JSON.parse(other.body).user]).toEqual([200, "alice"]);
  });

  test("a used ticket signs in no other browser", async () => {
    const { ticketAddress } = await signIn(new Visitor(opened));
    const thief = new Visitor(opened);
    const replayed = await thief.get(ticketAddress);
    expect([replayed.status, replayed.location]).toEqual([500, ""]);
    expect(replayed.body).toContain("Ticket error authentication failed.");
    expect(thief.isLogin(await thief.visit(`${sites[cas].origin}/private`))).toBe(true);
  });

  test("is logged out by back channel when its user signs out at the hub; other users stay", async () => {
    const [visitor, elsewhere] = [new Visitor(opened), new Visitor(opened)];
    await Promise.all([signIn(visitor), signIn(elsewhere)]);
    await visitor.signOutAtHub();
    const again = () => visitor.visit(`${sites[cas].origin}/private`);
    await eventually(async () => expect(visitor.isLogin(await again())).toBe(true));
    expect((await elsewhere.get(`${sites[cas].origin}/private`)).status).toBe(200);
  });
});
