/** RFC 7033 as OpenID Connect Discovery 1.0, section 2 uses it. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { openTestHub, TestBrowser, type TestHub } from "../../test-hub.ts";

let opened: TestHub;
let browser: TestBrowser;
beforeAll(async () => {
  opened = await openTestHub();
  await opened.createPerson({ username: "alice" });
  browser = new TestBrowser(opened);
});
afterAll(() => opened.close());

const rel = "http://openid.net/specs/connect/1.0/issuer";
const finger = (query: string) => browser.get(`/.well-known/webfinger${query}`);

test("Discovery 2.1 names the issuer for existing and unknown accounts alike", async () => {
  for (const resource of ["acct:alice@example.com", "acct:nobody@example.com", "https://example.com/joe"]) {
    const answer = await finger(`?${new URLSearchParams({ resource, rel })}`);
    expect([answer.status, JSON.parse(answer.body)]).toEqual([
      200,
      { subject: resource, links: [{ rel, href: `${opened.origin}/oidc` }] },
    ]);
    expect(answer.headers["content-type"]).toBe("application/jrd+json");
    expect(answer.headers["access-control-allow-origin"]).toBe("*");
  }
});

test("RFC 7033 4.3 returns the known one of several relations, and all without a filter", async () => {
  const links = async (query: string) =>
    JSON.parse((await finger(`?resource=acct:a@b.c${query}`)).body).links;
  expect(await links("")).toHaveLength(1);
  expect(await links(`&rel=avatar&rel=${rel}`)).toHaveLength(1);
  expect(await links("&rel=avatar")).toEqual([]);
});

test.each(["", "?resource=", "?resource=alice", "?resource=acct:a@b.c&resource=acct:d@e.f"])(
  "RFC 7033 4.2 %s is a bad request",
  async (query) => {
    const { status, body } = await finger(query);
    expect([status, JSON.parse(body).error]).toEqual([400, "invalid_request"]);
  },
);
