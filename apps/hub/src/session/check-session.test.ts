/** `/sites/v1/sessions/check` over HTTP. */
import { createTicketId } from "@gatehouse/cas/server";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { openTestHub, TestBrowser, type TestHub, type TestPerson, type TestSite } from "../test-hub.ts";

let opened: TestHub;
let alice: TestPerson;
let browser: TestBrowser;
let ticket: string;
beforeAll(async () => {
  opened = await openTestHub({
    sites: ({ shop, bank }) => {
      const { secret: _, cas: __, ...mute } = shop.registration({ id: "mute" });
      const by = (scopes: readonly string[]) => ({
        redirectUris: [`${bank.origin}/oidc/callback`],
        scopes: ["openid", "profile", "email", ...scopes],
      });
      const forms = { services: [`${shop.origin}/**`], attributes: ["id", "groups"] };
      const { cas: ___, ...oidcOnly } = bank.registration();
      return {
        mute,
        shop: shop.registration({ cas: forms }),
        bank: bank.registration({ oidc: by(["groups"]) }),
        plain: { ...oidcOnly, id: "plain", oidc: by([]) },
        foreign: { ...oidcOnly, id: "foreign", firstParty: false, oidc: by(["groups"]) },
      };
    },
  });
});
beforeEach(async () => {
  alice = await opened.createPerson();
  browser = new TestBrowser(opened);
  ticket = await enter(opened.shop);
});
afterAll(() => opened.close());

async function enter({ service }: TestSite): Promise<string> {
  const query = `?${new URLSearchParams({ service })}`;
  const known = await browser.get(`/cas/login${query}`);
  const { location } = known.location === "" ? await browser.signIn(alice, query) : known;
  const id = new URL(location).searchParams.get("ticket") ?? "";
  await new TestBrowser(opened).get(`/cas/serviceValidate${query}&ticket=${id}`);
  return id;
}

async function send(body: unknown, headers: Record<string, string> = {}) {
  const own = { authorization: opened.shop.authorization, "content-type": "application/json" };
  const text = typeof body === "string" ? body : JSON.stringify(body);
  const answer = await new TestBrowser(opened).send(
    "POST",
    "/sites/v1/sessions/check",
    { ...own, ...headers },
    text,
  );
  return { ...answer, json: JSON.parse(answer.body) };
}

const check = async (sessionIndex: string, active = false, site: TestSite = opened.shop) =>
  (await send({ sessionIndex, active }, { authorization: site.authorization })).json;

describe("a site checks a session", () => {
  test("that is active: it gets the end", async () => {
    const answer = await send({ sessionIndex: ticket, active: false });
    expect([answer.status, answer.headers["content-type"]]).toEqual([200, "application/json"]);
    expect(answer.json).toEqual({
      active: true,
      acr: "urn:gatehouse:acr:password",
      amr: ["pwd"],
      idleExpiresAt: expect.any(String),
      expiresAt: expect.any(String),
      authenticatedSecondsAgo: expect.any(Number),
    });
    const left = (time: string) => (Date.parse(time) - opened.hub.clock().getTime()) / 1000;
    expect(left(answer.json.idleExpiresAt)).toBeCloseTo(1800, -2);
    expect(left(answer.json.expiresAt)).toBeCloseTo(86_400, -2);
    expect(answer.headers["cache-control"]).toBe("no-store");
  });

  test("that is active: it gets the age of the sign-in, whatever the user did since", async () => {
    const { authenticatedSecondsAgo: before } = await check(ticket, true);
    expect(before).toBeLessThan(60);
    await opened.advance(301);
    const { authenticatedSecondsAgo: after } = await check(ticket, true);
    expect(after).toBeGreaterThanOrEqual(before + 301);
    expect(after).toBeLessThan(before + 361);
  });

  test("that has ended: it gets the reason", async () => {
    await browser.get("/cas/logout");
    expect(await check(ticket)).toEqual({ active: false, reason: "signed-out" });
  });

  test("that became idle, before the sweep: it gets the idle time", async () => {
    await opened.advance(1801);
    expect(await check(ticket, true)).toEqual({ active: false, reason: "idle", idleSeconds: 1800 });
  });

  test("of a user who was disabled", async () => {
    await opened.hub.database.people.setDisabled(alice.id, true);
    expect(await check(ticket)).toEqual({ active: false, reason: "disabled" });
  });

  test("that moved to a new session of the same user", async () => {
    await browser.signIn(alice, "?renew=true");
    expect((await check(ticket)).active).toBe(true);
  });

  test("that does not exist", async () => {
    expect(await check(createTicketId("ST"))).toEqual({ active: false, reason: "unknown" });
  });

  test("whose ticket was never validated", async () => {
    const { location } = await browser.get(
      `/cas/login?${new URLSearchParams({ service: opened.shop.service })}`,
    );
    const unused = new URL(location).searchParams.get("ticket") ?? "";
    expect(await check(unused)).toEqual({ active: false, reason: "unknown" });
  });
});

