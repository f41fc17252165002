import { describe, expect, test } from "vitest";
import { parseParameters } from "./parameters.ts";
import { parseRestCredentials, parseRestTicketRequest, RestRequestError } from "./rest-request.ts";

function codeOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof RestRequestError) return error.code;
    throw error;
  }
  return "none";
}

describe("9 REST: POST /v1/tickets", () => {
  const parse = (form: string) => parseRestCredentials(parseParameters(form));

  test("user name and password, the password exactly as sent", () => {
    expect(parse("username=+alice+&password=+a%26b+")).toEqual({ username: "alice", password: " a&b " });
  });

  test.each([
    ["", "credentials_missing"],
    ["username=alice", "credentials_missing"],
    ["password=x", "credentials_missing"],
    ["username=+&password=x", "credentials_missing"],
    ["username=alice&password=x&token=true", "token_unsupported"],
  ])("%j is refused", (form, code) => expect(codeOf(() => parse(form))).toBe(code));
});

describe("9 REST: POST /v1/tickets/{TGT}", () => {
  const parse = (form: string) => parseRestTicketRequest(parseParameters(form));

  test("a service, and credentials where renew asks for them", () => {
    expect(parse("service=https://a.example")).toMatchObject({
      service: { url: "https://a.example/" },
      credentials: null,
    });
    expect(parse("service=https://a.example&renew=true&username=a&password=b").credentials).toEqual({
      username: "a",
      password: "b",
    });
  });

  test.each([
    ["", "service_missing"],
    ["service=", "service_missing"],
    ["service=javascript:alert(1)", "service_invalid"],
    ["service=https://a.example&renew=true", "credentials_missing"],
  ])("%j is refused", (form, code) => expect(codeOf(() => parse(form))).toBe(code));
});
