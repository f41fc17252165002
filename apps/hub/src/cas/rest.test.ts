/** Tickets by REST over HTTP (Apereo's extension of the protocol). */
import { ageAttempts } from "@gatehouse/database/test-clock";
import { testRecord } from "@gatehouse/database/test-record";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openTestHub, TestBrowser, type TestHub, type TestPerson } from "../test-hub.ts";
import { createPersonWithCodes } from "../test-support/factor-fixture.ts";
import { mailsTo } from "../test-support/read-mails.ts";

let opened: TestHub;
let closed: TestHub;
let limited: TestHub;
let alice: TestPerson;
beforeAll(async () => {
  [opened, closed, limited] = await Promise.all([
    openTestHub({
      sites: ({ shop }) => ({
        shop: shop.registration({ cas: { services: [shop.service], rest: true } }),
      }),
    }),
    openTestHub(),
    openTestHub({
      environment: { LOGIN_THROTTLE: "on", TRUST_PROXY: "127.0.0.1" },
      sites: ({ shop }) => ({ shop: shop.registration({ cas: { services: [shop.service], rest: true } }) }),
    }),
  ]);
  alice = await opened.createPerson({ username: "alice" });
});
afterAll(() => Promise.all([opened.close(), closed.close(), limited.close()]));

const form = { "content-type": "application/x-www-form-urlencoded" };
const program = () => new TestBrowser(opened);
const post = (path: string, fields: Record<string, string>) =>
  program().send("POST", path, form, new URLSearchParams(fields).toString());
const start = () => post("/cas/v1/tickets", { username: alice.username, password: alice.password });
const errorOf = (body: string) => JSON.parse(body).error;

async function validate(ticket: string, service: string, more: Record<string, string> = {}) {
  const query = new URLSearchParams({ service, ticket, format: "JSON", ...more });
  return JSON.parse((await program().get(`/cas/p3/serviceValidate?${query}`)).body).serviceResponse;
}

test("9 REST: without a registration that allows it the address does not exist", async () => {
  const browser = new TestBrowser(closed);
  const body = new URLSearchParams({ username: "alice", password: "x" }).toString();
  const answer = await browser.send("POST", "/cas/v1/tickets", form, body);
  expect([answer.status, errorOf(answer.body)]).toEqual([404, "not_found"]);
});

describe("9 REST: POST /v1/tickets", () => {
  test("201, the address of the session, and no cookie", async () => {
    const { status, location, body, cookies } = await start();
    expect(status).toBe(201);
    expect(location).toMatch(/^http:\/\/hub\.localhost:\d+\/cas\/v1\/tickets\/TGT-[A-Za-z0-9]{43}$/);
    expect([body, cookies]).toEqual([location.split("/").at(-1), []]);
  });

  test.each([
    ["no password", { username: "alice" }, 400],
    ["no username", { password: "x" }, 400],
    ["nothing", {}, 400],
    ["a wrong password", { username: "alice", password: "wrong" }, 401],
    ["nobody's name", { username: "nobody", password: "wrong" }, 401],
  ])("%s is refused", async (_, fields, status) => {
    const answer = await post("/cas/v1/tickets", fields as Record<string, string>);
    expect(answer.status).toBe(status);
    expect(answer.body).not.toMatch(/(?<![\w-])TGT-/);
  });

  test("415 for another content type", async () => {
    const answer = await program().send(
      "POST",
      "/cas/v1/tickets",
      { "content-type": "application/json" },
      "{}",
    );
    expect(answer.status).toBe(415);
  });

  test("wrong passwords are throttled as in the form", async () => {
    const strict = await openTestHub({
      environment: { LOGIN_THROTTLE: "on" },
      sites: ({ shop }) => ({ shop: shop.registration({ cas: { services: [shop.service], rest: true } }) }),
    });
    const body = new URLSearchParams({ username: "alice", password: "wrong" }).toString();
    const statuses: number[] = [];
    for (let attempt = 0; attempt < 6; attempt += 1) {
      if (attempt === 5) await ageAttempts(strict.hub.database, -600);
      statuses.push((await new TestBrowser(strict).send("POST", "/cas/v1/tickets", form, body)).status);
    }
    expect(statuses).toEqual([401, 401, 401, 401, 401, 429]);
    await strict.close();
  });

  test("right passwords are not counted, however many at once; of wrong ones at once five are verified", async () => {
    const strict = await openTestHub({
      environment: { LOGIN_THROTTLE: "on" },
      sites: ({ shop }) => ({ shop: shop.registration({ cas: { services: [shop.service], rest: true } }) }),
    });
    const bob = await strict.createPerson();
    const tryAtOnce = async (count: number, password: (index: number) => string) => {
      const answers = Array.from({ length: count }, (_, index) => {
        const fields = new URLSearchParams({ username: bob.username, password: password(index) });
        return new TestBrowser(strict).send("POST", "/cas/v1/tickets", form, fields.toString());
      });
      return (await Promise.all(answers)).map(({ status }) => status);
    };
    expect(new Set(await tryAtOnce(40, () => bob.password))).toEqual(new Set([201]));
    const began = Date.now();
    const guesses = await tryAtOnce(40, (index) => `guess ${index}`);
    const verified = guesses.filter((status) => status === 401).length;
    expect(guesses.filter((status) => status === 429)).toHaveLength(40 - verified);
    expect(verified).toBeGreaterThanOrEqual(5);
    // The waits of 1, 2, 4 … seconds allow a sixth attempt after one second, a seventh after three.
    expect(verified).toBeLessThanOrEqual(5 + Math.log2(1 + (Date.now() - began) / 1000));
    await strict.close();
  });
});

