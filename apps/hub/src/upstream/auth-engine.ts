/**
 * The part of next-auth that the hub uses; only this file imports next-auth, and only when a provider is configured.
 *
 * Owns: the authorization request with state, PKCE and nonce; the code exchange; the rules for ID tokens. Not used: its
 * sessions, pages and cookies (state, verifier and nonce travel in the hub's own sealed cookie). The signature of the ID
 * token is verified here, because next-auth relies on TLS for it.
 *
 * @see OpenID Connect Core 1.0, section 3.1
 */
import { registerHooks } from "node:module";
import { createLocalJWKSet, type JSONWebKeySet, jwtVerify } from "jose";
import type { NextAuthConfig } from "next-auth";
import type { Outbound } from "../outbound/outbound.ts";
import type { UpstreamSetting } from "../settings/upstream-settings.ts";
import { githubProvider, readGithubProfile } from "./github-provider.ts";
import { UpstreamError } from "./upstream-error.ts";

/** Secrets of one sign-in, which the browser keeps sealed. */
export interface FlowSecrets {
  readonly state: string;
  readonly verifier: string;
  /** Empty: the provider's protocol has none. */
  readonly nonce: string;
}

/** The user's account at the provider. */
export interface UpstreamIdentity {
  readonly id: string;
  /** Its name, for the user. */
  readonly label: string;
  /** As the provider says it; empty: not told. */
  readonly name: string;
  /** As the provider says it; empty: not told. */
  readonly username: string;
  /** As the provider says it; `null`: not told. */
  readonly email: { readonly address: string; readonly isVerified: boolean } | null;
  /** Time of the user's sign-in at the provider, in seconds since 1970; `null`: not told. */
  readonly authTime: number | null;
}

/** Age of a sign-in whose time the provider does not tell: never a fresh one. */
const unknownAgeSeconds = 3600;

/** Age of the sign-in at the provider, in seconds. */
export function ageOf({ authTime }: Pick<UpstreamIdentity, "authTime">, now: Date): number {
  if (authTime === null) return unknownAgeSeconds;
  // The clock of the provider may be ahead.
  return Math.max(0, Math.round(now.getTime() / 1000 - authTime));
}

export interface UpstreamEngine {
  /**
   * Prepares the authorization request.
   *
   * @param options.again whether the provider must ask the user to sign in, although they are signed in there
   * @throws UpstreamError if the provider cannot be reached
   */
  start(
    upstream: UpstreamSetting,
    options: { readonly again: boolean },
  ): Promise<{ readonly address: string; readonly secrets: FlowSecrets }>;
  /**
   * Verifies the answer and exchanges the code.
   *
   * @param query parameters of the callback
   * @throws UpstreamError if the provider cannot be reached, or its answer is not acceptable
   */
  finish(upstream: UpstreamSetting, secrets: FlowSecrets, query: URLSearchParams): Promise<UpstreamIdentity>;
}

export interface UpstreamEngineNeeds {
  readonly outbound: Pick<Outbound, "fetch">;
  readonly hubUrl: string;
  /** For next-auth's cookies, which never leave this file. */
  readonly secret: string;
}

const basePath = "/upstream";
const cookieNames = {
  state: "gatehouse-state",
  pkceCodeVerifier: "gatehouse-verifier",
  nonce: "gatehouse-nonce",
  csrfToken: "gatehouse-csrf",
  callbackUrl: "gatehouse-callback",
  sessionToken: "gatehouse-none",
} as const;
const lifeSeconds = 900;

/** Largest length of `sub`. @see OpenID Connect Core 1.0, section 2 */
const longestSubject = 255;

