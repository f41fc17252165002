/** Tests of an API: calls the exports of a route file, with a stand-in hub. Titles name the section. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ApiInTest, address, invalidToken, malformed, told, withToken } from "../test-support/api-in-test.ts";

let api: ApiInTest;
beforeEach(async () => {
  api = new ApiInTest();
  await api.hub.start();
});
afterEach(() => api.hub.stop());

describe("RFC 6750 2.1 the token in the header", () => {
  it.each(["Bearer", "bearer", "BEARER"])("%s identifies user and site to the route", async (scheme) => {
    const headers = { authorization: `${scheme} ${api.hub.issue()}` };
    const answer = await api.make().GET(new Request(address, { headers }));
    expect(answer.status).toBe(200);
    expect(await answer.json()).toEqual({ personId: "alice-id", siteId: "budget" });
    expect(answer.headers.get("cache-control")).toBe("no-store");
    expect(answer.headers.get("vary")).toBe("Authorization");
    expect([...answer.headers.keys()].filter((name) => name.startsWith("access-control"))).toEqual([]);
  });
});

describe("RFC 6750 3 and RFC 9110 11.6.1 challenges", () => {
  const bare = [401, 'Bearer realm="harbour-bank"', "credentials_missing"];

  it("without a token there is no error code, and the hub is not asked", async () => {
    expect(await told(await api.make().GET(new Request(address)))).toEqual(bare);
    expect(api.hub.introspections).toEqual([]);
  });

  it.each(["Basic YWxpY2U6cGFzc3dvcmQ=", "Bearerx abc", "DPoP abc"])(
    "%s counts as missing credentials",
    async (authorization) => {
      const answer = await api.make().GET(new Request(address, { headers: { authorization } }));
      expect(await told(answer)).toEqual(bare);
    },
  );

  it("a session cookie is ignored", async () => {
    const cookie = "gatehouse-bank.session=abc";
    expect(await told(await api.make().GET(new Request(address, { headers: { cookie } })))).toEqual(bare);
  });

  it.each(["Bearer", "Bearer ", "Bearer a b", "Bearer a, Bearer b", "Bearer ä", "Basic YTpi, Bearer abc"])(
    "%s is invalid_request",
    async (authorization) => {
      const answer = await api.make().GET(new Request(address, { headers: { authorization } }));
      expect(await told(answer)).toEqual(malformed);
    },
  );

  it("an unknown token is invalid_token", async () => {
    expect(await told(await api.make().GET(withToken("never-issued")))).toEqual(invalidToken);
    expect(await told(await api.make().GET(withToken("a".repeat(9_000))))).toEqual(invalidToken);
  });

  it("a token without the scope is 403, and the challenge names the scope", async () => {
    const headers = { authorization: `Bearer ${api.hub.issue()}` };
    const answer = await api.make().POST(new Request(address, { method: "POST", headers, body: "x" }));
    expect(await told(answer)).toEqual([
      403,
      'Bearer realm="harbour-bank", error="insufficient_scope", error_description="The access token does not allow this. It needs the scope transfers.write.", scope="transfers.write"',
      "insufficient_scope",
    ]);
  });

  it.each(["accounts.readx", "accounts", "", undefined])(
    "the scope %j does not include accounts.read",
    async (scope) => {
      expect((await api.make().GET(withToken(api.hub.issue({ scope })))).status).toBe(403);
    },
  );
});

describe("RFC 6750 2.2, 2.3 and 5.3 a token elsewhere", () => {
  it("is refused in the address, even if valid", async () => {
    const token = api.hub.issue();
    const url = `${address}?access_token=${token}`;
    expect(await told(await api.make().GET(new Request(url)))).toEqual(malformed);
    expect(await told(await api.make().GET(withToken(token, url)))).toEqual(malformed);
  });

  it("is refused in a form, with or without one in the header", async () => {
    const token = api.hub.issue({ scope: "transfers.write" });
    for (const headers of [{}, { authorization: `Bearer ${token}` }]) {
      const body = new URLSearchParams({ access_token: token });
      const request = new Request(address, { method: "POST", headers, body });
      expect(await told(await api.make().POST(request))).toEqual(malformed);
    }
  });

  it("a form without one reaches the route unchanged", async () => {
    const headers = { authorization: `Bearer ${api.hub.issue({ scope: "transfers.write" })}` };
    const request = new Request(address, { method: "POST", headers, body: new URLSearchParams({ a: "b" }) });
    expect(await (await api.make().POST(request)).text()).toBe("a=b");
  });
});

describe("RFC 9110 9 methods", () => {
  it("9.3.2 HEAD is GET without its body, and requires the token too", async () => {
    const { HEAD } = api.make();
    const answer = await HEAD(withToken(api.hub.issue()));
    expect([answer.status, answer.headers.get("content-type"), await answer.text()]).toEqual([
      200,
      "application/json",
      "",
    ]);
    expect((await HEAD(new Request(address))).status).toBe(401);
  });

  it("9.3.7 OPTIONS lists the methods, without CORS headers", async () => {
    const headers = { origin: "https://evil.example", "access-control-request-method": "POST" };
    const answer = await api.make().OPTIONS(new Request(address, { method: "OPTIONS", headers }));
    expect([answer.status, answer.headers.get("allow")]).toEqual([204, "GET, HEAD, POST, OPTIONS"]);
    expect(answer.headers.get("access-control-allow-origin")).toBeNull();
  });

  it.each(["PUT", "PATCH", "DELETE"] as const)("15.5.6 %s is 405 with what is allowed", async (method) => {
    const answer = await api.make()[method](new Request(address, { method }));
    expect(answer.headers.get("allow")).toBe("GET, HEAD, POST, OPTIONS");
    expect(await told(answer)).toEqual([405, null, "method_not_allowed"]);
  });
});

describe("Fetch 3.3 the CORS protocol", () => {
  const app = "https://app.example";
  const origins = [app, "http://localhost:5173", "capacitor://localhost"];
  const from = (origin: string, more: Record<string, string> = {}) =>
    new Request(address, { headers: { origin, authorization: `Bearer ${api.hub.issue()}`, ...more } });
  const cors = ({ headers }: Response) =>
    Object.fromEntries([...headers].filter(([name]) => name.startsWith("access-control") || name === "vary"));

  it.each(origins)("a page of the chosen origin %s reads the answer, without cookies", async (origin) => {
    const answer = await api.make({ origins }).GET(from(origin));
    expect(answer.status).toBe(200);
    expect(cors(answer)).toEqual({
      "access-control-allow-origin": origin,
      "access-control-expose-headers": "www-authenticate, retry-after",
      vary: "Authorization, Origin",
    });
  });

  it("a page of a chosen origin reads a refusal and its challenge", async () => {
    const answer = await api.make({ origins }).GET(from(app, { authorization: "" }));
    expect(answer.status).toBe(401);
    expect(answer.headers.get("www-authenticate")).toBe('Bearer realm="harbour-bank"');
    expect(cors(answer)).toMatchObject({
      "access-control-allow-origin": app,
      "access-control-expose-headers": "www-authenticate, retry-after",
    });
  });

  it("3.3.6 its preflight allows the methods of the route, and the headers that it asks for", async () => {
    const headers = {
      origin: app,
      "access-control-request-method": "POST",
      "access-control-request-headers": "authorization,content-type",
    };
    const answer = await api.make({ origins }).OPTIONS(new Request(address, { method: "OPTIONS", headers }));
    expect(answer.status).toBe(204);
    expect(cors(answer)).toEqual({
      "access-control-allow-origin": app,
      "access-control-allow-methods": "GET, HEAD, POST, OPTIONS",
      "access-control-allow-headers": "authorization,content-type",
      "access-control-expose-headers": "www-authenticate, retry-after",
      "access-control-max-age": "600",
      vary: "Authorization, Origin",
    });
  });

  it.each(["https://evil.example", "https://app.example.evil.example", "null", "http://app.example"])(
    "a page of %s cannot read the answer",
    async (origin) => {
      const handlers = api.make({ origins });
      expect(cors(await handlers.GET(from(origin)))).toEqual({ vary: "Authorization, Origin" });
      const headers = { origin, "access-control-request-method": "POST" };
      const preflight = await handlers.OPTIONS(new Request(address, { method: "OPTIONS", headers }));
      expect(cors(preflight)).toEqual({ vary: "Authorization, Origin" });
    },
  );

  it.each([
    "app.example",
    "https://app.example/",
    "https://App.example",
    "https://app.example:443",
    "*",
    "null",
    "",
  ])("the option refuses %j, which no browser sends", (origin) => {
    expect(() => api.make({ origins: [origin] })).toThrow(
      `${JSON.stringify(origin)} should be an origin such as`,
    );
  });
});

it("an ApiRefusal of the route is its status and code; another error is 500 and only logged", async () => {
  const token = api.hub.issue();
  expect(await told(await api.make().GET(withToken(token, `${address}?refuse`)))).toEqual([
    422,
    null,
    "not_enough",
  ]);
  const fault = await api.make().GET(withToken(token, `${address}?fail`));
  expect(fault.headers.get("cache-control")).toBe("no-store");
  expect(await told(fault)).toEqual([500, null, "server_error"]);
  expect(api.log.map(({ code }) => code)).toEqual(["internal"]);
  expect(JSON.stringify(api.log)).not.toContain(token);
});
