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
  test("those that the registration names, in its order", () => {
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

  test("none but the protocol's when the registration names none", () => {
    expect(authenticationSuccess(ticket, []).attributes?.released).toEqual([]);
  });

  test("what the person does not have is left out, also what every object has", () => {
    expect(
      authenticationSuccess(ticket, named("phone", "constructor", "__proto__")).attributes?.released,
    ).toEqual([]);
  });

  test("the protocol's own are never taken from the person", () => {
    const success = authenticationSuccess(ticket, named("isFromNewLogin", "authenticationDate"));
    expect(success.attributes?.released).toEqual([]);
    expect(success.attributes?.isFromNewLogin).toBe(false);
  });

  test("under another name, and the same attribute under two", () => {
    const released = [
      { name: "mail", from: "email" },
      { name: "login", from: "email" },
    ];
    expect(authenticationSuccess(ticket, released).attributes?.released).toEqual([
      ["mail", "alice@example.com"],
      ["login", "alice@example.com"],
    ]);
  });

  test("another attribute does not pass for one of the protocol's", () => {
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

  test("2.6.2 the PGTIOU and the proxies, where there are any", () => {
    const proxies = ["https://near.example/pgt", "https://far.example/pgt"];
    expect(authenticationSuccess({ ...ticket, proxies }, null, "PGTIOU-1")).toEqual({
      user: "alice",
      proxyGrantingTicket: "PGTIOU-1",
      proxies,
    });
  });

  test("2.5.2 CAS 1 and 2 learn the user alone", () => {
    expect(authenticationSuccess(ticket, null)).toStrictEqual({ user: "alice" });
  });
});
