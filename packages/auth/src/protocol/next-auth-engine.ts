import { NextRequest } from "next/server";
import NextAuth, { customFetch, type NextAuthConfig } from "next-auth";
import { decode, encode } from "next-auth/jwt";
import type { SiteCookies } from "../http/site-cookies.ts";
import { findGatehouseAuthError, GatehouseAuthError } from "../log/gatehouse-auth-error.ts";
import {
  type IdentifiedUser,
  parseSealedSession,
  type SealedSession,
  sealable,
} from "../session/sealed-session.ts";
import type { Settings } from "../settings/settings.ts";
import { openFlow, sealFlow } from "./flow-cookie.ts";
import type { SignInFlow } from "./sign-in-flow.ts";
import type { FlowReturn, ProviderParts, SignInProtocol } from "./sign-in-protocol.ts";

/** Maximum lifetime of a sealed site session; the hub usually ends it sooner. */
const sessionSeconds = 24 * 60 * 60;

/**
 * The part of next-auth that the package uses; only this file imports next-auth.
 *
 * Owns: the state cookie (for OpenID Connect with verifier and nonce in it) and its check, and the sealing of the session
 * cookie.
 * Not used: next-auth's routes and pages (no browser reaches them; each request is rebuilt from SITE_URL), its `auth()`
 * (it reads Host and seals the cookie again at every read), and its sign-in form (a link starts a sign-in).
 */
export interface NextAuthEngine {
  /** Makes a state, the address at the hub, and the cookie that binds the state to this browser. */
  start(flow: SignInFlow): Promise<{ readonly prepared: URL; readonly setCookies: string[] }>;
  /** Checks the state, exchanges the ticket, seals the session. */
  finish(
    returned: FlowReturn & { readonly ticket: string },
    stateCookie: string | null,
  ): Promise<{
    readonly user: IdentifiedUser;
    /** The cookie has no room for the groups. */
    readonly groupsAtHub: boolean;
    readonly setCookies: string[];
  }>;
  /** Opens a sealed session; null when it is foreign, broken or expired. */
  unseal(sealed: string): Promise<SealedSession | null>;
}

export function nextAuthEngine(
  settings: Settings,
  cookies: SiteCookies,
  protocol: SignInProtocol,
): NextAuthEngine {
  const context = { settings, cookies, protocol };
  return {
    start: (flow) => start(context, flow),
    finish: (returned, stateCookie) => finish(context, returned, stateCookie),
    async unseal(sealed) {
      try {
        const secret = settings.cookieSecret;
        return parseSealedSession(await decode({ token: sealed, secret, salt: cookies.session }));
      } catch {
        return null; // nothing to log: anybody can send a broken cookie
      }
    },
  };
}

interface Context {
  readonly settings: Settings;
  readonly cookies: SiteCookies;
  readonly protocol: SignInProtocol;
}

async function start({ settings, cookies, protocol }: Context, flow: SignInFlow) {
  const failures: unknown[] = [];
  const parts = protocol.provider(settings, null);
  const { handlers } = NextAuth(engineConfig({ settings, cookies, flow, failures, parts }));
  // Against forced sign-ins, next-auth starts one by POST with its token only. Here a link starts it, checked by
  // Sec-Fetch-Mode, so the token is fetched and given back.
  const csrf = await handlers.GET(engineRequest(settings, "csrf"));
  const { csrfToken } = (await csrf.json()) as { csrfToken: string };
  const reply = await handlers.POST(
    engineRequest(settings, "signin/gatehouse", {
      method: "POST",
      headers: {
        cookie: pairOf(findCookie(csrf, cookies.csrfToken)),
        "content-type": "application/x-www-form-urlencoded",
      },
      body: new URLSearchParams({ csrfToken, callbackUrl: settings.siteUrl }).toString(),
    }),
  );
  const prepared = URL.parse(reply.headers.get("location") ?? "");
  const setCookie = await packFlow(settings, reply, flowCookies(cookies, flow));
  if (prepared !== null && setCookie !== null) return { prepared, setCookies: [setCookie] };
  throw findGatehouseAuthError(failures[0]) ?? new GatehouseAuthError("internal", "", { cause: failures[0] });
}

async function finish(
  { settings, cookies, protocol }: Context,
  { flow, state, ticket }: FlowReturn & { ticket: string },
  stateCookie: string | null,
) {
  const failures: unknown[] = [];
  const cookie = await unpackFlow(settings, { stateCookie, state }, flowCookies(cookies, flow));
  const hub: { named?: { readonly user: IdentifiedUser; readonly sealed: SealableUser } } = {};
  const identified = (user: IdentifiedUser) => {
    hub.named = { user, sealed: sealable(user) };
  };
  const parts = protocol.provider(settings, { flow, state, ticket, identified });
  const config = engineConfig({ settings, cookies, flow, failures, parts, sealed: () => hub.named?.sealed });
  const { handlers } = NextAuth(config);
  const query = new URLSearchParams({ code: ticket, state, callbackUrl: settings.siteUrl });
  // The protocol has checked it already; next-auth requires it too.
  if (parts.type === "oidc") query.set("iss", String(parts.settings.issuer));
  const reply = await handlers.GET(
    engineRequest(settings, `callback/gatehouse?${query}`, { headers: { cookie } }),
  );
  const sealed = findCookie(reply, cookies.session);
  const { named } = hub;
  if (named && sealed !== "" && failures.length === 0) {
    const setCookies = [sealed, findCookie(reply, cookies.state(flow.id))];
    return { user: named.user, groupsAtHub: named.sealed.groups === null, setCookies };
  }
  const [cause] = failures;
  // The protocol has verified signature and audience of the ID token; next-auth verifies its nonce.
  const ofToken = parts.type === "oidc" && named !== undefined;
  throw (
    findGatehouseAuthError(cause) ??
    new GatehouseAuthError(ofToken ? "id_token_refused" : "internal", "", { cause })
  );
}