export function createUpstreamEngine(needs: UpstreamEngineNeeds): UpstreamEngine {
  return {
    async start(upstream, { again }) {
      const run = await openRun(needs, upstream);
      const csrf = await run.get("csrf");
      const { csrfToken } = (await csrf.json()) as { csrfToken: string };
      const demand = again && upstream.reauthenticates ? "?prompt=login&max_age=0" : "";
      const reply = await run.post(
        `signin/${upstream.id}${demand}`,
        { csrfToken, callbackUrl: needs.hubUrl },
        cookieOf(csrf, cookieNames.csrfToken),
      );
      const address = URL.parse(reply.headers.get("location") ?? "");
      const [state, verifier, nonce] = await Promise.all([
        run.opened(reply, cookieNames.state),
        run.opened(reply, cookieNames.pkceCodeVerifier),
        run.opened(reply, cookieNames.nonce),
      ]);
      // Before the request goes out only the provider can fail: its settings were read at start.
      if (address === null || state === "" || address.searchParams.get("state") !== state)
        throw new UpstreamError("unreachable", { cause: run.failure() });
      return { address: address.href, secrets: { state, verifier, nonce } };
    },

    async finish(upstream, secrets, query) {
      const run = await openRun(needs, upstream);
      const cookies = await Promise.all([
        run.sealed(cookieNames.state, secrets.state),
        run.sealed(cookieNames.pkceCodeVerifier, secrets.verifier),
        ...(secrets.nonce === "" ? [] : [run.sealed(cookieNames.nonce, secrets.nonce)]),
      ]);
      await run.get(`callback/${upstream.id}?${query}`, cookies.join("; "));
      const { account, profile } = run;
      if (account === null || profile === null)
        throw new UpstreamError(run.wasUnreachable ? "unreachable" : "invalid", { cause: run.failure() });
      if (upstream.protocol === "github") return identityOf(profile, null);
      const { auth_time } = await run.verifiedIdToken(account.id_token ?? "");
      return identityOf(profile, typeof auth_time === "number" ? auth_time : null);
    },
  };
}

type Account = { readonly id_token?: string | undefined };
type Profile = Readonly<Record<string, unknown>>;

/** next-auth for one request. */
async function openRun({ outbound, hubUrl, secret }: UpstreamEngineNeeds, upstream: UpstreamSetting) {
  const { NextAuth, NextRequest, customFetch, decode, encode } = await library();
  const failures: unknown[] = [];
  const run: {
    account: Account | null;
    profile: Profile | null;
    unreachable: boolean;
    discovered: Discovered | null;
  } = { account: null, profile: null, unreachable: false, discovered: null };

  async function call(input: RequestInfo | URL, init: RequestInit = {}): Promise<Response> {
    const url = input instanceof Request ? input.url : String(input);
    try {
      const response = await outbound.fetch(url, init);
      if (response.status >= 500) run.unreachable = true;
      if (url.endsWith("/.well-known/openid-configuration"))
        run.discovered = (await response.clone().json()) as Discovered;
      return response;
    } catch (error) {
      run.unreachable = true;
      throw error;
    }
  }
  const readText = async (url: string, init?: RequestInit): Promise<unknown> =>
    (await call(url, init)).json();

  const cookie = (name: string) => ({ name, options: { httpOnly: true, path: "/" } });
  const config = {
    basePath,
    secret,
    trustHost: true, // the host is HUB_URL's: every request is made here
    redirectProxyUrl: "", // or next-auth takes one from the environment
    session: { strategy: "jwt" },
    cookies: Object.fromEntries(Object.entries(cookieNames).map(([use, name]) => [use, cookie(name)])),
    providers: [
      {
        ...(upstream.protocol === "github"
          ? githubProvider(upstream, (token) => readGithubProfile(upstream, token, readText))
          : {
              type: "oidc" as const,
              issuer: upstream.issuer,
              checks: ["pkce" as const, "state" as const, "nonce" as const],
              // Many issuers have name and address in the answer of the userinfo endpoint only.
              idToken: false,
            }),
        id: upstream.id,
        name: upstream.name,
        clientId: upstream.clientId,
        clientSecret: upstream.clientSecret,
        profile: () => ({}),
        [customFetch]: call,
      },
    ],
    callbacks: {
      // An address instead of `true`: next-auth then makes no session.
      signIn({ account, profile }) {
        run.account = account ?? null;
        run.profile = profile ?? null;
        return hubUrl;
      },
    },
    // Its own log would print causes with codes and tokens in them.
    logger: { error: (error) => void failures.push(error), warn: () => {}, debug: () => {} },
  } satisfies NextAuthConfig;
  const { handlers } = NextAuth(config);

  const requestOf = (path: string, init?: ConstructorParameters<typeof NextRequest>[1]) =>
    new NextRequest(`${hubUrl}${basePath}/${path}`, init);
  return {
    get account() {
      return run.account;
    },
    get profile() {
      return run.profile;
    },
    get wasUnreachable() {
      return run.unreachable;
    },
    failure: () => failures[0],
    get: (path: string, cookies = "") => handlers.GET(requestOf(path, { headers: { cookie: cookies } })),
    post: (path: string, fields: Readonly<Record<string, string>>, csrf: string) =>
      handlers.POST(
        requestOf(path, {
          method: "POST",
          headers: {
            cookie: `${cookieNames.csrfToken}=${csrf}`,
            "content-type": "application/x-www-form-urlencoded",
          },
          body: new URLSearchParams(fields).toString(),
        }),
      ),
    /** Content of a cookie of next-auth; empty: it set none. */
    async opened(reply: Response, name: string): Promise<string> {
      const token = cookieOf(reply, name);
      if (token === "") return "";
      const opened = await decode({ token, secret, salt: name });
      return typeof opened?.value === "string" ? opened.value : "";
    },
    async sealed(name: string, value: string): Promise<string> {
      const token = { value, provider: upstream.id };
      return `${name}=${await encode({ token, secret, salt: name, maxAge: lifeSeconds })}`;
    },
    /** @throws UpstreamError for an ID token of another key */
    async verifiedIdToken(idToken: string) {
      try {
        const keys = (await readText(String(run.discovered?.jwks_uri))) as JSONWebKeySet;
        const { payload } = await jwtVerify(idToken, createLocalJWKSet(keys), {
          issuer: String(run.discovered?.issuer),
          audience: upstream.clientId,
        });
        return payload;
      } catch (cause) {
        throw new UpstreamError(run.unreachable ? "unreachable" : "invalid", { cause });
      }
    },
  };
}

