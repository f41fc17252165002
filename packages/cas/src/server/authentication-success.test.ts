import { describe, expect, test } from "vitest";
import { authenticationSuccess } from "./authentication-success.ts";
import type { ValidTicket } from "./validation.ts";

const ticket: ValidTicket = {
  outcome: "valid",
  siteId: "shop",
  sessionId: "s",
  fromNewLogin: false,
  proxies: [],
  principal: {
    user: "alice",
    attributes: {
      id: "1",
      name: "Alice",
      email: "alice@example.com",
      groups: ["a", "b"],
      isFromNewLogin: "true",
    },
    authenticationDate: new Date("2026-11-21T08:00:00Z"),
    longTerm: true,
  },
};

const named = (...names: string[]) => names.map((name) => ({ name, from: name }));

describe("2.5.5 released attributes", () => {
  test("are those that the registration lists, in its order", () => {
    expect(authenticationSuccess(ticket, named("groups", "id"))).toEqual({
      user: "alice",
      attributes: {
        authenticationDate: new Date("2026-11-21T08:00:00Z"),
        longTermAuthenticationRequestTokenUsed: true,
        isFromNewLogin: false,
        released: [
          ["groups", ["a", "b"]],
          ["id", "1"],
        ],
      },
    });
  });

  test("are only those of the protocol if the registration lists none", () => {
    expect(authenticationSuccess(ticket, []).attributes?.released).toEqual([]);
  });

  test("omit what the user does not have, names of Object.prototype included", () => {
    expect(
      authenticationSuccess(ticket, named("phone", "constructor", "__proto__")).attributes?.released,
    ).toEqual([]);
  });

  test("of the protocol are never taken from the user's attributes", () => {
    const success = authenticationSuccess(ticket, named("isFromNewLogin", "authenticationDate"));
    expect(success.attributes?.released).toEqual([]);
    expect(success.attributes?.isFromNewLogin).toBe(false);
  });

  test("may be renamed, and one attribute may have two names", () => {
    const released = [
      { name: "mail", from: "email" },
      { name: "login", from: "email" },
    ];
    expect(authenticationSuccess(ticket, released).attributes?.released).toEqual([
      ["mail", "alice@example.com"],
      ["login", "alice@example.com"],
    ]);
  });

  test("are never released under a name of the protocol", () => {
    for (const name of [
      "serviceResponse",
      "authenticationSuccess",
      "authenticationFailure",
      "user",
      "USER",
      "attributes",
      "attribute",
      "authenticationDate",
      "longTermAuthenticationRequestTokenUsed",
      "isFromNewLogin",
      "proxyGrantingTicket",
      "proxies",
      "proxy",
      "proxySuccess",
      "proxyFailure",
      "proxyTicket",
    ]) {
      const released = [{ name, from: "id" }];
      expect(authenticationSuccess(ticket, released).attributes?.released, name).toEqual([]);
    }
  });

  test("2.6.2 contains PGTIOU and proxies, if any", () => {
    const proxies = ["https://near.example/pgt", "https://far.example/pgt"];
    expect(authenticationSuccess({ ...ticket, proxies }, null, "PGTIOU-1")).toEqual({
      user: "alice",
      proxyGrantingTicket: "PGTIOU-1",
      proxies,
    });
  });

  test("2.5.2 CAS 1 and 2: the user only", () => {
    expect(authenticationSuccess(ticket, null)).toStrictEqual({ user: "alice" });
  });
});