describe("9 REST: POST /v1/tickets/{TGT}", () => {
  test("200 and a service ticket from single sign-on", async () => {
    const { body: tgt } = await start();
    const { service } = opened.shop;
    const { status, body: ticket } = await post(`/cas/v1/tickets/${tgt}`, { service });
    expect(status).toBe(200);
    const { authenticationSuccess } = await validate(ticket, service);
    expect(authenticationSuccess).toMatchObject({ user: "alice", attributes: { isFromNewLogin: false } });
  });

  test("renew with the user's credentials issues a ticket from primary credentials", async () => {
    const { body: tgt } = await start();
    const { service } = opened.shop;
    const { username, password } = alice;
    const { body: ticket } = await post(`/cas/v1/tickets/${tgt}`, {
      service,
      renew: "true",
      username,
      password,
    });
    const { authenticationSuccess } = await validate(ticket, service, { renew: "true" });
    expect(authenticationSuccess.user).toBe("alice");
  });

  test("renew with another user's credentials, or wrong ones, is refused", async () => {
    const bob = await opened.createPerson();
    const { body: tgt } = await start();
    const { service } = opened.shop;
    for (const { username, password } of [bob, { ...alice, password: "wrong" }]) {
      const answer = await post(`/cas/v1/tickets/${tgt}`, { service, renew: "true", username, password });
      expect(answer.status).toBe(401);
    }
  });

  test("a site whose registration does not allow it gets no ticket", async () => {
    const { body: tgt } = await start();
    for (const service of [opened.bank.service, "https://evil.example/"]) {
      const { status, body } = await post(`/cas/v1/tickets/${tgt}`, { service });
      expect([status, errorOf(body)]).toEqual([403, "service_unknown"]);
    }
  });

  test("404 for a session that is unknown or has ended, 400 without a service", async () => {
    const { body: tgt } = await start();
    const { service } = opened.shop;
    expect((await post(`/cas/v1/tickets/${tgt}`, {})).status).toBe(400);
    expect((await program().send("DELETE", `/cas/v1/tickets/${tgt}`)).status).toBe(200);
    for (const unknown of [tgt, `TGT-${"a".repeat(43)}`, "TGT-short", "%00"])
      expect((await post(`/cas/v1/tickets/${unknown}`, { service })).status, unknown).toBe(404);
  });
});

