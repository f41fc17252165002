/** Scopes that a site requests, that the user is asked about, that they allow, and the claims these release. */
import type { CentralSession } from "@gatehouse/database";
import { describe, expect, test } from "vitest";
import { parsedSite } from "../../test-support/parsed-site.ts";
import type { Flow, KoaContextWithOIDC } from "../issuer/provider.ts";
import { releasable, scopesOfClaims } from "./claim-scopes.ts";
import {
  allowedScopes,
  type Duration,
  declinableScopes,
  isSignInOnly,
  isWithoutAccess,
  namedScopes,
  outlivesSession,
  readChoice,
  type ScopeRequest,
  scopesOfFlow,
  undecidedScopes,
} from "./consent.ts";

const bankApi = "https://bank.example/api";
const hubApi = "https://hub.example/api/v1";
const everything = ["openid", "profile", "email", "groups", "offline_access", "read", "pay", "account.read"];
const site = (id: string, firstParty: boolean, scopes: readonly string[]) =>
  parsedSite(id, {
    firstParty,
    oidc: {
      clientAuthentication: "none",
      grants: ["authorization_code", "refresh_token"],
      redirectUris: [`https://${id}.example/cb`],
      scopes,
    },
  });
const sites = [
  site("third", false, everything),
  site("first", true, everything),
  site("plain", false, ["openid", "profile"]),
  parsedSite("bank", {
    name: "The bank",
    api: { resource: bankApi, scopes: { read: "see your accounts", pay: "pay" }, sensitive: ["pay"] },
  }),
];
const registrations = {
  settings: { hubUrl: "https://hub.example" },
  sites: { find: (id: string) => sites.find((one) => one.id === id), list: () => sites },
};
const flowOf = (params: Record<string, unknown>, details: object = {}, reasons: string[] = []) =>
  ({ params, prompt: { details, reasons } }) as unknown as Flow;
const claims = (names: { id_token?: string[]; userinfo?: string[] }) =>
  JSON.stringify(
    Object.fromEntries(
      Object.entries(names).map(([at, list]) => [at, Object.fromEntries(list.map((name) => [name, null]))]),
    ),
  );

describe("the scopes of a request", () => {
  const requested = (params: Record<string, unknown>) => scopesOfFlow(flowOf(params), registrations);

  test.each<[string, Record<string, unknown>, object]>([
    ["none", { client_id: "third" }, { scopes: [] }],
    [
      "those of the registration",
      { client_id: "plain", scope: "openid profile email" },
      { scopes: ["openid", "profile"] },
    ],
    ["of an unknown site none", { client_id: "evil", scope: "openid profile" }, { scopes: [] }],
    [
      "those that no API has are dropped",
      { client_id: "third", scope: "openid read" },
      { scopes: ["openid"] },
    ],
    [
      "those of an API belong to it",
      { client_id: "third", scope: "openid read pay", resource: bankApi },
      { scopes: ["openid"], resources: { [bankApi]: ["read", "pay"] } },
    ],
    [
      "each API gets its own",
      { client_id: "third", scope: "read account.read", resource: [hubApi, bankApi] },
      { resources: { [hubApi]: ["account.read"], [bankApi]: ["read"] } },
    ],
    [
      "an API that is not registered gets none",
      { client_id: "third", scope: "read", resource: ["https://evil.example/api", hubApi] },
      { scopes: [], resources: {} },
    ],
  ])("%s", (_, params, expected) => {
    expect(requested(params)).toEqual({ scopes: [], resources: {}, claims: [], ...expected });
  });

  test("OpenID Connect Core 5.5 a claim requested by name counts as a request for its scope, once", () => {
    const named = claims({ id_token: ["name", "acr"], userinfo: ["email", "name"] });
    expect(requested({ client_id: "third", scope: "openid profile", claims: named })).toEqual({
      scopes: ["openid", "profile", "email"],
      claims: ["name", "acr", "email"],
      resources: {},
    });
    expect(requested({ client_id: "plain", claims: named }).scopes).toEqual(["profile"]);
    expect(requested({ client_id: "third", claims: "{}" })).toMatchObject({ scopes: [], claims: [] });
  });
});

