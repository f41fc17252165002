/** The database stands still, as on a frozen machine: it accepts connections and says nothing. */

import { readFileSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { poolOf } from "@gatehouse/database/test-pool";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { openTestHub, TestBrowser, type TestHub, type TestPerson } from "../test-hub.ts";
import { declaredRoutes } from "../test-support/declared-routes.ts";
import { suiteEnvironment, suiteRegistration, suiteSite } from "../test-support/suite-site.ts";

let folder: string;
let opened: TestHub;
let postmaster: number;
let alice: TestPerson;
let browser: TestBrowser;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "gatehouse-silent-"));
  opened = await openTestHub({
    environment: { DATABASE_URL: "", DATA_DIR: folder, LOGIN_THROTTLE: "on", ...suiteEnvironment },
    sites: () => ({ suite: suiteRegistration("suite") }),
  });
  postmaster = Number.parseInt(await readFile(join(folder, "postgres", "postmaster.pid"), "utf8"), 10);
  alice = await opened.createPerson();
  browser = new TestBrowser(opened);
  await browser.signIn(alice);
});
afterEach(() => signalAll("SIGCONT"));
afterAll(async () => {
  await opened.close();
  await rm(folder, { recursive: true });
});

function signalAll(signal: NodeJS.Signals): void {
  const children = readFileSync(`/proc/${postmaster}/task/${postmaster}/children`, "utf8").trim().split(" ");
  for (const pid of [postmaster, ...children.map(Number)]) {
    try {
      process.kill(pid, signal);
    } catch {
      // It has ended since.
    }
  }
}

/** Asks while the database stands still, which without a limit of our own takes 20 s, and lets it go on. */
async function whileSilent<Result>(ask: () => Promise<Result>): Promise<Result> {
  signalAll("SIGSTOP");
  const result = await ask();
  expect(readFileSync(`/proc/${postmaster}/stat`, "utf8")).toMatch(/ T /);
  signalAll("SIGCONT");
  await vi.waitFor(async () => expect((await browser.get("/readyz")).status).toBe(200), { timeout: 20_000 });
  return result;
}

const limit = { timeout: 15_000 };
const form = { "content-type": "application/x-www-form-urlencoded" };

test("pages, protocols and APIs say when to retry", limit, async () => {
  const site = suiteSite(opened, "suite");
  const service = new URLSearchParams({ service: opened.shop.service });
  const stranger = new TestBrowser(opened);
  const signIn = { ...stranger.hiddenFields(await stranger.get("/cas/login")), ...typed() };
  const ofSite = { authorization: opened.shop.authorization, "content-type": "application/json" };
  const check = JSON.stringify({ sessionIndex: `ST-${"a".repeat(29)}`, active: true });
  const asked = await whileSilent(async () => {
    await browser.get("/account");
    const answers = {
      account: browser.get("/account"),
      home: browser.get("/"),
      login: browser.get(`/cas/login?${service}`),
      credentials: stranger.post("/cas/login", signIn),
      validation: browser.get(`/cas/serviceValidate?${service}&ticket=ST-${"a".repeat(29)}`),
      json: browser.get(`/cas/p3/serviceValidate?${service}&format=JSON&ticket=ST-${"a".repeat(29)}`),
      cas1: browser.get(`/cas/validate?${service}&ticket=ST-${"a".repeat(29)}`),
      authorization: browser.get(site.authorization()),
      check: browser.send("POST", "/sites/v1/sessions/check", ofSite, check),
      api: browser.get("/api/v1/me", { authorization: "Bearer a-token" }),
    };
    await Promise.all(Object.values(answers));
    return answers;
  });
  for (const [name, answer] of Object.entries(asked)) {
    const { status, headers, body } = await answer;
    expect([status, headers["retry-after"]], name).toEqual([503, "5"]);
    expect(body, name).not.toMatch(/\bat .*:\d+:\d+|Error:/);
  }
});

test("the issuer's endpoints for programs say it by their protocol's error", limit, async () => {
  const site = suiteSite(opened, "suite");
  const answers = await whileSilent(() =>
    Promise.all([
      site.exchange("a-code"),
      site.userinfo("a-token"),
      site.post("/oidc/token/introspection", { token: "a" }),
      site.post("/oidc/token/revocation", { token: "a" }),
      site.post(
        "/oidc/request",
        Object.fromEntries(new URL(site.authorization(), opened.origin).searchParams),
      ),
    ]),
  );
  const told = answers.map(({ status, json, headers }) => [status, json.error, headers["retry-after"]]);
  expect(told).toEqual(answers.map(() => [503, "temporarily_unavailable", "5"]));
});

test("every route answers, and none with 500", {
  timeout: 40_000,
}, async () => {
  const answers = await whileSilent(async () => {
    expect((await browser.get("/readyz")).status).toBe(503);
    return Promise.all(
      declaredRoutes({ door: true }).map(async ({ method, path, sends }) => {
        const type =
          sends === "json"
            ? { "content-type": "application/json" }
            : sends === "xml"
              ? { "content-type": "text/xml" }
              : form;
        const headers =
          method === "GET" ? {} : { ...type, origin: opened.origin, "sec-fetch-site": "same-origin" };
        const body = method === "GET" ? undefined : sends === "json" ? "{}" : "";
        const { status } = await browser.send(method, path.replaceAll(/:\w+(\{.*?\})?/g, "x"), headers, body);
        return [`${method} ${path}`, status] as const;
      }),
    );
  });
  expect(answers.length).toBeGreaterThan(30);
  expect(answers.filter(([, status]) => status >= 500 && status !== 503)).toEqual([]);
  expect(opened.lines.filter((line) => /past every refusal|unexpected failure/.test(line))).toEqual([]);
});

test("afterwards every session is valid, and unfinished changes are complete or absent", limit, async () => {
  expect((await browser.get("/account")).status).toBe(200);
  const stranger = new TestBrowser(opened);
  expect((await stranger.signIn(alice)).location).toBe("/account");
  const { rows } = await poolOf(opened.hub.database).query(
    "SELECT count(*)::int AS open FROM pg_stat_activity WHERE application_name = 'gatehouse' AND state LIKE 'idle in transaction%'",
  );
  expect(rows[0].open).toBe(0);
});

function typed(): { username: string; password: string } {
  return { username: alice.username, password: alice.password };
}
