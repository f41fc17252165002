import { afterEach, beforeEach, expect, test } from "vitest";
import { Clock } from "./clock.ts";
import { openStandInHub, type StandInHub } from "./test-support/stand-in-hub.ts";

let hub: StandInHub;
let clock: Clock;
beforeEach(async () => {
  hub = await openStandInHub();
  clock = new Clock();
});
afterEach(() => hub.close());

test.each([
  ["90s", 90],
  ["31m", 1_860],
  ["24h", 86_400],
  ["7d", 604_800],
])("%s moves the clock by %i seconds, then runs the work that is due", async (duration, advanceSeconds) => {
  await clock.advance(duration);
  expect(hub.received).toEqual([
    { call: "POST /test/v1/clock", authorization: "Bearer the key", body: { advanceSeconds } },
    { call: "POST /test/v1/sweep", authorization: "Bearer the key", body: undefined },
  ]);
});

test.each(["", "31", "m", "0m", "-1m", "1.5h", "31 m", "1w", "x31m"])(
  "%j is refused, and the clock does not move",
  async (duration) => {
    await expect(clock.advance(duration)).rejects.toThrow("is not a duration like 90s, 31m, 24h or 7d");
    expect(hub.received).toEqual([]);
  },
);

test("a reset returns a moved clock to real time, once", async () => {
  await clock.reset();
  expect(hub.received).toEqual([]);
  await clock.advance("1s");
  await clock.reset();
  await clock.reset();
  expect(hub.received.map(({ call }) => call).slice(2)).toEqual(["DELETE /test/v1/clock"]);
});

test("a clock whose move failed is reset as well", async () => {
  hub.answer = () => ({ status: 500, body: "no database" });
  await expect(clock.advance("1s")).rejects.toThrow("The test door answered 500 to POST /clock: no database");
  hub.answer = undefined;
  await clock.reset();
  expect(hub.received.at(-1)?.call).toBe("DELETE /test/v1/clock");
});