type SealableUser = ReturnType<typeof sealable>;

interface EngineParts {
  readonly settings: Settings;
  readonly cookies: SiteCookies;
  readonly flow: SignInFlow;
  readonly failures: unknown[];
  readonly parts: ProviderParts;
  readonly sealed?: () => SealableUser | undefined;
}

/** One configuration per flow, because the state cookie is named after it. */
function engineConfig({ settings, cookies, flow, failures, parts, sealed }: EngineParts): NextAuthConfig {
  const cookie = (name: string) => ({ name, options: cookies.options });
  const [state, pkceCodeVerifier, nonce] = flowCookies(cookies, flow);
  return {
    basePath: "/api/auth",
    secret: settings.cookieSecret,
    trustHost: true, // the host is SITE_URL's: every request is rebuilt by `engineRequest`
    redirectProxyUrl: "", // or next-auth takes one from the environment
    session: { strategy: "jwt", maxAge: sessionSeconds },
    cookies: {
      sessionToken: cookie(cookies.session),
      callbackUrl: cookie(cookies.callbackUrl),
      csrfToken: cookie(cookies.csrfToken),
      state: cookie(state),
      pkceCodeVerifier: cookie(pkceCodeVerifier),
      nonce: cookie(nonce),
    },
    providers: [gatehouseProvider(settings, parts)],
    callbacks: {
      // Only session data goes into the cookie; next-auth would add the account with ticket or tokens.
      jwt: () => ({ ...sealed?.() }),
    },
    // next-auth's own log would print causes with tickets in them.
    logger: { error: (error) => failures.push(error), warn: () => {}, debug: () => {} },
  };
}

/** A provider whose requests all go through the protocol's fetch. */
function gatehouseProvider(settings: Settings, parts: ProviderParts) {
  return {
    id: "gatehouse",
    type: parts.type,
    checks: parts.checks,
    clientId: settings.siteId,
    ...parts.settings,
    [customFetch]: (url: string | URL, init: RequestInit) => parts.fetch(String(url), init),
  } as NextAuthConfig["providers"][number];
}

type FlowCookies = readonly [state: string, verifier: string, nonce: string];

/** Names of next-auth's cookies for state, verifier and nonce. */
function flowCookies(cookies: SiteCookies, { id }: SignInFlow): FlowCookies {
  const state = cookies.state(id);
  return [state, `${state}-verifier`, `${state}-nonce`];
}

/**
 * Combines next-auth's cookies into one small cookie, under the name of the first; null when next-auth made no state.
 * next-auth encrypts each value separately: 1.9 kB for one sign-in, and more than a header line allows for six.
 */
async function packFlow(settings: Settings, reply: Response, names: FlowCookies): Promise<string | null> {
  const open = async (name: string) => {
    const token = pairOf(findCookie(reply, name)).slice(name.length + 1);
    const opened = await decode({ ...flowSeal(settings, name), token });
    return typeof opened?.value === "string" ? opened.value : null;
  };
  const [first, second, third] = names;
  const [state, verifier, nonce] = await Promise.all([open(first), open(second), open(third)]);
  if (state === null) return null;
  const attributes = findCookie(reply, first).replace(/^[^;]+/, "");
  return `${first}=${await sealFlow(settings, first, { state, verifier, nonce })}${attributes}`;
}

/**
 * The cookies in next-auth's format.
 *
 * @throws {GatehouseAuthError} `state_mismatch`: this browser did not start the sign-in
 */
async function unpackFlow(
  settings: Settings,
  { stateCookie, state }: { readonly stateCookie: string | null; readonly state: string },
  names: FlowCookies,
): Promise<string> {
  const secrets = await openFlow(settings, names[0], { packed: stateCookie, state });
  if (secrets === null) throw new GatehouseAuthError("state_mismatch");
  const values = [secrets.state, secrets.verifier, secrets.nonce];
  const cookies = names.map(async (name, index) => {
    const token = { value: values[index], provider: "gatehouse" };
    return `${name}=${await encode({ ...flowSeal(settings, name), token, maxAge: 60 })}`;
  });
  return (await Promise.all(cookies)).join("; ");
}

function flowSeal({ cookieSecret }: Settings, name: string) {
  return { secret: cookieSecret, salt: name };
}

function engineRequest(
  settings: Settings,
  path: string,
  init?: ConstructorParameters<typeof NextRequest>[1],
) {
  return new NextRequest(`${settings.siteUrl}/api/auth/${path}`, init);
}

/** The Set-Cookie value of this name; empty when there is none. */
function findCookie(reply: Response, name: string): string {
  return reply.headers.getSetCookie().find((cookie) => cookie.startsWith(`${name}=`)) ?? "";
}

/** The `name=value` of a Set-Cookie value. */
function pairOf(setCookie: string): string {
  return setCookie.replace(/;.*/, "");
}
