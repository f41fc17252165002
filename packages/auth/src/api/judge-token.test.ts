/** Credentials of a request and claims of a token, apart from the hub. */
import { describe, expect, test } from "vitest";
import { type ApiRefusal, insufficientScope, renderRefusal } from "./api-refusal.ts";
import { judgeToken, tokenFacts } from "./judge-token.ts";
import { readCredentials } from "./read-credentials.ts";

const expected = { issuer: "https://hub.example/oidc", resource: "https://bank.example/api" };
const claims = {
  iss: expected.issuer,
  aud: expected.resource,
  sub: "alice-id",
  client_id: "budget",
  scope: "accounts.read transfers.write",
};
const caller = {
  personId: "alice-id",
  siteId: "budget",
  scopes: new Set(["accounts.read", "transfers.write"]),
};
const judge = (changed: object, isBearer = true) =>
  judgeToken(tokenFacts({ ...claims, ...changed }, isBearer), expected);

describe("RFC 9068 4 the caller of a token", () => {
  test.each<[string, object, object]>([
    ["one audience", {}, {}],
    ["several audiences", { aud: ["https://shop.example/api", expected.resource] }, {}],
    ["no scope", { scope: undefined }, { scopes: new Set() }],
    ["an empty scope", { scope: "" }, { scopes: new Set() }],
    ["a scope that is no text", { scope: ["accounts.read"] }, { scopes: new Set() }],
    ["two spaces", { scope: " accounts.read  x" }, { scopes: new Set(["accounts.read", "x"]) }],
  ])("with %s", (_, changed, differs) => {
    expect(judge(changed)).toEqual({ ...caller, ...differs });
  });

  test.each<[object, string]>([
    [{ iss: "https://evil.example/oidc" }, "The access token is of another issuer."],
    [{ iss: undefined }, "The access token is of another issuer."],
    [{ aud: "https://shop.example/api" }, "The access token is for another API."],
    [{ aud: `${expected.resource}/` }, "The access token is for another API."],
    [{ aud: undefined }, "The access token is for another API."],
    [{ cnf: { jkt: "thumb" } }, "The token is bound to a key, or is no access token."],
    [{ client_id: undefined }, "The access token names no client."],
    [{ sub: undefined }, "The access token belongs to a program and not to a user."],
    [{ sub: "" }, "The access token belongs to a program and not to a user."],
    [{ sub: "budget" }, "The access token belongs to a program and not to a user."],
  ])("%j: refused", (changed, message) => {
    expect(() => judge(changed)).toThrow(
      expect.objectContaining({ status: 401, code: "invalid_token", message }),
    );
  });

  test("a token of another kind, or that the hub does not know: refused", () => {
    expect(() => judge({}, false)).toThrow("The token is bound to a key, or is no access token.");
    expect(() => judgeToken(null, expected)).toThrow(
      "The access token has expired, was revoked or is unknown.",
    );
  });
});

const address = "https://bank.example/api/accounts";
const read = (init: RequestInit, takesAppPasswords = false, url = address) =>
  readCredentials(new Request(url, init), takesAppPasswords);
const withHeader = (authorization: string, takesAppPasswords = false) =>
  read({ headers: { authorization } }, takesAppPasswords);

describe("RFC 6750 2 credentials", () => {
  test.each<[string, boolean, object]>([
    ["Bearer abc", false, { scheme: "Bearer", text: "abc" }],
    ["bEARER  abc==", false, { scheme: "Bearer", text: "abc==" }],
    ["Bearer AZaz09-._~+/", false, { scheme: "Bearer", text: "AZaz09-._~+/" }],
    [`Bearer ${"a".repeat(8_192)}`, false, { scheme: "Bearer", text: "a".repeat(8_192) }],
    ["Basic YTpi", true, { scheme: "Basic", text: "YTpi" }],
    ["bASIC YTpi", true, { scheme: "Basic", text: "YTpi" }],
    ["Basic a bearer", true, { scheme: "Basic", text: "a bearer" }],
  ])("%j", async (header, takes, credentials) => {
    expect(await withHeader(header, takes)).toEqual(credentials);
  });

  const oneHeader = "Send one Authorization header.";
  const shape = "The Authorization header should be the word Bearer, a space and one access token.";
  const missing = "Send an access token of the hub in the header Authorization: Bearer.";
  test.each<[string, number, string, string]>([
    ["", 401, "credentials_missing", missing],
    ["Basic YTpi", 401, "credentials_missing", missing],
    ["DPoP abc", 401, "credentials_missing", missing],
    ["Bearerabc", 401, "credentials_missing", missing],
    ["Basic YTpi,bearer abc", 400, "invalid_request", oneHeader],
    ["Basic YTpi, Bearer abc", 400, "invalid_request", oneHeader],
    ["Bearer", 400, "invalid_request", shape],
    ["Bearer a b", 400, "invalid_request", shape],
    ["Bearer =a", 400, "invalid_request", shape],
    ["Bearer a, Bearer b", 400, "invalid_request", shape],
    [`Bearer ${"a".repeat(8_193)}`, 401, "invalid_token", "The access token is not from the hub."],
  ])("%j: %d %s", async (header, status, code, message) => {
    await expect(withHeader(header)).rejects.toMatchObject({ status, code, message });
  });

  test("no header: credentials_missing", async () => {
    await expect(read({})).rejects.toMatchObject({ code: "credentials_missing", message: missing });
  });

  test("an API with app passwords says so", async () => {
    await expect(withHeader("", true)).rejects.toMatchObject({
      code: "credentials_missing",
      message: `${missing.slice(0, -1)}, or your username and an app password as Basic.`,
      details: { challenges: [{ scheme: "Bearer" }, { scheme: "Basic" }] },
    });
  });
});

