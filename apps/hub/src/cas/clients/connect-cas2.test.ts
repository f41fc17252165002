/** connect-cas2 1.2.5, a middleware for express with proxy tickets, at the hub. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import ConnectCas from "connect-cas2";
import express, { type Handler } from "express";
import createCasClient from "http-cas-client/wrap/express-session.js";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { openTestHub, type TestHub, type TestPerson } from "../../test-hub.ts";
import { createSelfSignedCertificate } from "../../test-support/certificates.ts";
import { eventually } from "../../test-support/eventually.ts";
import { type ExpressSite, openExpressSite } from "../../test-support/express-site.ts";
import { hubAddress, Visitor } from "./visitor.ts";

/** Where it validates its tickets and hears of sign-outs. */
const validatePath = "/cas/validate";
const callbackPath = "/cas/proxyCallback";

/** Signs in by CAS 3. */
let plain: ExpressSite;
/** Signs in by CAS 2 and acts for people at `target`. */
let portal: ExpressSite;
/** Another client, which takes proxy tickets. */
let target: ExpressSite;
let opened: TestHub;
let alice: TestPerson;
let folder: string;

beforeAll(async () => {
  // For the client of the target, see beside.
  vi.stubEnv("no_proxy", "127.0.0.1");
  const certificate = createSelfSignedCertificate("portal.localhost");
  folder = await mkdtemp(join(tmpdir(), "gatehouse-connect-cas2-"));
  const authorities = join(folder, "authorities.pem");
  await writeFile(authorities, certificate.cert);
  [plain, portal, target] = await Promise.all([
    openExpressSite(),
    openExpressSite(certificate),
    openExpressSite(),
  ]);
  const proxyCallback = `https://portal.localhost:${portal.securePort}${callbackPath}`;
  opened = await openTestHub({
    environment: { CA_FILE: authorities },
    sites: () => ({
      plain: plain.registration("plain", { attributes: [{ name: "mail", from: "email" }, "groups"] }),
      portal: portal.registration("portal", { proxy: { callbacks: [proxyCallback], targets: ["target"] } }),
      target: target.registration("target", { attributes: ["email"] }),
    }),
  });
  protectPlain();
  protectPortal(proxyCallback);
  protectTarget();
  alice = await opened.createPerson({ username: "alice" });
  await opened.hub.database.people.setGroups(alice.id, ["editors", "staff"]);
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await opened.close();
  await Promise.all([plain.close(), portal.close(), target.close(), rm(folder, { recursive: true })]);
});

function protectPlain(): void {
  const client = new ConnectCas({
    servicePrefix: plain.origin,
    serverPath: hubAddress(opened),
    paths: { validate: validatePath, serviceValidate: "/cas/p3/serviceValidate", proxyCallback: "" },
    logger: () => () => undefined,
  });
  plain.app.use(...decodeLogoutRequest);
  plain.app.use(client.core());
  plain.app.get("/private", ({ session }, response) => response.json(session.cas));
}

function protectPortal(proxyCallback: string): void {
  const client = new ConnectCas({
    servicePrefix: portal.origin,
    serverPath: hubAddress(opened),
    paths: { validate: validatePath, proxyCallback },
    // The client keeps its session when the user signs out at the hub, so the hub has to refuse.
    slo: false,
    logger: () => () => undefined,
  });
  portal.app.use(client.core());
  portal.app.get("/private", ({ session }, response) => response.json(session.cas));
  portal.app.get("/proxy-ticket", (request, response, next) =>
    request.getProxyTicket(`${target.origin}/accounts`, { disableCache: true }, (error, ticket = "") =>
      error === null ? response.send(ticket) : next(error),
    ),
  );
}

function protectTarget(): void {
  const authenticate = createCasClient({
    cas: 3,
    casServerUrlPrefix: `${hubAddress(opened)}/cas`,
    serverName: target.origin,
    // It validates at proxyValidate then.
    client: { proxy: { acceptAny: true } },
  });
  // Express 4 does not wait for middleware, and this one rejects when a ticket is refused.
  target.app.use((request, response, next) => void authenticate(request, response, next).catch(next));
  target.app.get("/accounts", ({ principal }, response) => response.json(principal));
}

/**
 * A limit of the client: it looks for `<samlp:SessionIndex>` in the body as it comes and does not decode the form
 * that CAS servers send; it answers 202 and stays signed in. Here it is handed the form decoded.
 */