interface Discovered {
  readonly issuer?: unknown;
  readonly jwks_uri?: unknown;
}

/** @throws UpstreamError if the provider names no account */
function identityOf(profile: Profile, authTime: number | null): UpstreamIdentity {
  const { sub, email, email_verified, preferred_username, name } = profile;
  if (typeof sub !== "string" || sub === "" || sub.length > longestSubject)
    throw new UpstreamError("invalid");
  const isVerified = email_verified === true;
  const [address, username, fullName] = [email, preferred_username, name].map(readable);
  return {
    id: sub,
    label: (isVerified && address) || username || fullName || "",
    name: fullName ?? "",
    username: username ?? "",
    // Unchanged: an address with invisible characters is refused later instead of being cleaned.
    email: typeof email === "string" && email !== "" ? { address: email, isVerified } : null,
    authTime,
  };
}

/** A text of the provider in one line of at most 100 characters; empty for anything else. */
function readable(text: unknown): string {
  return typeof text === "string"
    ? text
        .replaceAll(/[\p{Cc}\p{Cf}]/gu, "")
        .slice(0, 100)
        .toWellFormed()
    : "";
}

function cookieOf(reply: Response, name: string): string {
  const found = reply.headers.getSetCookie().find((cookie) => cookie.startsWith(`${name}=`));
  return decodeURIComponent(found?.slice(name.length + 1).split(";", 1)[0] ?? "");
}

/** Loaded at the first use: a hub without providers never needs it. */
let loading: ReturnType<typeof load> | undefined;
const library = (): ReturnType<typeof load> => {
  loading ??= load();
  return loading;
};

async function load() {
  // next-auth imports `next/server` without an extension, which only a bundler finds.
  registerHooks({
    resolve: (specifier, context, nextResolve) =>
      nextResolve(
        /^next\/(headers|navigation|server)$/.test(specifier) ? `${specifier}.js` : specifier,
        context,
      ),
  });
  const [{ default: NextAuth, customFetch }, { decode, encode }, { NextRequest }] = await Promise.all([
    import("next-auth"),
    import("next-auth/jwt"),
    import("next/server.js"),
  ]);
  return { NextAuth, customFetch, decode, encode, NextRequest };
}
