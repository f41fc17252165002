import { describe, expect, test } from "vitest";
import { CasError } from "./cas-error.ts";
import { parseLoginRequest, parseLoginSubmission } from "./login-request.ts";
import { parseParameters } from "./parameters.ts";

const parse = (query: string) => parseLoginRequest(parseParameters(query));

describe("2.1.1 parameters of /login as requestor", () => {
  test("may be absent", () => {
    expect(parse("")).toEqual({
      service: null,
      renew: false,
      gateway: false,
      method: "GET",
      ticketName: "ticket",
    });
  });

  test("service is normalised", () => {
    expect(parse("service=https%3A%2F%2FShop.example").service).toEqual({
      url: "https://shop.example/",
      normalForm: "https://shop.example/",
      origin: "https://shop.example",
      host: "shop.example",
    });
  });

  test("an empty service counts as absent", () => {
    expect(parse("service=&gateway=true")).toEqual({
      service: null,
      renew: false,
      gateway: true,
      method: "GET",
      ticketName: "ticket",
    });
  });

  test("renew and gateway are set by their presence", () => {
    expect(parse("renew=true&gateway=true")).toMatchObject({
      renew: true,
      gateway: true,
      method: "GET",
      ticketName: "ticket",
    });
    expect(parse("renew&gateway=yes")).toMatchObject({
      renew: true,
      gateway: true,
      method: "GET",
      ticketName: "ticket",
    });
    expect(parse("renew=false&gateway=false")).toMatchObject({
      renew: false,
      gateway: false,
      method: "GET",
      ticketName: "ticket",
    });
  });

  test("SAML 1.1: TARGET is the service, unless service is given", () => {
    const asked = parse("TARGET=https%3A%2F%2Fshop.example%2F");
    expect([asked.service?.url, asked.ticketName]).toEqual(["https://shop.example/", "SAMLart"]);
    const both = parse("TARGET=https%3A%2F%2Fshop.example%2F&service=https%3A%2F%2Fbank.example%2F");
    expect([both.service?.url, both.ticketName]).toEqual(["https://bank.example/", "ticket"]);
  });

  test("names are case-sensitive", () => {
    expect(parse("Service=https://shop.example&RENEW=true&Gateway=true")).toEqual({
      service: null,
      renew: false,
      gateway: false,
      method: "GET",
      ticketName: "ticket",
    });
  });

  test.each([
    ["POST", "POST"],
    ["header", "HEADER"],
    ["GET", "GET"],
    ["", "GET"],
    ["PUT", "GET"],
  ])("method=%s is %s", (value, method) => {
    expect(parse(`method=${value}&locale=de`)).toEqual({
      ticketName: "ticket",
      service: null,
      renew: false,
      gateway: false,
      method,
    });
  });

  test("a service that is not a URL is an error, never a redirect", () => {
    expect(() => parse("service=javascript:alert(1)")).toThrow(CasError);
  });
});

describe("2.2.2 parameters of /login as acceptor", () => {
  const submit = (form: string) => parseLoginSubmission(parseParameters(form));

  test("username, password exactly as typed, login ticket, and service", () => {
    expect(
      submit("username=alice&password=+a%2Bb%26+&lt=LT-1&service=https://shop.example/&renew=true"),
    ).toEqual({
      request: expect.objectContaining({
        renew: true,
        service: expect.objectContaining({ host: "shop.example" }),
      }),
      username: "alice",
      password: " a+b& ",
      loginTicket: "LT-1",
      warn: false,
      rememberMe: false,
    });
  });

  test("4.1.1 warn and rememberMe are false if absent", () => {
    expect(submit("username=a&warn=true&rememberMe=true")).toMatchObject({ warn: true, rememberMe: true });
    expect(submit("username=a&warn=false&rememberme=true")).toMatchObject({ warn: false, rememberMe: false });
  });

  test.each([
    ["on", true],
    ["true", true],
    ["1", true],
    ["", false],
    ["off", false],
    ["False", false],
    ["no", false],
    ["0", false],
  ])("4.1.1 a checkbox sent as %j is ticked: %s", (value, ticked) => {
    expect(submit(`warn=${value}&rememberMe=${value}`)).toMatchObject({ warn: ticked, rememberMe: ticked });
  });

  test("empty fields are empty text, a missing login ticket is null", () => {
    expect(submit("username=alice")).toMatchObject({ username: "alice", password: "", loginTicket: null });
    expect(submit("password=x")).toMatchObject({ username: "", password: "x" });
  });

  test("2.2.1 a service that is not a URL is an error here too", () => {
    expect(() => submit("username=a&password=b&service=//evil.example")).toThrow(CasError);
  });
});
