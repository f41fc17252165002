/** The CAS half of a sign-in, behind a `fetch` that tests answer. */
import { createSecretKey } from "node:crypto";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { GatehouseAuthError, type GatehouseAuthErrorCode } from "../log/gatehouse-auth-error.ts";
import type { IdentifiedUser } from "../session/sealed-session.ts";
import type { Settings } from "../settings/settings.ts";
import { casProtocol } from "./cas-provider.ts";
import type { SignInFlow } from "./sign-in-flow.ts";
import type { Exchange } from "./sign-in-protocol.ts";

const settings: Settings = {
  siteId: "shop",
  hubUrl: "https://hub.example",
  siteUrl: "https://shop.example",
  siteSecret: "a secret of the site that is long enough",
  cookieSecret: "another secret",
  stateKey: createSecretKey(Buffer.from("a key of the state")),
};
const acr = "urn:gatehouse:acr:factor";
const flow: SignInFlow = {
  id: "Abcdefgh12",
  returnTo: "/cart?a=1",
  purpose: "sign-in",
  attempt: 1,
  maxAge: null,
  acr: null,
};
const callback = `${settings.siteUrl}/api/auth/callback/gatehouse`;
const code = (expected: string) => expect.objectContaining({ code: expected });

describe("2.1.1 the address that starts a sign-in", () => {
  const ask = (part: Partial<SignInFlow>, reason: string | null = null) => {
    const prepared = new URL("https://unused.example/?state=st4te");
    const asked = { flow: { ...flow, ...part }, prepared, reason };
    const { origin, pathname, searchParams } = new URL(casProtocol.authenticationUrl(settings, asked));
    expect(origin + pathname).toBe(`${settings.hubUrl}/cas/login`);
    const { service = "", ...rest } = Object.fromEntries(searchParams);
    expect(service.startsWith(`${callback}?`)).toBe(true);
    return { rest, service: Object.fromEntries(new URL(service).searchParams) };
  };
  const least = { flow: flow.id, returnTo: flow.returnTo, state: "st4te" };

  test("has the flow and the state inside the service, and nothing that is not asked for", () => {
    expect(ask({})).toEqual({ rest: {}, service: least });
  });

  test("asks by gateway for a recognition, by renew for an age, and names the reason", () => {
    expect(ask({ purpose: "recognise", attempt: 2 })).toEqual({
      rest: { gateway: "true" },
      service: { ...least, purpose: "recognise", attempt: "2" },
    });
    expect(ask({ maxAge: 300, acr }, "idle")).toEqual({
      rest: { renew: "true", reason: "idle" },
      service: { ...least, maxAge: "300", acr },
    });
  });
});

describe("a callback", () => {
  const parse = (parts: Record<string, string>) =>
    casProtocol.parseReturn(
      settings,
      new URLSearchParams({ flow: flow.id, returnTo: "/cart?a=1", state: "st4te", ...parts }),
    );

  test("returns the whole flow, the state and the ticket", () => {
    expect(parse({ ticket: "ST-1-a" })).toEqual({ flow, state: "st4te", ticket: "ST-1-a" });
    expect(parse({ purpose: "recognise", attempt: "2", maxAge: "300", acr })).toEqual({
      flow: { ...flow, purpose: "recognise", attempt: 2, maxAge: 300, acr },
      state: "st4te",
      ticket: null,
    });
  });

  test.each(["flow", "returnTo", "purpose", "attempt", "maxAge", "acr", "state", "ticket"])(
    "with %s twice is malformed",
    (name) => {
      const query = new URLSearchParams({ flow: flow.id, state: "st4te" });
      const twice = `${query}&${name}=${query.get(name) ?? ""}&${name}=`;
      expect(casProtocol.parseReturn(settings, new URLSearchParams(twice))).toBeNull();
    },
  );

  test.each([
    ["aZ09._-", true],
    ["a".repeat(2000), true],
    ["a".repeat(2001), false],
    ["", false],
    ["~state", false],
    ["state~", false],
  ])("with the state %s: %s", (state, can) => {
    expect(parse({ state }) !== null).toBe(can);
  });

  test.each([
    ["ST-aZ09-", true],
    [`ST-${"a".repeat(253)}`, true],
    [`ST-${"a".repeat(254)}`, false],
    ["ST-", false],
    ["", false],
    ["PT-1", false],
    ["xST-1", false],
    ["ST-1_", false],
    ["ST-_1", false],
  ])("3.1 with the ticket %s: %s", (ticket, can) => {
    expect(parse({ ticket }) !== null).toBe(can);
  });
});

