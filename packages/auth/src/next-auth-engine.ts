import { NextRequest } from "next/server";
import NextAuth, { customFetch, type NextAuthConfig } from "next-auth";
import { decode } from "next-auth/jwt";
import { findGatehouseAuthError, GatehouseAuthError } from "./gatehouse-auth-error.ts";
import type { Settings } from "./settings.ts";
import { type SignInFlow, serviceUrl } from "./sign-in-flow.ts";
import type { RecognisedPerson, SignInProtocol } from "./sign-in-protocol.ts";
import type { SiteCookies } from "./site-cookies.ts";

/** A sealed site session lives at most this long; the hub usually ends it sooner. */
const sessionSeconds = 24 * 60 * 60;

/** A person as the sealed session cookie has her. */
interface SealedSession extends RecognisedPerson {
  /** When the cookie stops being good, in seconds. */
  readonly expires: number;
}

/**
 * next-auth, behind the only file that knows it.
 *
 * Owns: the state cookie and its check, the sealing of the session cookie.
 * Leaves to others: its routes and pages (no browser ever reaches them; a request is
 * rebuilt from SITE_URL and handed in), its `auth()` (asks Host, signs anew at every
 * read), its sign-in form (we answer a link).
 */
export interface NextAuthEngine {
  /** Makes a state and the cookie that binds it to this browser. */
  start(flow: SignInFlow): Promise<{ readonly state: string; readonly setCookies: string[] }>;
  /** Checks the state, exchanges the ticket, seals the session. */
  finish(
    flow: SignInFlow,
    returned: { readonly state: string; readonly ticket: string; readonly stateCookie: string | null },
  ): Promise<{ readonly person: RecognisedPerson; readonly setCookies: string[] }>;
  /** Opens a sealed session, or null when it is not one of ours or over. */
  unseal(sealed: string): Promise<SealedSession | null>;
}

export function nextAuthEngine(
  settings: Settings,
  cookies: SiteCookies,
  protocol: SignInProtocol,
): NextAuthEngine {
  return {
    start: (flow) => start(settings, cookies, flow),
    finish: (flow, returned) => finish({ settings, cookies, protocol, flow }, returned),
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

async function start(settings: Settings, cookies: SiteCookies, flow: SignInFlow) {
  const failures: unknown[] = [];
  const { handlers } = NextAuth(engineConfig(settings, cookies, flow, failures, refuseToFetch));
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
  const state = URL.parse(reply.headers.get("location") ?? "")?.searchParams.get("state");
  const setCookies = keep(reply, [cookies.state(flow.id)]);
  if (!state || setCookies.length === 0) throw new GatehouseAuthError("internal", "", { cause: failures[0] });
  return { state, setCookies };
}

interface FinishContext {
  readonly settings: Settings;
  readonly cookies: SiteCookies;
  readonly protocol: SignInProtocol;
  readonly flow: SignInFlow;
}

async function finish(
  { settings, cookies, protocol, flow }: FinishContext,
  { state, ticket, stateCookie }: { state: string; ticket: string; stateCookie: string | null },
) {
  const failures: unknown[] = [];
  let person: RecognisedPerson | null = null;
  let exchanged = false;
  const exchange = async () => {
    exchanged = true;
    person = await protocol.exchange(settings, serviceUrl(settings.siteUrl, flow, state), ticket);
    return person;
  };
  const { handlers } = NextAuth(engineConfig(settings, cookies, flow, failures, exchange));
  const query = new URLSearchParams({ code: ticket, state, callbackUrl: settings.siteUrl });
  const reply = await handlers.GET(
    engineRequest(settings, `callback/gatehouse?${query}`, {
      headers: stateCookie ? { cookie: `${cookies.state(flow.id)}=${stateCookie}` } : {},
    }),
  );
  const setCookies = keep(reply, [cookies.session, cookies.state(flow.id)]);
  const sealed = setCookies.some((cookie) => cookie.startsWith(cookies.session));
  if (person && sealed && failures.length === 0) return { person: person as RecognisedPerson, setCookies };
  // next-auth judges the state before it asks anyone: when nobody was asked, it was the state.
  const known = findGatehouseAuthError(failures[0]);
  throw (
    known ?? new GatehouseAuthError(exchanged ? "internal" : "state_mismatch", "", { cause: failures[0] })
  );
}

/** One configuration a flow: the state cookie carries the flow's name. */
function engineConfig(
  settings: Settings,
  cookies: SiteCookies,
  flow: SignInFlow,
  failures: unknown[],
  exchange: () => Promise<RecognisedPerson>,
): NextAuthConfig {
  const cookie = (name: string) => ({ name, options: cookies.options });
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
      state: cookie(cookies.state(flow.id)),
    },
    providers: [gatehouseProvider(settings, exchange)],
    callbacks: {
      // Only what a session needs goes into the cookie; next-auth would add the ticket's account.
      jwt: ({ profile }) => ({ ...(profile as unknown as RecognisedPerson) }),
    },
    // Its own log would print causes with tickets in them; failures are told by our codes.
    logger: { error: (error) => failures.push(error), warn: () => {}, debug: () => {} },
  };
}

/** A provider that never leaves the process: the protocol makes the URL, the exchange is ours. */
function gatehouseProvider(settings: Settings, exchange: () => Promise<RecognisedPerson>) {
  let person: RecognisedPerson | undefined;
  return {
    id: "gatehouse",
    name: "Gatehouse",
    type: "oauth" as const,
    checks: ["state" as const],
    clientId: settings.siteId,
    client: { token_endpoint_auth_method: "none" },
    authorization: `${settings.hubUrl}/cas/login`,
    token: `${settings.hubUrl}/cas/p3/serviceValidate`,
    userinfo: { url: `${settings.hubUrl}/`, request: () => ({ ...person }) },
    profile: ({ id, name, email }: { id: string; name: string; email: string | null }) => ({
      id,
      name,
      email,
    }),
    async [customFetch]() {
      person = await exchange();
      return Response.json({ access_token: person.sessionIndex, token_type: "bearer" });
    },
  };
}

const refuseToFetch = () => Promise.reject(new GatehouseAuthError("internal"));

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
  const { id, username, name, email, sessionIndex, exp } = payload ?? {};
  const text = (value: unknown): value is string => typeof value === "string" && value !== "";
  if (!text(id) || !text(username) || !text(name) || !text(sessionIndex)) return null;
  if (typeof exp !== "number") return null;
  return { id, username, name, email: text(email) ? email : null, sessionIndex, expires: exp };
}