describe("the scopes that a page decides about", () => {
  const session = { oidcClients: { third: { grantId: "g3" } } } as unknown as CentralSession;
  const params = { scope: "openid profile groups read", resource: bankApi };
  const all = { scopes: ["openid", "profile", "groups"], claims: [], resources: { [bankApi]: ["read"] } };

  test("of a third-party site are those without a decision, with those of named claims", () => {
    const undecided = {
      missingOIDCScope: ["profile"],
      missingOIDCClaims: ["name", "groups"],
      missingResourceScopes: { [bankApi]: ["read"] },
    };
    expect(
      undecidedScopes(
        flowOf({ ...params, client_id: "third" }, undecided, ["op_scopes_missing"]),
        registrations,
        session,
      ),
    ).toEqual({
      clientId: "third",
      grantId: "g3",
      scopes: ["profile", "groups"],
      claims: ["name", "groups"],
      resources: { [bankApi]: ["read"] },
    });
    expect(undecidedScopes(flowOf({ ...params, client_id: "third" }), registrations, session)).toMatchObject({
      ...{ scopes: [], claims: [], resources: {} },
    });
  });

  test("are limited to the site's registration", () => {
    const undecided = { missingOIDCClaims: ["name", "email"] };
    expect(undecidedScopes(flowOf({ client_id: "plain" }, undecided), registrations, session).scopes).toEqual(
      ["profile"],
    );
  });

  test.each([
    ["third", ["consent_prompt"], "g3"],
    ["first", [], undefined],
  ])("of the %s-party site asked for %j are all", (client_id, reasons, grantId) => {
    const flow = flowOf({ ...params, client_id }, { missingOIDCScope: ["profile"] }, reasons);
    expect(undecidedScopes(flow, registrations, session)).toEqual({ clientId: client_id, grantId, ...all });
  });
});

const asked = (clientId: string, over: Partial<ScopeRequest> = {}): ScopeRequest => ({
  clientId,
  grantId: undefined,
  claims: [],
  scopes: ["openid", "profile", "offline_access"],
  resources: { [bankApi]: ["read", "pay"], [hubApi]: ["account.read"] },
  ...over,
});
const openidOnly = { scopes: ["openid", "offline_access"], resources: {} };

describe("the boxes of the page", () => {
  test("have a description, the site of the API, and whether they are sensitive", () => {
    expect(namedScopes(asked("third"), registrations)).toEqual([
      { field: "profile", words: "see your name, username and picture", sensitive: false },
      { field: "bank:read", words: "see your accounts at The bank", sensitive: false },
      { field: "bank:pay", words: "pay at The bank", sensitive: true },
      { field: "account.read", words: "see who you are", sensitive: false },
    ]);
  });

  test("omit scopes and APIs that are no longer registered", () => {
    const resources = { [bankApi]: ["gone"], "https://gone.example/": ["read"] };
    expect(namedScopes(asked("third", { scopes: ["openid"], resources }), registrations)).toEqual([]);
  });

  test.each([
    ["third", ["profile", "bank:read", "bank:pay", "account.read"]],
    ["first", ["bank:pay"]],
  ])("of the %s-party site can be declined: %j", (clientId, fields) => {
    expect(declinableScopes(asked(clientId), registrations).map(({ field }) => field)).toEqual(fields);
  });

  test("are absent if a site requests only the sign-in", () => {
    expect(isSignInOnly(asked("third", openidOnly), registrations)).toBe(true);
    expect(isSignInOnly(asked("third"), registrations)).toBe(false);
  });
});

const choice = (duration: Duration, ...ticked: string[]) => ({ ticked: new Set(ticked), duration });

test.each<[string, ScopeRequest, string[], boolean]>([
  ["a third-party site with nothing ticked", asked("third"), [], true],
  ["a third-party site with one box ticked", asked("third"), ["bank:read"], false],
  ["a third-party site with a box ticked that it has not", asked("third"), ["groups"], true],
  ["a third-party site that requests only the sign-in", asked("third", openidOnly), [], false],
  ["a first-party site with nothing ticked", asked("first"), [], false],
])("%s gets no access: %s", (_, request, ticked, is) => {
  expect(isWithoutAccess(request, choice(30, ...ticked), registrations)).toBe(is);
});

