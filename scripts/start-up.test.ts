/** `npm start` from a fresh clone, and its failures. Titles state what its users can rely on. */
import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import getPort from "get-port";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { FreshClone, interrupt, kill, type Run } from "./fresh-clone.ts";
import "./localhost-resolver.mjs";

/** A fresh clone installs and builds, on a machine that may do other things as well. */
const longStart = 420;
/** Longest second start that the contract allows, in seconds. */
const secondStart = 10;

const alice = { username: "alice", password: "correct horse battery staple" };

describe.skipIf(process.platform !== "linux")("npm start", () => {
  let clone: FreshClone;
  let ports: Record<"HUB_PORT" | "SHOP_PORT" | "BANK_PORT", string>;
  let hub: string;
  let run: Run;
  const sessions: string[] = [];

  beforeAll(async () => {
    clone = new FreshClone();
    const [first, second, third] = [await getPort(), await getPort(), await getPort()];
    ports = { HUB_PORT: `${first}`, SHOP_PORT: `${second}`, BANK_PORT: `${third}` };
    hub = `http://hub.localhost:${first}`;
  });

  afterAll(() => clone?.remove());

  const start = (environment: Record<string, string> = {}) =>
    clone.start({ ...ports, LOGIN_THROTTLE: "off", ...environment });

  test("Ctrl-C during the first install leaves no process behind", async () => {
    const early = start();
    await early.says(/installing packages …/, 60);
    interrupt(early);
    expect(await clone.processesAfter(20)).toEqual([]);
  });

  test("a fresh clone installs, builds, and is ready; another start meanwhile waits", async () => {
    run = start();
    await run.says(/installing packages …/, 60);
    const another = start({ DATA_DIR: ".data/another" });
    await another.says(
      /^\[1\/4\] waiting for process \d+, which installs or builds in this checkout …$/m,
      20,
    );
    interrupt(another);
    await another.exitCode;
    await run.says(/^ready$/m, longStart);
    expect(run.said()).toContain(hub);
    expect(run.said()).toContain(alice.password);
  });

  test("hub, shop and bank lead to the sign-in form", async () => {
    expect(await (await fetch(`${hub}/cas/login`)).text()).toContain('type="password"');
    const leadsTo = { shop: "/cas/login?service=", bank: "/oidc/auth?" };
    for (const [name, path] of Object.entries(leadsTo)) {
      const site = `http://${name}.localhost:${name === "shop" ? ports.SHOP_PORT : ports.BANK_PORT}`;
      const { status, headers } = await fetch(site);
      expect(status).toBe(200);
      // Longer than the 60 s for which load balancers keep a connection.
      expect(headers.get("keep-alive")).toBe("timeout=75");
      const answer = await fetch(`${site}/api/auth/sign-in`, { redirect: "manual" });
      expect(answer.headers.get("location")).toContain(hub + path);
    }
  });

  test("a second start on the same data directory says that one runs", async () => {
    expect(await sentences(start())).toEqual([expect.stringMatching(/^error: Gatehouse runs on .* already/)]);
  });

  test("kill -9 of everything during sign-ins loses no acknowledged one", async () => {
    const signingIn = Array.from({ length: 4 }, async () => {
      for (;;) sessions.push(await signIn(hub));
    }).map((worker) => worker.catch(() => undefined));
    while (sessions.length < 10) await new Promise((resolve) => setTimeout(resolve, 20));
    for (const { pid } of clone.processes()) kill(pid);
    await Promise.all(signingIn);
    expect(await clone.processesAfter(10)).toEqual([]);

    run = start();
    await run.says(/^ready$/m, 60);
    const known = await Promise.all(sessions.map((cookie) => isSignedIn(hub, cookie)));
    expect(known).toEqual(sessions.map(() => true));
  });

  test("kill -9 of the start alone takes the apps and the database along", async () => {
    const { owner } = JSON.parse(readFileSync(join(clone.directory, ".data/run.json"), "utf8"));
    kill(owner.pid);
    expect(await clone.processesAfter(20)).toEqual([]);
  });

  test("the next start is ready within seconds", async () => {
    const begun = performance.now();
    run = start();
    await run.says(/^ready$/m, 60);
    expect((performance.now() - begun) / 1000).toBeLessThan(secondStart);
    expect(run.said()).not.toMatch(/installing|building|waiting/);
  });

  test("an app that dies is named, and the others end", async () => {
    const bank = clone.processes().find(({ directory }) => directory.endsWith("/apps/bank"));
    kill(bank?.pid ?? 0);
    expect(await run.exitCode).not.toBe(0);
    expect(run.said()).toMatch(/^error: the bank ended by itself, .* Its log is \S+bank\.log\.$/m);
    expect(await clone.processesAfter(20)).toEqual([]);
  });

  test("kill -9 of npm stops everything", async () => {
    run = start();
    await run.says(/^ready$/m, 60);
    kill(run.process.pid ?? 0);
    expect(await clone.processesAfter(20)).toEqual([]);
  });

  test("Ctrl-C stops everything", async () => {
    run = start();
    await run.says(/^ready$/m, 60);
    interrupt(run);
    await run.exitCode;
    expect(await clone.processesAfter(20)).toEqual([]);
    expect(existsSync(join(clone.directory, ".data/run.json"))).toBe(false);
  });

  test("a taken port is one sentence with the port, the setting and the process", async () => {
    const taken = createServer().listen(Number(ports.SHOP_PORT), "127.0.0.1");
    const said = await sentences(start());
    taken.close();
    expect(said).toEqual([
      `error: port ${ports.SHOP_PORT} is taken by process ${process.pid} ${said[0]?.match(/\(.*\)/)?.[0]}. ` +
        "Stop that, or set SHOP_PORT to another port.",
    ]);
  });

  test("a broken DATABASE_URL is one sentence that names it", async () => {
    const said = await sentences(start({ DATABASE_URL: "postgresql://nobody@127.0.0.1:1/none" }));
    expect(said).toEqual([expect.stringMatching(/^error: .*DATABASE_URL/)]);
    expect(await clone.processesAfter(20)).toEqual([]);
  });

  test("a wrong setting of the hub is one sentence that names it", async () => {
    const said = await sentences(start({ SESSION_IDLE: "soon" }));
    expect(said).toEqual([expect.stringMatching(/^error: SESSION_IDLE should be a time/)]);
  });

  test("production is the hub alone: on loopback, with its log on standard output, nobody and no site of the demo", async () => {
    const production = {
      ...{ HUB_URL: "https://login.example.com", HUB_SECRETS: "production".repeat(4) },
      ...{ DATA_DIR: ".data/production", LOGIN_THROTTLE: "on" },
    };
    run = start(production);
    await run.says(/^ready$/m, 60);
    const said = run.said();
    const [line = ""] = /^\{.*"event":"hub\.started".*\}$/m.exec(said) ?? [];
    const address = `127.0.0.1:${ports.HUB_PORT}`;
    expect(JSON.parse(line)).toMatchObject({
      url: production.HUB_URL,
      address,
      mode: "production",
      sites: 0,
    });
    expect(readFileSync(join(clone.directory, ".data/production/logs/hub.log"), "utf8")).toContain(line);
    expect(said).toContain(production.HUB_URL);
    expect(said.replaceAll(/^\{.*\}$/gm, "")).not.toMatch(/shop|bank|alice/i);
    for (const port of [ports.SHOP_PORT, ports.BANK_PORT])
      await expect(fetch(`http://127.0.0.1:${port}`)).rejects.toThrow();
    expect(
      clone.run(["npm", "run", "--silent", "hub", "--", "user", "list", "--json"], {
        ...ports,
        ...production,
      }),
    ).toBe("[]\n");
    interrupt(run);
    await run.exitCode;
    expect(await clone.processesAfter(20)).toEqual([]);
  });

  test("a wrong setting in production is one sentence as well, and its log is no noise", async () => {
    const said = await sentences(
      start({ HUB_MODE: "production", LOGIN_THROTTLE: "on", HUB_SECRETS: "short" }),
    );
    expect(said.at(-1)).toMatch(/^error: HUB_SECRETS has a secret shorter than 32 characters/);
  });

  test("production without HUB_SECRETS is refused by name", async () => {
    const said = await sentences(start({ NODE_ENV: "production" }));
    expect(said).toEqual([expect.stringMatching(/^error: HUB_SECRETS is missing/)]);
  });
});

