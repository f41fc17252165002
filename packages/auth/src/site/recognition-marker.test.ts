import { describe, expect, test } from "vitest";
import {
  afterLanding,
  departure,
  formatMarker,
  landing,
  mayAsk,
  neverAsk,
  parseMarker,
  signedInNow,
  wasJustSignedIn,
} from "./recognition-marker.ts";

const now = 1_800_000_000_000;
/** A marker of that state, `age` milliseconds ago. */
const marker = (state: string, age: number, asked: number) => `${state}.${now - age}.${asked}`;

describe("the cookie", () => {
  test.each(["departed", "landing", "nobody", "signed-in"] as const)(
    "says %s, when, and how often",
    (state) => {
      expect(parseMarker(`${state}.17.3`)).toEqual({ state, at: 17, asked: 3 });
      expect(formatMarker({ state, at: 17, asked: 3 })).toBe(`${state}.17.3`);
    },
  );

  test("counts to 999", () => {
    expect(formatMarker({ state: "nobody", at: 17, asked: 1_000 })).toBe("nobody.17.999");
    expect(parseMarker("nobody.17.999")).toMatchObject({ asked: 999 });
  });

  test.each([
    undefined,
    "",
    neverAsk,
    "nobody.17",
    "nobody..3",
    "nobody.17.",
    "nobody.17.1000",
    "nobody.1234567890123456.3",
    "other.17.3",
    "xnobody.17.3",
    "nobody.17.3x",
    "nobody.x.3",
    "nobody-17-3",
  ])("%j says nothing", (value) => {
    expect(parseMarker(value)).toBeNull();
  });
});

describe("the way to the hub and back", () => {
  test.each([
    ["the first time", undefined, `departed.${now}.1`],
    ["again", marker("nobody", 60_000, 3), `departed.${now}.4`],
    ["after a sign-in", marker("signed-in", 60_000, 0), `departed.${now}.1`],
    ["in another tab meanwhile", marker("departed", 9_999, 3), marker("departed", 9_999, 3)],
    ["long after a tab that never came back", marker("departed", 10_000, 3), `departed.${now}.4`],
    ["with a marker of the near future", marker("departed", -9_999, 3), marker("departed", -9_999, 3)],
  ])("leaves %s", (_, before, after) => {
    expect(departure(before, now)).toBe(after);
  });

  test("comes back with the count of the way there", () => {
    expect(landing(marker("departed", 500, 3), now)).toBe(`landing.${now}.3`);
    expect(landing(undefined, now)).toBe(`landing.${now}.1`);
  });

  test("ends with the page; other pages change nothing", () => {
    expect(afterLanding(`landing.${now}.3`)).toBe(`nobody.${now}.3`);
    for (const value of [undefined, marker("nobody", 0, 3), marker("departed", 0, 3)])
      expect(afterLanding(value)).toBeNull();
  });

  test("ends with a session, from which counting starts again", () => {
    expect(signedInNow(now)).toBe(`signed-in.${now}.0`);
  });
});

describe("the hub may be asked", () => {
  test.each<[string, string | undefined, boolean, boolean]>([
    ["by a newcomer", undefined, false, true],
    ["never after a sign-out that the hub did not learn of", neverAsk, true, false],
    ["not with a marker that cannot be read", "rubbish", true, false],
    ["once the clock was set back", marker("nobody", -10_001, 9), false, true],
    ["not in the page that the hub redirected to", marker("landing", 29_999, 1), true, false],
    ["when that page never came", marker("landing", 30_000, 1), true, true],
    ["not while the session cookie may be on its way", marker("signed-in", 9_999, 0), true, false],
    ["after a sign-in whose cookie has gone", marker("signed-in", 10_000, 0), false, true],
    ["by the tabs that open together", marker("departed", 9_999, 9), false, true],
    ["not at once after a way that was left", marker("departed", 10_000, 1), true, false],
    ["in time after a way that was left", marker("departed", 20_000, 1), false, true],
  ])("%s", (_, value, fromOutside, may) => {
    expect(mayAsk(value, fromOutside, now)).toBe(may);
  });

  test.each<[string, boolean, number, number]>([
    ["a click", false, 0, 0],
    ["a click", false, 1, 10_000],
    ["a click", false, 2, 20_000],
    ["a click", false, 5, 160_000],
    ["a click", false, 6, 300_000],
    ["a click", false, 999, 300_000],
    ["an arrival", true, 0, 0],
    ["an arrival", true, 3, 0],
    ["an arrival", true, 4, 5_000],
    ["an arrival", true, 7, 40_000],
    ["an arrival", true, 8, 60_000],
    ["an arrival", true, 999, 60_000],
  ])(
    "by %s (from outside: %s) that follows %d answers of nobody, after %d ms",
    (_, fromOutside, asked, pause) => {
      expect(mayAsk(marker("nobody", pause, asked), fromOutside, now)).toBe(true);
      if (pause > 0) expect(mayAsk(marker("nobody", pause - 1, asked), fromOutside, now)).toBe(false);
    },
  );
});

test.each<[string | undefined, boolean]>([
  [marker("signed-in", 9_999, 0), true],
  [marker("signed-in", -9_999, 0), true],
  [marker("signed-in", 10_000, 0), false],
  [marker("nobody", 0, 0), false],
  [undefined, false],
])("a browser with the marker %j was just signed in: %s", (value, was) => {
  expect(wasJustSignedIn(value, now)).toBe(was);
});