test("9 REST: GET says whether the session is valid, DELETE ends it and notifies its sites", async () => {
  const { body: tgt } = await start();
  const { service } = opened.shop;
  const { body: ticket } = await post(`/cas/v1/tickets/${tgt}`, { service });
  await validate(ticket, service);
  expect((await program().get(`/cas/v1/tickets/${tgt}`)).status).toBe(200);
  const ended = await program().send("DELETE", `/cas/v1/tickets/${tgt}`);
  expect([ended.status, ended.body]).toEqual([200, tgt]);
  expect((await program().get(`/cas/v1/tickets/${tgt}`)).status).toBe(404);
  await opened.hub.logout.drain();
  expect(opened.shop.told()).toContain(ticket);
});

test("the log contains neither session nor ticket, however the address was encoded", async () => {
  const { body: tgt } = await start();
  for (const written of [
    tgt.replace("TGT", "%54GT"),
    tgt.replace("-", "%2D"),
    tgt.replace(/.$/, (last) => `%${last.charCodeAt(0).toString(16)}`),
  ]) {
    await program().get(`/cas/v1/tickets/${written}`);
    expect(opened.lines.join("\n")).not.toContain(written);
  }
  expect(opened.lines.join("\n")).not.toMatch(/(ST|TGT)-[A-Za-z0-9]{20}/);
});

test("a user whose account is to be deleted gets no session, until they keep it with a browser", async () => {
  const { id, username, password } = await opened.createPerson();
  const { auditEvents, profiles, sessions } = opened.hub.database;
  await profiles.requestDeletion(id, 3600, testRecord);
  const refused = await post("/cas/v1/tickets", { username, password });
  expect([refused.status, errorOf(refused.body)]).toEqual([403, "deletion_due"]);
  expect(refused.body).toContain("keep the account first");
  expect(await sessions.listOf(id)).toEqual([]);
  const [entry] = await auditEvents.listNewest({ personId: id, kinds: ["sign-in"] }, { limit: 1 });
  expect(entry?.outcome).toBe("deletion_due");
  await profiles.cancelDeletion(id, testRecord);
  expect((await post("/cas/v1/tickets", { username, password })).status).toBe(201);
});

test("a right password that needs a second step leaves an entry and a mail, as in the form", async () => {
  const person = await createPersonWithCodes(opened);
  expect(
    (await post("/cas/v1/tickets", { username: person.username, password: person.password })).status,
  ).toBe(403);
  const { auditEvents, mails } = opened.hub.database;
  const [entry] = await auditEvents.listNewest({ personId: person.id, kinds: ["sign-in"] }, { limit: 1 });
  expect(entry?.outcome).toBe("factor_required");
  expect(await mails.list(1, `${person.username}@example.com`)).toMatchObject([
    { kind: "sign-in-unfinished", state: "pending" },
  ]);
});

describe("a session that a program began", () => {
  test.each(["", "rest:"])(
    "is none of a browser: no page takes its ticket in a cookie (%s)",
    async (prefix) => {
      const { body: tgt } = await start();
      const browser = program();
      browser.cookies.set("TGC-gatehouse", prefix + tgt);
      for (const page of ["/account", "/account/security/codes/new"])
        expect((await browser.get(page)).location).toContain("/cas/login?");
      const { service } = opened.shop;
      expect((await browser.get(`/cas/login?${new URLSearchParams({ service })}`)).status).toBe(200);
      expect((await program().get(`/cas/v1/tickets/${tgt}`)).status).toBe(200);
    },
  );

  test("is announced as a new browser, once a day for each network", async () => {
    const { username, password } = await limited.createPerson();
    const signIn = (address: string) =>
      new TestBrowser(limited, { "x-forwarded-for": address }).post("/cas/v1/tickets", {
        username,
        password,
      });
    const kinds = async () => (await mailsTo(limited.hub, `${username}@example.com`)).map(({ kind }) => kind);
    await new TestBrowser(limited).signIn({ username, password });
    expect(await kinds()).toEqual([]);
    expect((await signIn("2001:db8:1:2::1")).status).toBe(201);
    expect((await signIn("2001:db8:1:2::2")).status).toBe(201);
    expect(await kinds()).toEqual(["new-browser"]);
    expect((await signIn("2001:db8:1:3::1")).status).toBe(201);
    expect(await kinds()).toEqual(["new-browser", "new-browser"]);
  });
});