describe("RFC 6750 2.2, 2.3 and 5.3 a token elsewhere", () => {
  const headers = { authorization: "Bearer abc" };
  const form = (type: string, body: string) => ({
    method: "POST",
    headers: { ...headers, "content-type": type },
    body,
  });
  const urlencoded = "application/x-www-form-urlencoded";
  const refused = {
    code: "invalid_request",
    message: "Send the access token in the Authorization header only, once.",
  };

  test("in the address: refused", async () => {
    await expect(read({ headers }, false, `${address}?access_token=`)).rejects.toMatchObject(refused);
    expect(await read({ headers }, false, `${address}?token=x`)).toMatchObject({ text: "abc" });
  });

  test.each([urlencoded, `${urlencoded};charset=utf-8`, urlencoded.toUpperCase()])(
    "in a form of type %s: refused",
    async (type) => {
      await expect(read(form(type, "a=1&access_token=abc"))).rejects.toMatchObject(refused);
      await expect(read(form(type, "access_token=abc"))).rejects.toMatchObject(refused);
      expect(await read(form(type, "a=1&token=abc"))).toMatchObject({ text: "abc" });
    },
  );

  test.each(["text/plain", `x-${urlencoded}`, `${urlencoded}x`])(
    "text of type %s is no form",
    async (type) => {
      expect(await read(form(type, "access_token=abc"))).toMatchObject({ text: "abc" });
    },
  );

  test("in a form is searched up to 64 KiB; the rest is not read", async () => {
    let pieces = 0;
    const endless = new ReadableStream({
      pull(controller) {
        pieces += 1;
        if (pieces > 9) controller.error(new Error("read too far"));
        else controller.enqueue(new TextEncoder().encode("a".repeat(16_384)));
      },
    });
    const init = {
      method: "POST",
      headers: { ...headers, "content-type": urlencoded },
      body: endless,
      duplex: "half",
    };
    expect(await read(init)).toMatchObject({ text: "abc" });
  });

  test("in a form without a body there is none", async () => {
    expect(await read({ method: "POST", headers: { ...headers, "content-type": urlencoded } })).toMatchObject(
      { text: "abc" },
    );
  });

  test("in a name that is cut by the pieces of the body: refused, and the body stays readable", async () => {
    const pieces = new ReadableStream({
      start(controller) {
        for (const piece of ["a=ü&access_", "token=abc"]) controller.enqueue(new TextEncoder().encode(piece));
        controller.close();
      },
    });
    const init = {
      method: "POST",
      headers: { ...headers, "content-type": urlencoded },
      body: pieces,
      duplex: "half",
    };
    const request = new Request(address, init);
    await expect(readCredentials(request, false)).rejects.toMatchObject(refused);
    expect(await request.text()).toBe("a=ü&access_token=abc");
  });
});

describe("RFC 6750 3 the answer to a refusal", () => {
  test.each([
    [
      "Bearer",
      'Bearer realm="bank", error="insufficient_scope", error_description="The access token does not allow this. It needs the scope pay.", scope="pay"',
      "The access token does not allow this. It needs the scope pay.",
    ],
    ["Basic", 'Basic realm="bank", charset="UTF-8"', "The app password does not allow this. It needs pay."],
  ] as const)("%s without the scope", async (scheme, challenge, message) => {
    const answer = renderRefusal(insufficientScope("pay", scheme), "bank");
    expect([answer.status, answer.headers.get("www-authenticate")]).toEqual([403, challenge]);
    expect(await answer.json()).toEqual({ error: "insufficient_scope", message });
  });

  test("names each scheme in a header of its own", async () => {
    const refusal = (await withHeader("", true).catch((error: unknown) => error)) as ApiRefusal;
    expect(renderRefusal(refusal, "bank").headers.get("www-authenticate")).toBe(
      'Bearer realm="bank", Basic realm="bank", charset="UTF-8"',
    );
  });
});
