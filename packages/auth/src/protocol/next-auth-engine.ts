import { NextRequest } from "next/server";
import NextAuth, { customFetch, type NextAuthConfig } from "next-auth";
import { decode, encode } from "next-auth/jwt";
import { type FlowSecrets, openFlow, sealFlow } from "./flow-cookie.ts";
import { findGatehouseAuthError, GatehouseAuthError } from "../log/gatehouse-auth-error.ts";
import { readGroups } from "../session/read-groups.ts";
import type { Settings } from "../settings/settings.ts";
import type { SignInFlow } from "./sign-in-flow.ts";
import type { FlowReturn, ProviderParts, RecognisedPerson, SignInProtocol } from "./sign-in-protocol.ts";
import type { SiteCookies } from "../http/site-cookies.ts";

/** A sealed site session lives at most this long; the hub usually ends it sooner. */
const sessionSeconds = 24 * 60 * 60;

/**
 * Maximum size of the JSON in a session cookie, in bytes. The cookie then has at most 3 kB: one cookie (browsers refuse more
 * than 4096 characters), and with six pending sign-ins less than the 8 kB that proxies accept in one header line, with room
 * for the site's own cookies.
 */
const mostSealedBytes = 2_000;

/** The user data in the sealed session cookie. */
interface SealedSession extends Omit<RecognisedPerson, "groups"> {
  /** Null: too many for the cookie; the session check asks the hub. */
  readonly groups: readonly string[] | null;
  /** When the cookie stops being good, in seconds. */
  readonly expires: number;
}

/**
 * next-auth, behind the only file that knows it.
 *
 * Owns: the state cookie (for OpenID Connect with verifier and nonce in it) and its check, the sealing of the session
 * cookie.
 * Leaves to others: its routes and pages (no browser ever reaches them; a request is
 * rebuilt from SITE_URL and handed in), its `auth()` (asks Host, signs anew at every
 * read), its sign-in form (we answer a link).
 */
export interface NextAuthEngine {
  /** Makes a state, the address to go to with it, and the cookie that binds it to this browser. */
  start(flow: SignInFlow): Promise<{ readonly prepared: URL; readonly setCookies: string[] }>;
  /** Checks the state, exchanges the ticket, seals the session. */
  finish(
    returned: FlowReturn & { readonly ticket: string },
    stateCookie: string | null,
  ): Promise<{
    readonly person: RecognisedPerson;
    /** The cookie has no room for the groups. */
    readonly groupsAtHub: boolean;
    readonly setCookies: string[];
  }>;
  /** Opens a sealed session, or null when it is not one of ours or over. */
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
        return parseSealed(await decode({ token: sealed, secret, salt: cookies.session }));
      } catch {
        return null; // a foreign, broken or expired cookie is no session and no news
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
  // next-auth starts a sign-in by POST with its token only, against forced sign-ins.
  // Ours start by link, checked by Sec-Fetch-Mode, so the token is fetched and given back here.
  const csrf = await handlers.GET(engineRequest(settings, "csrf"));
  const { csrfToken } = (await csrf.json()) as { csrfToken: string };
  const reply = await handlers.POST(
    engineRequest(settings, "signin/gatehouse", {
      method: "POST",
      headers: {
        cookie: pairs(csrf.headers.getSetCookie(), cookies.csrfToken),
        "content-type": "application/x-www-form-urlencoded",
      },
      body: new URLSearchParams({ csrfToken, callbackUrl: settings.siteUrl }).toString(),
    }),
  );
  const prepared = URL.parse(reply.headers.get("location") ?? "");
  const setCookies = await packFlow(settings, reply, flowCookies(cookies, flow));
  if (prepared?.searchParams.get("state") && setCookies.length > 0) return { prepared, setCookies };
  throw findGatehouseAuthError(failures[0]) ?? new GatehouseAuthError("internal", "", { cause: failures[0] });
}

