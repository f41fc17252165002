import { createSecretKey } from "node:crypto";
import { describe, expect, test } from "vitest";
import { callbackUrl, clampMaxAge, isRecent, parseFlow, parseMaxAge, startFlow } from "./sign-in-flow.ts";
import { parseStateWithFlow, stateWithFlow } from "./state-with-flow.ts";

const siteUrl = "https://shop.example";
const factor = "urn:gatehouse:acr:factor";
const asked = { returnTo: "/cart", purpose: "recognise", attempt: 2, maxAge: 60, acr: factor } as const;
const flow = startFlow(asked);

test("a flow has an id of ten letters and digits, each time another", () => {
  expect(flow).toEqual({ id: expect.stringMatching(/^[A-Za-z0-9]{10}$/), ...asked });
  expect(startFlow(asked).id).not.toBe(flow.id);
  const letters = new Set(Array.from({ length: 200 }, () => startFlow(asked).id).join(""));
  expect(letters.size).toBe(62);
});

test("the hub redirects back to one address of the site", () => {
  expect(callbackUrl(siteUrl)).toBe("https://shop.example/api/auth/callback/gatehouse");
});

describe("a flow that comes back", () => {
  const text = {
    ...{ id: "AAAAAAAAAA", returnTo: "/cart", purpose: "recognise", attempt: "2" },
    ...{ maxAge: "60", acr: factor },
  };

  test("is the one that went out", () => {
    expect(parseFlow(text, siteUrl)).toEqual({ ...asked, id: "AAAAAAAAAA" });
  });

  test.each<[string, Partial<Record<keyof typeof text, string | null>>, object]>([
    ["a path of another site", { returnTo: "//evil.example" }, { returnTo: "/" }],
    ["no path", { returnTo: null }, { returnTo: "/" }],
    ["another purpose", { purpose: "admin" }, { purpose: "sign-in" }],
    ["another attempt", { attempt: "3" }, { attempt: 1 }],
    ["no maximum age", { maxAge: null }, { maxAge: null }],
    ["no strength", { acr: null }, { acr: null }],
    ["an unknown strength", { acr: "urn:gatehouse:acr:bear" }, { acr: null }],
  ])("with %s falls back", (_, changed, expected) => {
    expect(parseFlow({ ...text, ...changed }, siteUrl)).toMatchObject(expected);
  });

  test.each([null, "", "AAAAAAAAA", "AAAAAAAAAAA", "AAAAAAAAA-", "AAAAAAAAAA;"])(
    "under the id %j is none",
    (id) => {
      expect(parseFlow({ ...text, id }, siteUrl)).toBeNull();
    },
  );
});

describe("a maximum age", () => {
  test.each([
    ["60", 60],
    ["0", 10],
    ["9", 10],
    ["86400", 86_400],
    ["86401", 86_400],
    ["999999999", 86_400],
    ["1000000000", null],
    ["-1", null],
    ["6e1", null],
    ["60 ", null],
    ["", null],
    [null, null],
  ])("of %j is %j", (text, seconds) => {
    expect(parseMaxAge(text)).toBe(seconds);
  });

  test.each([
    [60.9, 60],
    [Number.NaN, 10],
    [Number.POSITIVE_INFINITY, 86_400],
  ])("of %d is %d", (given, seconds) => {
    expect(clampMaxAge(given)).toBe(seconds);
  });

  test.each<[number | null, boolean]>([
    [940, true],
    [939.999, false],
    [2_000, true],
    [null, false],
  ])("of 60 seconds at 1000: an authentication at %j is recent: %s", (at, is) => {
    expect(isRecent(at, 60, 1_000_000)).toBe(is);
  });

  test("of a day: an authentication at an unknown time is not recent", () => {
    expect(isRecent(null, 86_400, 1_000)).toBe(false);
  });
});

describe("RFC 9700 4.7.1 a flow in the state", () => {
  const keyOf = (text: string) => createSecretKey(Buffer.from(text));
  const settings = { stateKey: keyOf("shop"), siteUrl };
  // Under a fixed id, so that the titles of these tests are the same in each run.
  const flow = { id: "AAAAAAAAAA", ...asked } as const;
  const value = stateWithFlow(settings, flow, "abc.DEF-1_2");
  const [text = "", seal = "", state = ""] = value.split("~");

  test("comes back with the state", () => {
    expect(parseStateWithFlow(settings, value)).toEqual({ flow, state: "abc.DEF-1_2" });
    const plain = { ...flow, maxAge: null, acr: null };
    expect(parseStateWithFlow(settings, stateWithFlow(settings, plain, "s"))).toEqual({
      flow: plain,
      state: "s",
    });
  });

  test.each([
    ["another state", `${text}~${seal}~other`],
    ["another flow", `${stateWithFlow(settings, startFlow(asked), "x").split("~")[0]}~${seal}~${state}`],
    ["another seal", `${text}~${"A".repeat(43)}~${state}`],
    ["the seal of another site", stateWithFlow({ ...settings, stateKey: keyOf("bank") }, flow, state)],
  ])("is refused with %s", (_, altered) => {
    expect(() => parseStateWithFlow(settings, altered)).toThrow(
      expect.objectContaining({ code: "callback_altered" }),
    );
  });

  test.each([
    "",
    state,
    `${text}~${seal}`,
    `${text}~${seal}~`,
    `${text}~${seal.slice(1)}~${state}`,
    `${text}~${seal}A~${state}`,
    `~${seal}~${state}`,
    `${text}~${seal}~${"s".repeat(2_001)}`,
    `${"t".repeat(4_001)}~${seal}~${state}`,
    `${text}~${seal}~a b`,
    `!${value}`,
    `${value}!`,
  ])("%j is none of this site's", (other) => {
    expect(parseStateWithFlow(settings, other)).toBeNull();
  });

  test("of a form that this version does not know is none", () => {
    const unknown = stateWithFlow(settings, { ...flow, id: "short" }, "s");
    expect(parseStateWithFlow(settings, unknown)).toBeNull();
  });
});