/** @returns the lines of a start that cannot succeed, without its progress and npm's own */
async function sentences(run: Run): Promise<string[]> {
  expect(await run.exitCode).toBe(1);
  return run
    .said()
    .split("\n")
    .filter((line) => line.trim() !== "" && !/^(npm |> |\[\d\/\d\])/.test(line));
}

/** @returns the session cookie that the hub acknowledged */
async function signIn(hub: string): Promise<string> {
  const page = await fetch(`${hub}/cas/login`);
  const lt = /LT-[A-Za-z0-9-]+/.exec(await page.text())?.[0] ?? "";
  const answer = await fetch(`${hub}/cas/login`, {
    method: "POST",
    headers: { cookie: cookies(page).join("; ") },
    body: new URLSearchParams({ ...alice, lt }),
    redirect: "manual",
  });
  const session = cookies(answer).find((cookie) => cookie.startsWith("TGC-gatehouse=TGT-"));
  if (session === undefined) throw new Error(`sign-in answered ${answer.status} without a session`);
  return session;
}

function cookies(answer: Response): string[] {
  return answer.headers.getSetCookie().map((cookie) => cookie.split(";", 1)[0] ?? "");
}

/** The account page sends strangers to the form. */
async function isSignedIn(hub: string, cookie: string): Promise<boolean> {
  return (await fetch(`${hub}/account`, { headers: { cookie }, redirect: "manual" })).status === 200;
}