async function finish(
  { settings, cookies, protocol }: Context,
  { flow, state, ticket }: FlowReturn & { ticket: string },
  stateCookie: string | null,
) {
  const failures: unknown[] = [];
  const outcome: Outcome = { exchanged: false, person: null, sealed: null };
  const begun = () => {
    outcome.exchanged = true;
  };
  const recognised = (person: RecognisedPerson) => {
    outcome.person = person;
    outcome.sealed = sealable(person);
  };
  const parts = protocol.provider(settings, { flow, state, ticket, begun, recognised });
  const config = engineConfig({ settings, cookies, flow, failures, parts, sealed: () => outcome.sealed });
  const { handlers } = NextAuth(config);
  const query = new URLSearchParams({ code: ticket, state, callbackUrl: settings.siteUrl });
  // Judged by the protocol before anything was asked; next-auth wants to see it too.
  if (parts.type === "oidc") query.set("iss", String(parts.settings.issuer));
  const cookie = await unpackFlow(settings, { stateCookie, state }, flowCookies(cookies, flow));
  const reply = await handlers.GET(
    engineRequest(settings, `callback/gatehouse?${query}`, { headers: cookie ? { cookie } : {} }),
  );
  const setCookies = keep(reply, [cookies.session, cookies.state(flow.id)]);
  const sealed = setCookies.some((one) => one.startsWith(cookies.session));
  const { person } = outcome;
  if (person && sealed && failures.length === 0)
    return { person, groupsAtHub: outcome.sealed?.groups === null, setCookies };
  throw findGatehouseAuthError(failures[0]) ?? unnamed(outcome, parts, failures[0]);
}

interface Outcome {
  exchanged: boolean;
  person: RecognisedPerson | null;
  sealed: SealablePerson | null;
}

type SealablePerson = Omit<SealedSession, "expires">;

/**
 * The user data for the cookie, without groups if there are too many.
 *
 * @throws {GatehouseAuthError} when name and address alone are too long
 */
function sealable(person: RecognisedPerson): SealablePerson {
  const fits = (payload: object) => Buffer.byteLength(JSON.stringify(payload)) <= mostSealedBytes;
  if (fits(person)) return person;
  const withoutGroups = { ...person, groups: null };
  if (fits(withoutGroups)) return withoutGroups;
  throw new GatehouseAuthError("profile_too_large");
}

/** What next-auth refused without a word of ours. */
function unnamed(
  { exchanged, person }: Pick<Outcome, "exchanged" | "person">,
  { type }: ProviderParts,
  cause: unknown,
): GatehouseAuthError {
  // It judges the state before it asks anyone: when nobody was asked, it was the state.
  if (!exchanged) return new GatehouseAuthError("state_mismatch", "", { cause });
  // Of an ID token whose signature and audience are right, it judges the nonce.
  const ofToken = type === "oidc" && person !== null;
  return new GatehouseAuthError(ofToken ? "id_token_refused" : "internal", "", { cause });
}

interface EngineParts {
  readonly settings: Settings;
  readonly cookies: SiteCookies;
  readonly flow: SignInFlow;
  readonly failures: unknown[];
  readonly parts: ProviderParts;
  readonly sealed?: () => SealablePerson | null;
}

/** One configuration a flow: the state cookie carries the flow's name. */
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
      // Only what a session needs goes into the cookie; next-auth would add the ticket's or the tokens' account.
      jwt: () => ({ ...sealed?.() }),
    },
    // Its own log would print causes with tickets in them; failures are told by our codes.
    logger: { error: (error) => failures.push(error), warn: () => {}, debug: () => {} },
  };
}

/** A provider that leaves the process by the protocol's own fetch alone. */
function gatehouseProvider(settings: Settings, parts: ProviderParts) {
  return {
    id: "gatehouse",
    name: "Gatehouse",
    type: parts.type,
    checks: parts.checks,
    clientId: settings.siteId,
    ...parts.settings,
    profile: ({ id, sub, name }: { id?: string; sub?: string; name?: string }) => ({
      id: id ?? sub,
      name: name ?? null,
    }),
    [customFetch]: (input: RequestInfo | URL, init: RequestInit = {}) =>
      parts.fetch(input instanceof Request ? input.url : String(input), init),
  } as NextAuthConfig["providers"][number];
}

