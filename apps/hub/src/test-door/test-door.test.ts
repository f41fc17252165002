/** `/test/v1` over HTTP: there in test mode, with its key, and nowhere else. */
import { poolOf } from "@gatehouse/database/test-pool";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openTestHub, TestBrowser, type TestHub, testDoorKey } from "../test-hub.ts";
import { declaredRoutes } from "../test-support/declared-routes.ts";

let opened: TestHub;
beforeAll(async () => {
  opened = await openTestHub();
});
afterAll(() => opened.close());

const withKey = { authorization: `Bearer ${testDoorKey}` };
const doorRoutes = declaredRoutes({ door: true }).filter(({ path }) => path.startsWith("/test/"));

async function send(method: string, path: string, body?: unknown, headers: Record<string, string> = withKey) {
  const type = body === undefined ? {} : { "content-type": "application/json" };
  const text = body === undefined ? undefined : JSON.stringify(body);
  const answer = await new TestBrowser(opened).send(method, path, { ...type, ...headers }, text);
  return { status: answer.status, json: answer.body.startsWith("{") ? JSON.parse(answer.body) : answer.body };
}

const pat = { username: "pat", name: "Pat", email: "pat@example.com", password: "pat's password" };

test("a user is created, signs in, is disabled, and is removed without a trace", async () => {
  const made = await send("POST", "/test/v1/people", pat);
  expect(made).toEqual({ status: 201, json: { id: expect.any(String) } });
  const browser = new TestBrowser(opened);
  expect((await browser.signIn(pat)).location).toBe("/account");
  expect((await send("POST", `/test/v1/people/${made.json.id}/disable`)).status).toBe(200);
  expect((await browser.get("/cas/login")).screen("login").reason).toBe("disabled");
  expect((await send("DELETE", `/test/v1/people/${made.json.id}`)).status).toBe(200);
  expect(await opened.hub.database.people.findForSignIn("pat")).toBeNull();
});

test("removing a signed-in user first signs the user out of all sites", async () => {
  const { json } = await send("POST", "/test/v1/people", {
    ...pat,
    username: "quinn",
    email: "q@example.com",
  });
  const query = `?${new URLSearchParams({ service: opened.shop.service })}`;
  const { location } = await new TestBrowser(opened).signIn({ ...pat, username: "quinn" }, query);
  const ticket = new URL(location).searchParams.get("ticket") ?? "";
  await new TestBrowser(opened).get(`/cas/serviceValidate${query}&ticket=${ticket}`);
  await send("DELETE", `/test/v1/people/${json.id}`);
  expect(opened.shop.told()).toEqual([ticket]);
});

test("a taken name and an unknown name are reported", async () => {
  await opened.createPerson({ username: "rosa" });
  const rosa = { ...pat, username: "rosa", email: "r@example.com" };
  expect(await send("POST", "/test/v1/people", rosa)).toMatchObject({
    status: 409,
    json: { error: "person_taken" },
  });
  for (const wrong of [
    { username: "Not A Name" },
    { email: "none" },
    { password: "short" },
    { admin: true },
  ]) {
    const answer = await send("POST", "/test/v1/people", { ...pat, ...wrong });
    expect([answer.status, answer.json.error], JSON.stringify(wrong)).toEqual([400, "invalid_request"]);
  }
});

test("the mails of an address are read, those that were just queued included", async () => {
  const facts = { change: "codes-on" } as const;
  await opened.hub.queueMail({ kind: "factor-changed", recipient: "Pat@example.com", facts });
  await opened.hub.queueMail({ kind: "new-browser", recipient: "rosa@example.com", facts: {} });
  const { status, json } = await send("POST", "/test/v1/mails", { recipient: "pat@example.com" });
  expect([status, JSON.parse(json)]).toEqual([
    200,
    [
      {
        kind: "factor-changed",
        subject: "One-time codes were switched on for your account",
        text: expect.stringContaining("asks for a code"),
        html: expect.stringContaining("<!DOCTYPE html>"),
        link: `${opened.origin}/account`,
      },
    ],
  ]);
});

test("the clock moves the hub's time and the database's, and can be reset", async () => {
  const moved = await send("POST", "/test/v1/clock", { advanceSeconds: 3600 });
  const ahead = (now: string) => (Date.parse(now) - Date.now()) / 1000;
  expect(ahead(moved.json.now)).toBeCloseTo(3600, -2);
  const databaseAhead = async () => {
    const { rows } = await poolOf(opened.hub.database).query(
      "SELECT round(extract(epoch FROM hub_now() - now()))::int AS ahead",
    );
    return rows[0].ahead;
  };
  expect(await databaseAhead()).toBe(3600);
  const back = await send("DELETE", "/test/v1/clock");
  expect(ahead(back.json.now)).toBeCloseTo(0, -2);
  expect(await databaseAhead()).toBe(0);
  for (const advanceSeconds of [0, -1, 1.5, "60", 1e12])
    expect((await send("POST", "/test/v1/clock", { advanceSeconds })).status, String(advanceSeconds)).toBe(
      400,
    );
});

test("a sweep ends expired sessions", async () => {
  const person = await opened.createPerson();
  await new TestBrowser(opened).signIn(person);
  await send("POST", "/test/v1/clock", { advanceSeconds: 1801 });
  expect((await send("POST", "/test/v1/sweep")).status).toBe(200);
  const { rows } = await poolOf(opened.hub.database).query(
    "SELECT end_reason FROM sessions WHERE user_id = $1",
    [person.id],
  );
  expect(rows).toEqual([{ end_reason: "idle" }]);
  await send("DELETE", "/test/v1/clock");
});

describe("the test door is closed", () => {
  test.each([
    ["without a key", ""],
    ["with a wrong key", `Bearer ${testDoorKey}x`],
    ["with the key in another scheme", `Basic ${testDoorKey}`],
    ["with a prefix of the key", `Bearer ${testDoorKey.slice(0, 10)}`],
  ])("%s, on every route", async (_, authorization) => {
    expect(doorRoutes.length).toBeGreaterThan(4);
    for (const { method, path, sends } of doorRoutes) {
      const body = sends === "json" ? { advanceSeconds: 60 } : undefined;
      const answer = await send(method, path.replace(":id", "x"), body, { authorization });
      expect([answer.status, answer.json.error], `${method} ${path}`).toEqual([401, "invalid_token"]);
    }
    expect(Math.abs(opened.hub.clock().getTime() - Date.now())).toBeLessThan(5_000);
  });

  test.each(["production", "demo"])("and absent in mode %s", async (HUB_MODE) => {
    const closed = await openTestHub({ environment: { HUB_MODE, LOGIN_THROTTLE: "on" } });
    try {
      for (const { method, path, sends } of doorRoutes) {
        const type = sends === "json" ? { "content-type": "application/json" } : {};
        const body = sends === "json" ? "{}" : undefined;
        const where = path.replace(":id", "x");
        const answer = await new TestBrowser(closed).send(method, where, { ...withKey, ...type }, body);
        expect([answer.status, answer.screen("refused").code], `${method} ${path}`).toEqual([
          404,
          "not_found",
        ]);
      }
    } finally {
      await closed.close();
    }
  });
});