describe("a validation", () => {
  let answer: () => Response | Error;
  let asked: [Request, RequestInit][];
  const success = (attributes: object) => () =>
    Response.json({
      serviceResponse: { authenticationSuccess: { user: "alice", attributes: { id: "1", ...attributes } } },
    });
  const refusal = (refused: string) => () =>
    Response.json({ serviceResponse: { authenticationFailure: { code: refused, description: "No" } } });

  beforeEach(() => {
    asked = [];
    answer = success({});
    vi.stubGlobal("fetch", async (request: Request, init: RequestInit) => {
      asked.push([request, init]);
      const said = answer();
      if (said instanceof Error) throw said;
      return said;
    });
    vi.useFakeTimers({ now: 1_800_000_000_999, toFake: ["Date"] });
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  async function validate(part: Partial<SignInFlow> = {}): Promise<IdentifiedUser> {
    let user: IdentifiedUser | undefined;
    const exchange: Exchange = {
      flow: { ...flow, ...part },
      state: "st4te",
      ticket: "ST-1",
      identified: (named) => {
        user = named;
      },
    };
    await casProtocol.provider(settings, exchange).fetch("", {});
    if (user === undefined) throw new Error("nobody was identified");
    return user;
  }

  test("2.5.1 names the service of the login, follows no redirect and waits for a limited time", async () => {
    await validate();
    const [request, init] = asked[0] ?? [];
    const { origin, pathname, searchParams } = new URL(request?.url ?? "");
    expect(origin + pathname).toBe(`${settings.hubUrl}/cas/p3/serviceValidate`);
    const service = `${callback}?flow=Abcdefgh12&returnTo=%2Fcart%3Fa%3D1&state=st4te`;
    expect(Object.fromEntries(searchParams)).toEqual({ service, ticket: "ST-1", format: "JSON" });
    expect(request?.redirect).toBe("manual");
    expect(init?.signal).toBeInstanceOf(AbortSignal);
  });

  test("2.8.1 requires credentials if the page requires an age", async () => {
    await validate({ maxAge: 300 });
    expect(new URL(asked[0]?.[0].url ?? "").searchParams.get("renew")).toBe("true");
  });

  test("2.5.2 returns the user; the ticket is the session index", async () => {
    answer = success({
      name: "Alice",
      email: "alice@example.com",
      groups: ["staff", "tea"],
      authenticationDate: "2026-11-21T08:00:00.900Z",
    });
    expect(await validate()).toEqual({
      id: "1",
      username: "alice",
      name: "Alice",
      email: "alice@example.com",
      groups: ["staff", "tea"],
      sessionIndex: "ST-1",
      authenticatedAt: Date.parse("2026-11-21T08:00:00Z") / 1000,
    });
  });

  test("without name, email address, groups and time, or with empty ones", async () => {
    const least = {
      id: "1",
      username: "alice",
      name: "alice",
      email: null,
      groups: [],
      sessionIndex: "ST-1",
      authenticatedAt: null,
    };
    expect(await validate()).toEqual(least);
    answer = success({ name: "", email: "", groups: [] });
    expect(await validate()).toEqual(least);
  });

  test("of several values takes the first, and of one group makes a list", async () => {
    answer = success({ name: ["Alice", "Al"], groups: "staff" });
    expect(await validate()).toMatchObject({ name: "Alice", groups: ["staff"] });
  });

  test("of a new login takes the site's own time", async () => {
    answer = success({ isFromNewLogin: true, authenticationDate: "2026-11-21T08:00:00Z" });
    expect((await validate()).authenticatedAt).toBe(1_800_000_000);
  });

  test.each([[undefined], [""], [[]]])("without an id (%j) identifies nobody", async (id) => {
    answer = success({ id });
    await expect(validate()).rejects.toEqual(code("person_id_missing"));
  });

  const brokenOff = () =>
    new ReadableStream({ start: (stream) => stream.error(new TypeError("terminated")) });
  const headers = { "content-type": "application/json" };
  test.each<[string, () => Response | Error, GatehouseAuthErrorCode]>([
    ["a connection that fails", () => new TypeError("fetch failed"), "hub_unreachable"],
    ["a connection that breaks off", () => new Response(brokenOff(), { headers }), "hub_unreachable"],
    ["a failure of the hub", refusal("INTERNAL_ERROR"), "hub_unreachable"],
    ["503", () => new Response("", { status: 503 }), "hub_unreachable"],
    ["2.5.3 INVALID_TICKET", refusal("INVALID_TICKET"), "ticket_refused"],
    ["2.5.3 INVALID_SERVICE", refusal("INVALID_SERVICE"), "callback_altered"],
    ["2.5.3 another refusal", refusal("UNAUTHORIZED_SERVICE"), "service_refused"],
    ["2.5.3 INVALID_REQUEST", refusal("INVALID_REQUEST"), "hub_answer"],
    ["another page", () => new Response("<html>"), "hub_answer"],
  ])("by %s identifies nobody; the cause is kept for the log", async (_, said, expected) => {
    answer = said;
    const cause = expect.any(Error);
    await expect(validate()).rejects.toEqual(new GatehouseAuthError(expected, "", { cause }));
  });

  test("needs no secret of next-auth's and no check but the state", () => {
    const { type, checks, settings: configured } = casProtocol.provider(settings, null);
    expect([type, checks]).toEqual(["oauth", ["state"]]);
    expect(configured).toMatchObject({ client: { token_endpoint_auth_method: "none" } });
  });

  test("is not asked for while a sign-in begins", async () => {
    await expect(casProtocol.provider(settings, null).fetch("", {})).rejects.toEqual(code("internal"));
    expect(asked).toEqual([]);
  });
});

test("2.3.1 the address that signs out returns to the start page", () => {
  const url = new URL(casProtocol.signOutUrl(settings, "ST-1"));
  expect(url.origin + url.pathname).toBe(`${settings.hubUrl}/cas/logout`);
  expect(Object.fromEntries(url.searchParams)).toEqual({ service: "https://shop.example/" });
});

describe("2.3.3 a logout request", () => {
  test("that is malformed keeps its cause for the log", async () => {
    const received = casProtocol.parseLogoutRequest(settings, new TextEncoder().encode("logoutRequest=x"));
    const cause = expect.any(Error);
    await expect(received).rejects.toEqual(new GatehouseAuthError("logout_request_malformed", "", { cause }));
  });
});
