/** Subject identifiers, apart from the issuer itself. */
import { createHmac } from "node:crypto";
import { describe, expect, test } from "vitest";
import { parsedSite } from "../../test-support/parsed-site.ts";
import { subjects } from "./subject.ts";

const api = (id: string, subject: string | undefined) =>
  parsedSite(id, {
    api: { resource: `https://${id}.example/api`, scopes: {} },
    oidc: subject && { clientAuthentication: "none", redirectUris: [`https://${id}.example/cb`], subject },
  });
const { pairwiseIdentifier, formats } = subjects(
  { list: () => [api("bank", "pairwise"), api("shop", "public"), api("lone", undefined)] },
  "secret",
);
const pairwise = (siteId: string) =>
  createHmac("sha256", "secret").update(`${siteId}:p1`).digest("base64url");
const client = (clientId: string, subjectType: string) => ({ clientId, subjectType });

describe("OpenID Connect Core 8.1 the subject of a user", () => {
  type Identify = (ctx: unknown, accountId: string, site: unknown) => Promise<string>;
  const identify = pairwiseIdentifier as unknown as Identify;
  const bank = client("bank", "pairwise");
  const shop = client("shop", "public");

  test("is their id at a public site, and differs at each pairwise site", async () => {
    expect(await identify(undefined, "p1", shop)).toBe("p1");
    expect(await identify(undefined, "p1", bank)).toBe(pairwise("bank"));
    expect(await identify(undefined, "p1", client("other", "pairwise"))).toBe(pairwise("other"));
  });

  test("at introspection is the one that the asking site knows, not that of the token's site", async () => {
    const asking = (route: string) => ({ oidc: { route, client: bank } });
    expect(await identify(asking("introspection"), "p1", shop)).toBe(pairwise("bank"));
    expect(await identify(asking("token"), "p1", shop)).toBe("p1");
  });
});

describe("RFC 9068 2.2 the subject of a token for an API", () => {
  function subjectOf(token: object, payload: Record<string, unknown> | undefined) {
    const jwt = formats?.customizers?.jwt as unknown as (ctx: unknown, token: object, parts: object) => void;
    jwt(undefined, token, { payload });
    return payload?.sub;
  }
  const token = { accountId: "p1" };

  test.each([
    ["a pairwise site's", "https://bank.example/api", pairwise("bank")],
    ["a public site's", "https://shop.example/api", "p1"],
    ["a site's that signs nobody in", "https://lone.example/api", "p1"],
    ["no site's", "https://evil.example/api", "as issued"],
  ])("%s API", (_, aud, sub) => {
    expect(subjectOf(token, { aud, sub: "as issued" })).toBe(sub);
  });

  test.each([
    ["of a program", {}],
    ["without a user", { accountId: undefined }],
  ])("a token %s keeps its subject", (_, without) => {
    expect(subjectOf(without, { aud: "https://bank.example/api", sub: "as issued" })).toBe("as issued");
  });

  test("a token without claims stays as it is", () => {
    expect(subjectOf(token, undefined)).toBeUndefined();
  });
});
