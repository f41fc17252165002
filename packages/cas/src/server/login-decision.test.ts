import { describe, expect, test } from "vitest";
import { decideLogin, type LoginFacts } from "./login-decision.ts";
import type { LoginRequest } from "./login-request.ts";
import { parseService } from "./service.ts";

const service = parseService("https://shop.example/cb");
const nothing: LoginRequest = {
  service: null,
  renew: false,
  gateway: false,
  method: "GET",
  ticketName: "ticket",
};
const stranger: LoginFacts = {
  serviceRegistered: true,
  signedIn: false,
  credentialsAccepted: false,
  askBefore: false,
  confirmed: false,
};
const known: LoginFacts = { ...stranger, signedIn: true };
const accepted: LoginFacts = { ...stranger, signedIn: true, credentialsAccepted: true };

const decide = (request: Partial<LoginRequest>, facts: LoginFacts) =>
  decideLogin({ ...nothing, ...request }, facts);

describe("2.1.1 service", () => {
  test("no service, no session: ask for credentials", () => {
    expect(decide({}, stranger)).toEqual({ action: "ask-credentials", because: "not-signed-in" });
  });

  test("no service, a session: show that the user is signed in", () => {
    expect(decide({}, known)).toEqual({ action: "show-signed-in" });
  });

  test("a service, no session: ask for credentials", () => {
    expect(decide({ service }, stranger)).toEqual({ action: "ask-credentials", because: "not-signed-in" });
  });
});

describe("2.1.1 renew", () => {
  test("asks for credentials despite a session", () => {
    expect(decide({ service, renew: true }, known)).toEqual({ action: "ask-credentials", because: "renew" });
    expect(decide({ renew: true }, known)).toEqual({ action: "ask-credentials", because: "renew" });
  });

  test("asks for credentials without a session", () => {
    expect(decide({ service, renew: true }, stranger)).toEqual({
      action: "ask-credentials",
      because: "renew",
    });
  });

  test("overrides gateway, with and without a session", () => {
    for (const facts of [known, stranger]) {
      expect(decide({ service, renew: true, gateway: true }, facts)).toEqual({
        action: "ask-credentials",
        because: "renew",
      });
    }
  });

  test("is satisfied by credentials: does not ask again", () => {
    expect(decide({ service, renew: true }, accepted)).toEqual({
      action: "issue-ticket",
      service,
      fromNewLogin: true,
    });
  });
});

describe("2.1.1 gateway", () => {
  test("without a session returns without a ticket", () => {
    expect(decide({ service, gateway: true }, stranger)).toEqual({
      action: "return-without-ticket",
      service,
    });
  });

  test("with a session returns with a ticket", () => {
    expect(decide({ service, gateway: true }, known)).toEqual({
      action: "issue-ticket",
      service,
      fromNewLogin: false,
    });
  });

  test("is ignored without a service", () => {
    expect(decide({ gateway: true }, stranger)).toEqual(decide({}, stranger));
    expect(decide({ gateway: true }, known)).toEqual(decide({}, known));
  });

  test("never returns to a service that is not registered", () => {
    expect(decide({ service, gateway: true }, { ...stranger, serviceRegistered: false }).action).toBe(
      "refuse-service",
    );
  });
});

describe("2.1.5 single sign-on", () => {
  test("a session and a service: a ticket that is not from a new login", () => {
    expect(decide({ service }, known)).toEqual({ action: "issue-ticket", service, fromNewLogin: false });
  });
});

describe("2.2.1 an unknown service is denied", () => {
  test.each([stranger, known, accepted])("for any user: %o", (facts) => {
    for (const renew of [true, false]) {
      for (const gateway of [true, false]) {
        const decision = decide({ service, renew, gateway }, { ...facts, serviceRegistered: false });
        expect(decision).toEqual({ action: "refuse-service", service });
      }
    }
  });

  test("a request without a service is not refused", () => {
    expect(decide({}, { ...known, serviceRegistered: false }).action).toBe("show-signed-in");
  });
});

describe("2.2.4 accepted credentials", () => {
  test("with a service: a ticket from a new login", () => {
    expect(decide({ service }, accepted)).toEqual({ action: "issue-ticket", service, fromNewLogin: true });
    expect(decide({ service, gateway: true }, accepted)).toMatchObject({ fromNewLogin: true });
  });

  test("without a service: show that the user is signed in, with or without renew", () => {
    expect(decide({}, accepted)).toEqual({ action: "show-signed-in" });
    expect(decide({ renew: true }, accepted)).toEqual({ action: "show-signed-in" });
  });
});

describe("2.2.1 warn", () => {
  const careful: LoginFacts = { ...known, askBefore: true };

  test("single sign-on asks for confirmation, also with gateway", () => {
    expect(decide({ service }, careful)).toEqual({ action: "ask-before", service });
    expect(decide({ service, gateway: true }, careful)).toEqual({ action: "ask-before", service });
  });

  test("a confirmation gives a ticket that is not from credentials", () => {
    expect(decide({ service }, { ...careful, confirmed: true })).toEqual({
      action: "issue-ticket",
      service,
      fromNewLogin: false,
    });
  });

  test("credentials need no confirmation", () => {
    const facts = { ...accepted, askBefore: true };
    expect(decide({ service }, facts)).toEqual({ action: "issue-ticket", service, fromNewLogin: true });
  });

  test("a confirmation replaces neither session, registration nor renew", () => {
    expect(decide({ service }, { ...stranger, confirmed: true }).action).toBe("ask-credentials");
    expect(decide({ service }, { ...careful, confirmed: true, serviceRegistered: false }).action).toBe(
      "refuse-service",
    );
    expect(decide({ service, renew: true }, { ...careful, confirmed: true }).action).toBe("ask-credentials");
  });

  test("a request without a service needs no confirmation", () => {
    expect(decide({}, careful)).toEqual({ action: "show-signed-in" });
  });
});
