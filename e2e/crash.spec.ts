/** kill -9 of the hub, and of its database, loses nothing that the hub acknowledged. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, gatehouseTest as test } from "@gatehouse/testing";
import { FormBrowser } from "./form-browser.ts";
import { OwnHub } from "./own-hub.ts";

/** One of the demo users. */
const alice = { username: "alice", password: "correct horse battery staple" };

test("kill -9 during sign-ins loses no acknowledged sign-in and no acknowledged sign-out", async () => {
  test.setTimeout(180_000);
  const data = await mkdtemp(join(tmpdir(), "gatehouse-crash-"));
  const hub = await OwnHub.inFolder(data);
  try {
    for (const [enough, kill] of [
      [12, () => hub.kill()],
      [20, () => hub.killWithDatabase()],
    ] as const) {
      await hub.start();
      const acknowledged = await signInAndOutUntilKilled(hub, enough, kill);
      await hub.start();
      for (const { browser, state } of acknowledged)
        expect(await browser.isSignedIn(), `acknowledged: ${state}`).toBe(state === "signed in");
      expect(await new FormBrowser(hub).signIn(alice.username, alice.password)).toBe(true);
      await hub.stop();
    }
  } finally {
    await hub.stop();
    await rm(data, { recursive: true, force: true });
  }
});

interface Acknowledged {
  readonly browser: FormBrowser;
  readonly state: "signed in" | "signed out";
}

/** Eight at a time sign in, and every other one signs out; the kill interrupts them. */
async function signInAndOutUntilKilled(
  hub: OwnHub,
  enough: number,
  kill: () => Promise<void>,
): Promise<Acknowledged[]> {
  const acknowledged: Acknowledged[] = [];
  let killed: Promise<void> | undefined;
  const one = async (signsOut: boolean) => {
    const browser = new FormBrowser(hub);
    if (!(await browser.signIn(alice.username, alice.password))) return;
    // Requests without an answer may have succeeded or not: they are in neither list.
    if (!signsOut) acknowledged.push({ browser, state: "signed in" });
    else if (await browser.signOut()) acknowledged.push({ browser, state: "signed out" });
    if (acknowledged.length >= enough) killed ??= kill();
  };
  const worker = async (_: unknown, number: number) => {
    for (let round = number; killed === undefined; round += 1) await one(round % 2 === 0);
  };
  // Pending requests fail when the hub is killed.
  await Promise.allSettled(Array.from({ length: 8 }, worker));
  await killed;
  expect(acknowledged.length, "enough was acknowledged before the kill").toBeGreaterThanOrEqual(enough);
  return acknowledged;
}
