import { describe, expect, test } from "vitest";
import { parseParameters } from "./parameters.ts";
import { parseRestCredentials, parseRestTicketRequest, RestRequestError } from "./rest-request.ts";

function refusalOf(run: () => unknown): RestRequestError {
  try {
    run();
  } catch (error) {
    if (error instanceof RestRequestError) return error;
    throw error;
  }
  throw new Error("it was accepted");
}

describe("9 REST: POST /v1/tickets", () => {
  const parse = (form: string) => parseRestCredentials(parseParameters(form));

  test("reads username and password, the password exactly as sent", () => {
    expect(parse("username=+alice+&password=+a%26b+")).toEqual({ username: "alice", password: " a&b " });
  });

  test.each([
    ["", "credentials_missing", /username and password/],
    ["username=alice", "credentials_missing", /username and password/],
    ["password=x", "credentials_missing", /username and password/],
    ["username=+&password=x", "credentials_missing", /username and password/],
    ["username=alice&password=x&token=true", "token_unsupported", /leave token out/],
  ])("%j is refused", (form, code, message) =>
    expect(refusalOf(() => parse(form))).toMatchObject({
      name: "RestRequestError",
      code,
      message: expect.stringMatching(message),
    }),
  );
});

describe("9 REST: POST /v1/tickets/{TGT}", () => {
  const parse = (form: string) => parseRestTicketRequest(parseParameters(form));

  test("reads a service, and credentials if renew is set", () => {
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
    ["", "service_missing", /Send the service/],
    ["service=", "service_missing", /Send the service/],
    ["service=javascript:alert(1)", "service_invalid", /begin with https/],
    ["service=https://a.example&renew=true", "credentials_missing", /username and password/],
  ])("%j is refused", (form, code, message) =>
    expect(refusalOf(() => parse(form))).toMatchObject({ code, message: expect.stringMatching(message) }),
  );
});