describe("what the user allows", () => {
  test.each<
    [string, ScopeRequest, ReturnType<typeof choice>, readonly string[], readonly string[], readonly string[]]
  >([
    [
      "the ticked ones of a third-party site",
      asked("third"),
      choice(30, "profile", "bank:pay"),
      ["openid", "profile", "offline_access"],
      ["pay"],
      [],
    ],
    ["no access while away, if nothing is ticked", asked("third"), choice(30), ["openid"], [], []],
    [
      "no access while away, if only for once",
      asked("third"),
      choice("once", "bank:read", "account.read"),
      ["openid"],
      ["read"],
      ["account.read"],
    ],
    [
      "of a first-party site all but the sensitive ones",
      asked("first"),
      choice(30),
      ["openid", "profile", "offline_access"],
      ["read"],
      ["account.read"],
    ],
    [
      "of a first-party site also the ticked sensitive ones",
      asked("first"),
      choice(90, "bank:pay"),
      ["openid", "profile", "offline_access"],
      ["read", "pay"],
      ["account.read"],
    ],
  ])("%s", (_, request, chosen, scopes, ofBank, ofHub) => {
    expect(allowedScopes(request, chosen, registrations)).toEqual({
      scopes,
      resources: { [bankApi]: ofBank, [hubApi]: ofHub },
    });
  });

  test("omits an API that is no longer registered", () => {
    const gone = asked("third", { resources: { "https://gone.example/": ["read"] } });
    expect(allowedScopes(gone, choice(30, "profile", "read"), registrations).resources).toEqual({
      "https://gone.example/": [],
    });
  });
});

describe("the form", () => {
  test.each<[Record<string, string>, Duration, string[]]>([
    [
      { answer: "allow", duration: "30", "allow:profile": "on", "allow:bank:pay": "on" },
      30,
      ["profile", "bank:pay"],
    ],
    [{ answer: "allow", duration: "90", profile: "on", "not:allow:x": "on" }, 90, []],
    [{ answer: "allow", duration: "3650", "allow:profile": "on" }, "once", ["profile"]],
    [{ answer: "allow" }, "once", []],
    [{ answer: "deny", duration: "30", "allow:profile": "on" }, 30, []],
    [{ duration: "once", "allow:profile": "on" }, "once", []],
  ])("%j: for %s, ticked %j", (fields, duration, ticked) => {
    expect(readChoice(new Map(Object.entries(fields)))).toEqual({ duration, ticked: new Set(ticked) });
  });
});

test.each<[string, ScopeRequest, boolean]>([
  ["access while the user is away, also of a first-party site", asked("first", openidOnly), true],
  ["a scope of a third-party site", asked("third", { scopes: ["openid"], resources: {} }), true],
  ["a claim of a third-party site", asked("third", { scopes: [], resources: {}, claims: ["name"] }), true],
  ["an API of a third-party site", asked("third", { scopes: [], resources: { [bankApi]: [] } }), true],
  ["nothing", asked("third", { scopes: [], resources: {} }), false],
  ["scopes of a first-party site", asked("first", { scopes: ["openid", "profile"] }), false],
])("a decision about %s may outlive the session: %s", (_, request, may) => {
  expect(outlivesSession(request, registrations)).toBe(may);
});

describe("OpenID Connect Core 5.4 released claims", () => {
  const profile = {
    sub: "p1",
    name: "Alice",
    preferred_username: "alice",
    email: "a@example.com",
    groups: ["staff"],
  };
  const released = (granted: string | undefined, clientId: string | undefined) =>
    Object.keys(
      releasable(
        registrations,
        {
          oidc: {
            grant: granted === undefined ? undefined : { getOIDCScope: () => granted },
            client: clientId === undefined ? undefined : { clientId },
          },
        } as unknown as KoaContextWithOIDC,
        profile,
      ),
    );

  test.each<[string | undefined, string | undefined, string[]]>([
    ["openid profile email groups", "third", ["name", "preferred_username", "email", "groups"]],
    ["openid email", "third", ["email"]],
    ["openid profile email groups", "plain", ["name", "preferred_username"]],
    ["openid profile", "bank", []],
    ["openid profile", "evil", []],
    ["openid profile", undefined, []],
    [undefined, "third", []],
  ])("granted %j to %s: %j", (granted, clientId, names) => {
    expect(released(granted, clientId)).toEqual(names);
  });

  test.each([
    [["name", "preferred_username"], ["profile"]],
    [
      ["groups", "email"],
      ["email", "groups"],
    ],
    [["acr", "sub"], []],
  ])("the claims %j have the scopes %j", (names, scopes) => {
    expect(scopesOfClaims(names)).toEqual(scopes);
  });
});