describe("a user's groups, for a site that cannot store them", () => {
  const groups = Array.from({ length: 2_000 }, (_, index) => `group ${index}`);
  beforeEach(() => opened.hub.database.people.setGroups(alice.id, groups));
  const ask = async (site: string, sessionIndex: string) => {
    const authorization = `Basic ${Buffer.from(`${site}:${opened.bank.secret}`).toString("base64")}`;
    const own = site === "shop" ? {} : { authorization };
    return (await send({ sessionIndex, active: false, groups: true }, own)).json;
  };

  test("are current, for a site that gets groups by CAS", async () => {
    expect((await ask("shop", ticket)).groups).toEqual(groups);
    await opened.hub.database.people.setGroups(alice.id, ["staff"]);
    expect((await ask("shop", ticket)).groups).toEqual(["staff"]);
  });

  test("are not returned unless requested", async () => {
    expect(await check(ticket)).not.toHaveProperty("groups");
    expect((await send({ sessionIndex: ticket, active: false, groups: false })).json).not.toHaveProperty(
      "groups",
    );
  });

  test("are not given to a site whose registration does not release them by CAS", async () => {
    const index = await enter(opened.bank);
    expect(await ask("bank", index)).toMatchObject({ active: true });
    expect(await ask("bank", index)).not.toHaveProperty("groups");
  });

  test.each([
    ["bank", "a first-party site with the scope", true],
    ["plain", "a first-party site without it", false],
    ["foreign", "a site that users give consent to", false],
  ])("by OpenID Connect, %s: %s", async (id, _, given) => {
    const [session] = await opened.hub.database.sessions.listOf(alice.id);
    const sid = `sid-of-${id}-0123456789abcdef`;
    await opened.hub.database.sessions.joinOidcClients(
      session?.id ?? "",
      { [id]: { sid } },
      opened.bank.service,
    );
    const answer = await ask(id, sid);
    expect(answer.active).toBe(true);
    expect(answer.groups).toEqual(given ? groups : undefined);
  });

  test("are not returned for an ended session", async () => {
    await browser.get("/cas/logout");
    expect(await ask("shop", ticket)).toEqual({ active: false, reason: "signed-out" });
  });
});

test("ASVS 8.2.2 another site's session index is unknown, and changes nothing", async () => {
  await opened.advance(1000);
  expect(await check(ticket, true, opened.bank)).toEqual({ active: false, reason: "unknown" });
  await opened.advance(801);
  expect(await check(ticket)).toEqual({ active: false, reason: "idle", idleSeconds: 1800 });
});

describe("user activity at a site", () => {
  test("keeps the central session alive", async () => {
    for (let round = 0; round < 3; round++) {
      await opened.advance(1500);
      expect((await check(ticket, true)).active).toBe(true);
    }
    expect((await browser.get("/account")).status).toBe(200);
  });

  test("counts only if the site reports it: a check alone does not extend the session", async () => {
    await opened.advance(1500);
    expect((await check(ticket, false)).active).toBe(true);
    await opened.advance(301);
    expect(await check(ticket, false)).toEqual({ active: false, reason: "idle", idleSeconds: 1800 });
  });

  test("extends the idle timeout, and never the absolute one", async () => {
    const before = await check(ticket);
    await opened.advance(600);
    const after = await check(ticket, true);
    expect((Date.parse(after.idleExpiresAt) - Date.parse(before.idleExpiresAt)) / 1000).toBeCloseTo(600, -2);
    expect(after.expiresAt).toBe(before.expiresAt);
  });
});

