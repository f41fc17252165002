/** Tests of app passwords: calls the exports of a route file, with a stand-in hub. Titles name the section. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ApiInTest, address, cannot, siteSecret, told } from "../test-support/api-in-test.ts";

const secret = `gh_${"aB3".repeat(14)}x`;
const challenge = 'Basic realm="harbour-bank", charset="UTF-8"';
const wrong = [401, challenge, "credentials_wrong"];

let api: ApiInTest;
beforeEach(async () => {
  api = new ApiInTest();
  await api.hub.start();
  api.hub.appPasswords.set(`älice:${secret}`, verified(["bank:accounts.read", "account:read"]));
});
afterEach(() => api.hub.stop());

const verified = (scopes: string[]) => ({ active: true, user: "älice", sub: "alice-id", scopes });
const make = () => api.make({ appPasswords: true });
const encode = (text: string | Uint8Array) => Buffer.from(text as string).toString("base64");
const basic = (text: string | Uint8Array, more: Record<string, string> = {}) =>
  new Request(address, { headers: { authorization: `Basic ${encode(text)}`, ...more } });

describe("RFC 7617 2 username and app password", () => {
  it.each(["Basic", "basic", "BASIC"])(
    "%s identifies the user to the route, without a site",
    async (scheme) => {
      const headers = { authorization: `${scheme} ${encode(`älice:${secret}`)}` };
      const answer = await make().GET(new Request(address, { headers }));
      expect([answer.status, await answer.json()]).toEqual([200, { personId: "alice-id", siteId: null }]);
      expect(answer.headers.get("cache-control")).toBe("no-store");
    },
  );

  it("the hub is asked for each call, authenticated by the site's secret", async () => {
    const { GET } = make();
    await GET(basic(`älice:${secret}`));
    api.hub.appPasswords.clear();
    expect(await told(await GET(basic(`älice:${secret}`)))).toEqual(wrong);
    expect(api.hub.verifications).toHaveLength(2);
    expect(api.hub.verifications[0]).toEqual({
      authorization: `Basic ${encode(`bank:${siteSecret}`)}`,
      body: JSON.stringify({ user: "älice", password: secret }),
    });
  });

  it("2.1 names are UTF-8 in normalization form C", async () => {
    expect((await make().GET(basic(`a\u0308lice:${secret}`))).status).toBe(200);
    expect(await told(await make().GET(basic(Buffer.from(`älice:${secret}`, "latin1"))))).toEqual(wrong);
  });

  it.each(["password", "correct horse battery staple", `gh_${"a".repeat(42)}`, `${secret}x`, ""])(
    "the account's password, or %j, is not sent to the hub",
    async (password) => {
      const answer = await make().GET(basic(`älice:${password}`));
      expect(await told(answer)).toEqual([401, challenge, "app_password_required"]);
      expect(api.hub.verifications).toEqual([]);
    },
  );

  it.each(["no colon", `al\u0000ice:${secret}`, `alice:${secret}\n`, `${"a".repeat(1_000)}:${secret}`, ""])(
    "%j is refused without asking the hub",
    async (text) => {
      expect(await told(await make().GET(basic(text)))).toEqual(wrong);
      expect(api.hub.verifications).toEqual([]);
    },
  );

  it.each(["Basic", "Basic *", "Basic YWxp Y2U=", "Basic YWxpY2U6eA==, Basic YWxpY2U6eA=="])(
    "%s is refused",
    async (authorization) => {
      expect(await told(await make().GET(new Request(address, { headers: { authorization } })))).toEqual(
        wrong,
      );
    },
  );
});

describe("RFC 9110 11.6.1 challenges", () => {
  it("without credentials both schemes are named, and no error", async () => {
    const answer = await make().GET(new Request(address));
    expect(await told(answer)).toEqual([
      401,
      `Bearer realm="harbour-bank", ${challenge}`,
      "credentials_missing",
    ]);
  });

  it("an API without app passwords does not offer Basic", async () => {
    const answer = await api.make().GET(basic(`älice:${secret}`));
    expect(await told(answer)).toEqual([401, 'Bearer realm="harbour-bank"', "credentials_missing"]);
    expect(api.hub.verifications).toEqual([]);
  });

  it("a scope that the app password lacks is 403", async () => {
    const headers = { authorization: `Basic ${encode(`älice:${secret}`)}` };
    const answer = await make().POST(new Request(address, { method: "POST", headers, body: "x" }));
    const { message } = (await answer.clone().json()) as { message: string };
    expect(await told(answer)).toEqual([403, challenge, "insufficient_scope"]);
    expect(message).toContain("transfers.write");
  });

  it.each(["account:read", "accounts.read", "shop:accounts.read", "bank:accounts", "xbank:accounts.read"])(
    "the scope %s is not one of this site",
    async (scope) => {
      api.hub.appPasswords.set(`älice:${secret}`, verified([scope]));
      expect((await make().GET(basic(`älice:${secret}`))).status).toBe(403);
    },
  );
});

describe("credentials that a browser sends automatically", () => {
  it.each(["cross-site", "same-site"])("from a %s page are refused without asking the hub", async (site) => {
    const answer = await make().GET(basic(`älice:${secret}`, { "sec-fetch-site": site }));
    expect(await told(answer)).toEqual([403, null, "cross_site_request"]);
    expect(api.hub.verifications).toEqual([]);
  });

  it.each(["same-origin", "none"])("from %s are accepted", async (site) => {
    expect((await make().GET(basic(`älice:${secret}`, { "sec-fetch-site": site }))).status).toBe(200);
  });
});

describe("RFC 9110 15.6.4 the hub cannot be asked", () => {
  it.each([
    [500, "", "hub_unreachable"],
    [401, '{"error":"invalid_site"}', "site_rejected"],
    [404, "", "hub_answer"],
    [200, "<html>", "hub_answer"],
    [200, '{"active":"yes"}', "hub_answer"],
    [200, '{"active":true,"scopes":["bank:accounts.read"]}', "hub_answer"],
    [200, '{"active":true,"sub":"alice-id","scopes":"bank:accounts.read"}', "hub_answer"],
  ])("an answer %s %s is 503 and logged as %s", async (status, body, code) => {
    api.hub.answer = { status, body };
    expect(await told(await make().GET(basic(`älice:${secret}`)))).toEqual(cannot);
    expect(api.log.map((entry) => entry.code)).toEqual([code]);
  });

  it("RFC 6585 4 too many wrong ones: 429 with Retry-After", async () => {
    api.hub.answer = { status: 429, body: "{}", headers: { "retry-after": "77" } };
    const answer = await make().GET(basic(`älice:${secret}`));
    expect(answer.headers.get("retry-after")).toBe("77");
    expect(await told(answer)).toEqual([429, null, "too_many_attempts"]);
  });
});
