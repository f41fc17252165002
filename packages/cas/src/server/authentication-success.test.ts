import { describe, expect, test } from "vitest";
import { authenticationSuccess } from "./authentication-success.ts";
import type { ValidTicket } from "./validation.ts";

const ticket: ValidTicket = {
  outcome: "valid",
  siteId: "shop",
  sessionId: "s",
  fromNewLogin: false,
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

describe("2.5.5 released attributes", () => {
  test("those that the registration names, in its order", () => {
    expect(authenticationSuccess(ticket, ["groups", "id"])).toEqual({
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
    expect(authenticationSuccess(ticket, ["phone", "constructor", "__proto__"]).attributes?.released).toEqual(
      [],
    );
  });

  test("the protocol's own are never taken from the person", () => {
    const success = authenticationSuccess(ticket, ["isFromNewLogin", "authenticationDate"]);
    expect(success.attributes?.released).toEqual([]);
    expect(success.attributes?.isFromNewLogin).toBe(false);
  });

  test("2.5.2 CAS 1 and 2 learn the user alone", () => {
    expect(authenticationSuccess(ticket, null)).toEqual({ user: "alice" });
  });
});
