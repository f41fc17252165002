/** The engine over the real next-auth, with protocols made for the tests. */
import "../test-support/next-in-node.ts";
import { encode } from "next-auth/jwt";
import { describe, expect, test } from "vitest";
import { siteCookies } from "../http/site-cookies.ts";
import { GatehouseAuthError } from "../log/gatehouse-auth-error.ts";
import type { IdentifiedUser } from "../session/sealed-session.ts";
import { readSettings } from "../settings/settings.ts";
import { casProtocol } from "./cas-provider.ts";
import { nextAuthEngine } from "./next-auth-engine.ts";
import type { SignInFlow } from "./sign-in-flow.ts";
import type { Exchange, ProviderParts, SignInProtocol } from "./sign-in-protocol.ts";

const settings = readSettings("shop", {
  HUB_URL: "https://hub.example",
  SITE_URL: "https://shop.example",
  SITE_SECRET: "0123456789abcdef0123456789abcdef-shop",
});
const cookies = siteCookies(settings);
const flow: SignInFlow = {
  id: "Abcdefgh12",
  returnTo: "/",
  purpose: "sign-in",
  attempt: 1,
  maxAge: null,
  acr: null,
};
const user: IdentifiedUser = {
  id: "1",
  username: "alice",
  name: "Alice",
  email: null,
  groups: [],
  sessionIndex: "ST-1",
  authenticatedAt: null,
};
const internal = new GatehouseAuthError("internal", "", { cause: expect.any(Error) });

type Answer = (exchange: Exchange | null) => Promise<Response>;
const token = { access_token: "a", token_type: "bearer" };
const naming =
  (named: IdentifiedUser, body: object = token): Answer =>
  async (exchange) => {
    exchange?.identified(named);
    return Response.json(body);
  };

/** CAS with another answer of the hub and other parts of its provider. */
function engineOf(answer: Answer = naming(user), parts: Partial<ProviderParts> = {}) {
  const protocol: SignInProtocol = {
    ...casProtocol,
    provider: (read, exchange) => ({
      ...casProtocol.provider(read, exchange),
      fetch: () => answer(exchange),
      ...parts,
    }),
  };
  return nextAuthEngine(settings, cookies, protocol);
}
/** Starts a sign-in, returns the arguments that finish it. */
async function begin(engine: ReturnType<typeof engineOf>) {
  const { prepared, setCookies } = await engine.start(flow);
  const [cookie = ""] = setCookies;
  const state = prepared.searchParams.get("state") ?? "";
  const value = cookie.slice(cookie.indexOf("=") + 1, cookie.indexOf(";"));
  return { returned: { flow, state, ticket: "ST-1" }, value, setCookies };
}

describe("a sign-in that begins", () => {
  test("sets one cookie, which expires with the state after 15 minutes", async () => {
    const { setCookies } = await begin(engineOf());
    expect(setCookies).toEqual([
      expect.stringMatching(
        /^__Host-gatehouse-shop\.state-Abcdefgh12=[\w.-]+; Max-Age=900; Path=\/; Expires=[^;]+; HttpOnly; Secure; SameSite=Lax$/,
      ),
    ]);
  });

  test.each<[string, ProviderParts["checks"]]>([
    ["no check", []],
    ["no state among its checks", ["pkce"]],
  ])("with %s does not begin", async (_, checks) => {
    await expect(engineOf(undefined, { checks }).start(flow)).rejects.toMatchObject({ code: "internal" });
  });

  test("without an address at the hub fails by the error of next-auth", async () => {
    const parts = {
      settings: { ...casProtocol.provider(settings, null).settings, authorization: undefined },
    };
    await expect(engineOf(undefined, parts).start(flow)).rejects.toEqual(internal);
  });
});

describe("a sign-in that returns", () => {
  test("seals the user into one cookie, for 24 hours, and removes the flow's", async () => {
    const engine = engineOf();
    const { returned, value } = await begin(engine);
    const done = await engine.finish(returned, value);
    expect([done.user, done.groupsAtHub]).toEqual([user, false]);
    const [session = "", flowCookie = "", ...rest] = done.setCookies.toSorted();
    expect(rest).toEqual([]);
    expect(flowCookie).toMatch(/^__Host-gatehouse-shop\.state-Abcdefgh12=; Max-Age=0; /);
    const sealed = /^__Host-gatehouse-shop\.session=([\w.-]+); /.exec(session)?.[1] ?? "";
    const { expires, ...opened } = (await engine.unseal(sealed)) ?? { expires: 0 };
    expect(opened).toEqual(user);
    expect(Math.abs(expires - Date.now() / 1000 - 86_400)).toBeLessThan(5);
  });

  test("with more groups than a cookie takes seals none", async () => {
    const groups = Array.from({ length: 300 }, (_, index) => `group-${index}`);
    const engine = engineOf(naming({ ...user, groups }));
    const { returned, value } = await begin(engine);
    expect((await engine.finish(returned, value)).groupsAtHub).toBe(true);
  });

  test.each([
    ["of another browser", null],
    ["that is broken", "abc"],
  ])("with a state cookie %s sends no ticket to the hub", async (_, stateCookie) => {
    const engine = engineOf(() => Promise.reject(new Error("sent")));
    const { returned } = await begin(engine);
    await expect(engine.finish(returned, stateCookie)).rejects.toEqual(
      expect.objectContaining({ code: "state_mismatch" }),
    );
  });

  test("with an error of the package fails by that error", async () => {
    const error = new GatehouseAuthError("hub_unreachable");
    const engine = engineOf(() => Promise.reject(error));
    const { returned, value } = await begin(engine);
    await expect(engine.finish(returned, value)).rejects.toBe(error);
  });

  test("to a hub that names nobody fails", async () => {
    const engine = engineOf(async () => Response.json(token));
    const { returned, value } = await begin(engine);
    await expect(engine.finish(returned, value)).rejects.toMatchObject({ code: "internal" });
  });

  test("with an answer that next-auth refuses fails, although the hub named a user", async () => {
    const engine = engineOf(naming(user, {}));
    const { returned, value } = await begin(engine);
    await expect(engine.finish(returned, value)).rejects.toEqual(internal);
  });
});

describe("a sealed session", () => {
  test.each([
    ["broken", async () => "abc"],
    ["empty", async () => ""],
    [
      "of another site",
      () => encode({ token: { ...user }, secret: settings.cookieSecret, salt: "gatehouse-bank.session" }),
    ],
  ])("that is %s is none", async (_, make) => {
    expect(await engineOf().unseal(await make())).toBeNull();
  });
});
