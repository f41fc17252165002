import { describe, expect, test } from "vitest";
import {
  clearCookie,
  clearOldFlows,
  clearSessionCookies,
  clearSessionPieces,
  parseCookies,
  readSignOutNote,
  setCookie,
  setSignOutNote,
  siteCookies,
} from "./site-cookies.ts";

const cookies = siteCookies({ siteId: "shop", siteUrl: "https://shop.example" });
const local = siteCookies({ siteId: "shop", siteUrl: "http://localhost:3000" });

describe("RFC 6265bis 4.1.3.2 the names", () => {
  test("over https belong to this host alone", () => {
    const { state, ...fixed } = cookies;
    expect(fixed).toEqual({
      session: "__Host-gatehouse-shop.session",
      asked: "__Host-gatehouse-shop.asked",
      signedOut: "__Host-gatehouse-shop.signed-out",
      callbackUrl: "__Host-gatehouse-shop.callback",
      csrfToken: "__Host-gatehouse-shop.csrf",
      options: { httpOnly: true, sameSite: "lax", path: "/", secure: true },
    });
    expect(state("AAAA")).toBe("__Host-gatehouse-shop.state-AAAA");
  });

  test("over http have no prefix, since browsers refuse it there", () => {
    expect(local.session).toBe("gatehouse-shop.session");
    expect(local.options).toEqual({ httpOnly: true, sameSite: "lax", path: "/", secure: false });
  });

  test("are none the beginning of another", () => {
    const { state, options: _, ...fixed } = cookies;
    const names = [...Object.values(fixed), state("AAAA")] as string[];
    for (const name of names) expect(names.filter((other) => other.startsWith(name))).toEqual([name]);
  });
});

test.each<[string | null, [string, string][]]>([
  [null, []],
  ["", []],
  [
    "a=1; b=2",
    [
      ["a", "1"],
      ["b", "2"],
    ],
  ],
  [
    " a = 1 ;b=",
    [
      ["a", "1"],
      ["b", ""],
    ],
  ],
  ["a=b=c", [["a", "b=c"]]],
  ["a=1; a=2", [["a", "1"]]],
  ["a;=b;c=3", [["c", "3"]]],
])("the header %j has %j", (header, pairs) => {
  expect([...parseCookies(header)]).toEqual(pairs);
});

describe("Set-Cookie", () => {
  test("has the attributes of the site", () => {
    expect(setCookie(cookies, "n", "v")).toBe("n=v; Path=/; HttpOnly; SameSite=Lax; Secure");
    expect(setCookie(local, "n", "v")).toBe("n=v; Path=/; HttpOnly; SameSite=Lax");
    expect(clearCookie(cookies, "n")).toBe("n=; Path=/; HttpOnly; SameSite=Lax; Secure; Max-Age=0");
  });

  test("keeps the note of a sign-out for a minute", () => {
    expect(setSignOutNote(local, "new")).toBe(
      "gatehouse-shop.signed-out=new; Path=/; HttpOnly; SameSite=Lax; Max-Age=60",
    );
  });

  test.each([
    ["new", "new"],
    ["shown", "shown"],
    ["<b>", null],
    ["", null],
  ])("the note %j is read as %j", (sent, note) => {
    expect(readSignOutNote(local, new Headers({ cookie: `gatehouse-shop.signed-out=${sent}` }))).toBe(note);
    expect(readSignOutNote(local, new Headers())).toBeNull();
  });
});

describe("cookies that a sign-out removes", () => {
  const names = (list: readonly string[]) => list.map((cookie) => cookie.split("=", 1)[0]);
  const sent = (...sentNames: string[]) => new Map(sentNames.map((name) => [name, "x"]));

  test("are the session and its pieces of an earlier version, if they were sent", () => {
    const all = sent(
      "gatehouse-shop.session",
      "gatehouse-shop.session.0",
      "gatehouse-shop.sessions",
      "theme",
    );
    expect(names(clearSessionCookies(local, all))).toEqual([
      "gatehouse-shop.session",
      "gatehouse-shop.session.0",
    ]);
    expect(names(clearSessionPieces(local, all))).toEqual(["gatehouse-shop.session.0"]);
    expect(clearSessionCookies(local, sent("theme"))).toEqual([]);
    expect(clearSessionCookies(local, sent("gatehouse-shop.session"))[0]).toContain("Max-Age=0");
  });

  test("are the oldest of more than five pending sign-ins, so that a sixth has room", () => {
    const flows = Array.from({ length: 8 }, (_, index) => local.state(String(index)));
    const cleared = (count: number) => names(clearOldFlows(local, sent("theme", ...flows.slice(0, count))));
    expect(cleared(0)).toEqual([]);
    expect(cleared(5)).toEqual([]);
    expect(cleared(6)).toEqual(flows.slice(0, 1));
    expect(cleared(8)).toEqual(flows.slice(0, 3));
  });
});