const decodeLogoutRequest: readonly Handler[] = [
  express.text({ type: "application/x-www-form-urlencoded" }),
  (request, _, next) => {
    if (typeof request.body === "string") {
      const decoded = Readable.from([decodeURIComponent(request.body)]);
      request.on = decoded.on.bind(decoded) as typeof request.on;
    }
    next();
  },
];

describe("connect-cas2", () => {
  const signIn = (visitor: Visitor) => visitor.signIn(`${plain.origin}/private?page=1`, alice);

  test("signs in by redirect and returns to the requested page, with the released attributes", async () => {
    const visitor = new Visitor(opened);
    const { page, ticketAddress } = await signIn(visitor);
    expect(ticketAddress).toMatch(/\/cas\/validate\?ticket=ST-[A-Za-z0-9]{29}$/);
    expect([page.status, page.address]).toEqual([200, `${plain.origin}/private?page=1`]);
    expect(JSON.parse(page.body)).toMatchObject({
      user: "alice",
      attributes: { mail: ["alice@example.com"], groups: ["editors", "staff"], isFromNewLogin: ["true"] },
    });
  });

  test("a used ticket signs in no other browser", async () => {
    const { ticketAddress } = await signIn(new Visitor(opened));
    const thief = new Visitor(opened);
    expect((await thief.get(ticketAddress)).status).toBe(401);
    expect(thief.isLogin(await thief.visit(`${plain.origin}/private`))).toBe(true);
  });

  test("is logged out by back channel when its user signs out at the hub; other users stay", async () => {
    const [visitor, elsewhere] = [new Visitor(opened), new Visitor(opened)];
    await Promise.all([signIn(visitor), signIn(elsewhere)]);
    await visitor.signOutAtHub();
    const again = () => visitor.visit(`${plain.origin}/private`);
    await eventually(async () => expect(visitor.isLogin(await again())).toBe(true));
    expect((await elsewhere.get(`${plain.origin}/private`)).status).toBe(200);
  });
});

describe("connect-cas2 with a proxy callback", () => {
  const signIn = (visitor: Visitor) => visitor.signIn(`${portal.origin}/private`, alice);
  const proxyTicket = async (visitor: Visitor) => (await visitor.get(`${portal.origin}/proxy-ticket`)).body;
  const visitWithTicket = (ticket: string) =>
    new Visitor(opened).visit(`${target.origin}/accounts?ticket=${ticket}`);

  test("receives its proxy-granting ticket over https", async () => {
    const { page } = await signIn(new Visitor(opened));
    expect([page.status, page.address]).toEqual([200, `${portal.origin}/private`]);
    expect(JSON.parse(page.body)).toEqual({
      user: "alice",
      st: expect.stringMatching(/^ST-/),
      pgt: expect.stringMatching(/^PGT-[A-Za-z0-9]{43}$/),
    });
  });

  test("gets proxy tickets for the other site, each valid once", async () => {
    const visitor = new Visitor(opened);
    await signIn(visitor);
    const first = await proxyTicket(visitor);
    expect(first).toMatch(/^PT-[A-Za-z0-9]{29}$/);
    const page = await visitWithTicket(first);
    expect([page.status, page.address]).toEqual([200, `${target.origin}/accounts`]);
    expect(JSON.parse(page.body)).toMatchObject({
      user: "alice",
      attributes: { email: "alice@example.com", isFromNewLogin: "false" },
    });
    expect((await visitWithTicket(first)).body).toContain("Ticket error authentication failed.");
    expect((await visitWithTicket(await proxyTicket(visitor))).status).toBe(200);
  });

  test("a sign-out of the user also ends the session at the other site", async () => {
    const visitor = new Visitor(opened);
    await signIn(visitor);
    const asHer = new Visitor(opened);
    const page = await asHer.visit(`${target.origin}/accounts?ticket=${await proxyTicket(visitor)}`);
    expect(JSON.parse(page.body)).toMatchObject({ user: "alice" });
    await visitor.signOutAtHub();
    const again = () => asHer.visit(`${target.origin}/accounts`);
    await eventually(async () => expect(asHer.isLogin(await again())).toBe(true));
  });

  test("after the user has signed out, its tickets are refused and it gets no new ones", async () => {
    const visitor = new Visitor(opened);
    await signIn(visitor);
    const unused = await proxyTicket(visitor);
    expect(unused).toMatch(/^PT-/);
    await visitor.signOutAtHub();
    expect((await visitWithTicket(unused)).body).toContain("Ticket error authentication failed.");
    // The client ends its own session when a ticket is refused, and redirects the user to the sign-in.
    const refused = await visitor.visit(`${portal.origin}/proxy-ticket`);
    expect(visitor.isLogin(refused)).toBe(true);
  });
});