/** State, verifier and nonce, as next-auth has them: a cookie each. */
function flowCookies(cookies: SiteCookies, { id }: SignInFlow): readonly [string, string, string] {
  const state = cookies.state(id);
  return [state, `${state}-verifier`, `${state}-nonce`];
}

/**
 * Combines next-auth's cookies into one small cookie, under the name of the first. next-auth encrypts each value separately:
 * 1.9 kB for one sign-in, and more than a header line allows for six.
 */
async function packFlow(settings: Settings, reply: Response, names: readonly string[]): Promise<string[]> {
  const sent = reply.headers.getSetCookie();
  const [first, ...others] = names.map((name) => sent.find((cookie) => cookie.startsWith(`${name}=`)));
  if (first === undefined) return [];
  const values = await Promise.all(
    [first, ...others].map(async (cookie, index) => {
      const token = cookie?.slice(cookie.indexOf("=") + 1).split(";")[0];
      const opened = await decode({ ...flowSeal(settings, names[index]), ...(token && { token }) });
      return typeof opened?.value === "string" ? opened.value : null;
    }),
  );
  const [state = null, verifier = null, nonce = null] = values;
  if (state === null) return [];
  const packed = await sealFlow(settings, names[0] ?? "", { state, verifier, nonce });
  return [`${names[0]}=${packed}${first.slice(first.indexOf(";"))}`];
}

/** The cookies in next-auth's format; none when this browser did not start the sign-in. */
async function unpackFlow(
  settings: Settings,
  { stateCookie, state }: { readonly stateCookie: string | null; readonly state: string },
  names: readonly string[],
): Promise<string> {
  const secrets = await openFlow(settings, names[0] ?? "", { packed: stateCookie, state });
  if (secrets === null) return "";
  const order: readonly (keyof FlowSecrets)[] = ["state", "verifier", "nonce"];
  const cookies = order.map(async (key, index) => {
    const value = secrets[key];
    if (value === null) return [];
    const token = { value, provider: "gatehouse" };
    return [`${names[index]}=${await encode({ ...flowSeal(settings, names[index]), token, maxAge: 60 })}`];
  });
  return (await Promise.all(cookies)).flat().join("; ");
}

function flowSeal({ cookieSecret }: Settings, name = "") {
  return { secret: cookieSecret, salt: name };
}

function engineRequest(
  settings: Settings,
  path: string,
  init?: ConstructorParameters<typeof NextRequest>[1],
) {
  return new NextRequest(`${settings.siteUrl}/api/auth/${path}`, init);
}

/** The Set-Cookie values of these names; next-auth's other cookies have no use here. */
function keep(reply: Response, names: readonly string[]): string[] {
  const wanted = (cookie: string) =>
    names.some((name) => cookie.startsWith(`${name}=`) || cookie.startsWith(`${name}.`));
  return reply.headers.getSetCookie().filter(wanted);
}

function pairs(setCookies: readonly string[], name: string): string {
  return setCookies.find((cookie) => cookie.startsWith(`${name}=`))?.split(";")[0] ?? "";
}

/** Fails closed: a payload without an id and a session index is no session. */
function parseSealed(payload: Record<string, unknown> | null): SealedSession | null {
  const { id, username, name, email, groups, sessionIndex, authenticatedAt: at, exp } = payload ?? {};
  const text = (value: unknown): value is string => typeof value === "string" && value !== "";
  if (!text(id) || !text(username) || !text(name) || !text(sessionIndex)) return null;
  if (typeof exp !== "number") return null;
  const authenticatedAt = typeof at === "number" ? at : null;
  return {
    id,
    username,
    name,
    email: text(email) ? email : null,
    groups: groups === null ? null : readGroups(groups),
    sessionIndex,
    authenticatedAt,
    expires: exp,
  };
}
