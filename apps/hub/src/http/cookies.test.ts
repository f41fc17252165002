import { expect, test } from "vitest";
import { createCookies } from "./cookies.ts";

test("over https every cookie is bound to this host: ASVS 3.3.1, 3.3.3", () => {
  const cookies = createCookies(true);
  expect(cookies.write("session", "TGT-1")).toBe(
    "__Host-TGC-gatehouse=TGT-1; Path=/; HttpOnly; Secure; SameSite=Lax",
  );
  for (const purpose of ["session", "flow", "note", "browser"] as const) {
    const written = cookies.write(purpose, "v", 60);
    expect(written).toMatch(/^__Host-[A-Za-z-]+=v; /);
    expect(written.split("; ").slice(1)).toEqual([
      "Max-Age=60",
      "Path=/",
      "HttpOnly",
      "Secure",
      "SameSite=Lax",
    ]);
  }
});

test("over http, which is loopback, cookies have neither prefix nor Secure, which browsers would refuse", () => {
  expect(createCookies(false).write("session", "TGT-1")).toBe(
    "TGC-gatehouse=TGT-1; Path=/; HttpOnly; SameSite=Lax",
  );
});

test("RFC 6265bis 4.1.3 a cookie with a path of its own gets __Secure-, because __Host- demands Path=/", () => {
  for (const purpose of ["interaction", "resume"] as const) {
    expect(createCookies(true).nameOf(purpose)).toBe(`__Secure-gatehouse-${purpose}`);
    expect(createCookies(false).nameOf(purpose)).toBe(`gatehouse-${purpose}`);
  }
});

test("CAS 3.6 the ticket-granting cookie's name begins with TGC-", () => {
  expect(createCookies(false).write("session", "")).toMatch(/^TGC-/);
  expect(createCookies(true).write("session", "")).toMatch(/^__Host-TGC-/);
});

test("a cookie is cleared with the attributes that it was set with", () => {
  expect(createCookies(true).clear("session")).toBe(
    "__Host-TGC-gatehouse=; Max-Age=0; Path=/; HttpOnly; Secure; SameSite=Lax",
  );
});

test("a cookie is found by its whole name only", () => {
  const cookies = createCookies(false);
  expect(cookies.read("a=1; TGC-gatehouse=TGT-1; b=2", "session")).toBe("TGT-1");
  expect(cookies.read("a=1;TGC-gatehouse=TGT=1", "session")).toBe("TGT=1");
  for (const header of [undefined, "", "TGC-gatehouse=", "XTGC-gatehouse=TGT-1", "tgc-gatehouse=TGT-1"])
    expect(cookies.read(header, "session"), header).toBeUndefined();
});

test("a cookie sent twice counts as not sent, because one of them was planted", () => {
  const header = "TGC-gatehouse=TGT-mine; TGC-gatehouse=TGT-theirs";
  expect(createCookies(false).read(header, "session")).toBeUndefined();
});

test("over https a cookie without the prefix, which a neighbour could set, is ignored", () => {
  expect(createCookies(true).read("TGC-gatehouse=TGT-1", "session")).toBeUndefined();
  expect(createCookies(true).read("__Host-TGC-gatehouse=TGT-1", "session")).toBe("TGT-1");
});

test.each([
  [undefined, ""],
  ["TGC-gatehouse=TGT-1", ""],
  ["a=1; TGC-gatehouse=TGT-1; b=2", "a=1; b=2"],
  ["TGC-gatehouse=TGT-1; TGC-gatehouse=TGT-2; b=2", " b=2"],
  ["XTGC-gatehouse=TGT-1;TGC-gatehouse2=x", "XTGC-gatehouse=TGT-1;TGC-gatehouse2=x"],
])("the header %j without the session is %j", (header, rest) => {
  expect(createCookies(false).without(header, "session")).toBe(rest);
});

test("a cookie without an age lasts until the browser closes", () => {
  expect(createCookies(false).write("flow", "v")).not.toContain("Max-Age");
});