describe("RFC 7617 a site authenticates with its secret", () => {
  const basic = (text: string) => `Basic ${Buffer.from(text).toString("base64")}`;

  test.each<[string, () => string]>([
    ["no header", () => ""],
    ["the wrong secret", () => basic("shop:wrong")],
    ["no secret", () => basic("shop:")],
    ["an unknown site", () => basic(`nobody:${opened.shop.secret}`)],
    ["another site's secret", () => basic(`shop:${opened.bank.secret}`)],
    ["no id", () => basic(`:${opened.shop.secret}`)],
    ["no colon", () => basic("shop")],
    ["another scheme", () => `Bearer ${opened.shop.secret}`],
    ["no base64", () => "Basic %%%"],
    ["the id in other letters", () => basic(`SHOP:${opened.shop.secret}`)],
  ])("%s: 401 and the challenge, whatever the body", async (_, authorization) => {
    const answer = await send({ sessionIndex: ticket, active: true }, { authorization: authorization() });
    expect(answer.status).toBe(401);
    expect(answer.headers["www-authenticate"]).toBe('Basic realm="gatehouse-sites", charset="UTF-8"');
    expect(answer.json).toMatchObject({
      error: "invalid_site",
      message: expect.stringContaining("SITE_SECRET"),
    });
    expect(answer.body).not.toContain(opened.shop.secret);
  });

  test.each<[string, string, string, () => string]>([
    [
      "a registered site by its id",
      "shop",
      "SITE_SECRET at shop",
      () => basic("shop:not-the-secret-of-the-shop"),
    ],
    ["a site without a secret", "mute", "has no secret", () => basic("mute:not-the-secret-of-the-shop")],
    ["anybody else as unknown", "unknown", "site check", () => basic("not-the-secret-of-the-shop:x")],
    ["nobody as unknown", "unknown", "site check", () => "Bearer not-the-secret-of-the-shop"],
  ])("the log names %s, and never what was sent", async (_, site, fix, authorization) => {
    const before = opened.lines.length;
    await send({ sessionIndex: ticket, active: true }, { authorization: authorization() });
    const lines = opened.lines.slice(before);
    const warned = lines.map((line) => JSON.parse(line)).filter(({ level }) => level === "warn");
    expect(warned).toEqual([expect.objectContaining({ event: "site-secret.refused", site })]);
    expect(warned[0].fix).toContain(fix);
    expect(lines.join()).not.toContain("not-the-secret");
  });

  test("the scheme is case-insensitive", async () => {
    const authorization = opened.shop.authorization.replace("Basic", "basic");
    expect((await send({ sessionIndex: ticket, active: false }, { authorization })).status).toBe(200);
  });

  test("a browser's session does not authenticate a site", async () => {
    const fields = { "content-type": "application/json", origin: opened.origin };
    const body = JSON.stringify({ sessionIndex: ticket, active: true });
    expect((await browser.send("POST", "/sites/v1/sessions/check", fields, body)).status).toBe(401);
  });
});

describe("an invalid request", () => {
  test.each([
    ["no JSON", "{"],
    ["no object", "[]"],
    ["nothing", ""],
    ["no session index", { active: true }],
    ["no activity", { sessionIndex: `ST-${"a".repeat(29)}` }],
    ["activity in words", { sessionIndex: `ST-${"a".repeat(29)}`, active: "true" }],
    ["no ticket", { sessionIndex: "TGT-1", active: true }],
    ["a list of tickets", { sessionIndex: [`ST-${"a".repeat(29)}`], active: true }],
    ["groups in words", { sessionIndex: `ST-${"a".repeat(29)}`, active: true, groups: "all" }],
    ["more than asked for", { sessionIndex: `ST-${"a".repeat(29)}`, active: true, admin: true }],
  ])("%s: 400", async (_, body) => {
    const answer = await send(body);
    expect([answer.status, answer.json.error]).toEqual([400, "invalid_request"]);
    expect(answer.json.message).not.toBe("");
  });

  test("bytes that are not UTF-8: 400", async () => {
    const own = { authorization: opened.shop.authorization, "content-type": "application/json" };
    const path = "/sites/v1/sessions/check";
    const answer = await new TestBrowser(opened).send(
      "POST",
      path,
      own,
      Buffer.from('{"a":"\xff"}', "latin1"),
    );
    expect(answer.status).toBe(400);
  });

  test("a form: 415, in JSON", async () => {
    const answer = await send("sessionIndex=x", { "content-type": "application/x-www-form-urlencoded" });
    expect([answer.status, answer.json.error]).toEqual([415, "content_type_unsupported"]);
  });

  test("a body without end: 413, in JSON", async () => {
    const answer = await send({ sessionIndex: "a".repeat(70_000), active: true });
    expect([answer.status, answer.json.error]).toEqual([413, "body_too_large"]);
  });

  test("GET: 405, with the method to use", async () => {
    const { authorization } = opened.shop;
    const answer = await new TestBrowser(opened).get("/sites/v1/sessions/check", { authorization });
    expect([answer.status, answer.headers.allow]).toEqual([405, "POST"]);
  });
});

test("the hub uses the site's request id in response and log, unless its format is wrong", async () => {
  const passed = await send({ sessionIndex: "x" }, { "x-request-id": "visit-12345678" });
  expect(passed.headers["x-request-id"]).toBe("visit-12345678");
  const forged = await send({ sessionIndex: "x" }, { "x-request-id": "short" });
  expect(forged.headers["x-request-id"]).toMatch(/^[0-9a-f-]{12,36}$/);
});
