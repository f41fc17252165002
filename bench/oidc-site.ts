/** As much of a site as a benchmark needs: what it asks of an issuer, and what it makes of the answers. */
import { createHash, randomBytes } from "node:crypto";
import type { Pool } from "undici";
import { type Answered, get, postForm, read } from "./browser.ts";

export const site = { id: "portal", redirectUri: "https://portal.localhost/callback" };

/** An issuer, and a site's account with it. */
export interface IssuerOfSite {
  readonly pool: Pool;
  /** Ahead of `/auth`, `/token` and the others. */
  readonly prefix: string;
  readonly secret: string;
}

export interface Tokens {
  readonly access_token: string;
  readonly refresh_token?: string;
}

const verifier = randomBytes(32).toString("base64url");
const challenge = createHash("sha256").update(verifier).digest("base64url");

/** @param more beside what every request has */
export function authorizationPath({ prefix }: IssuerOfSite, more: Readonly<Record<string, string>>): string {
  const query = new URLSearchParams({
    client_id: site.id,
    redirect_uri: site.redirectUri,
    response_type: "code",
    scope: "openid profile email",
    code_challenge: challenge,
    code_challenge_method: "S256",
    state: "state-of-a-browser",
    nonce: "nonce-of-a-browser",
    ...more,
  });
  return `${prefix}/auth?${query}`;
}

/** Somebody who is signed in comes by and is sent back with a code, which becomes tokens. */
export async function codeRound(issuer: IssuerOfSite, cookie: string): Promise<Tokens> {
  return redeem(issuer, await get(issuer.pool, authorizationPath(issuer, {}), { cookie }));
}

/** @throws when the answer holds no code, or the code is refused */
export async function redeem(issuer: IssuerOfSite, { status, location }: Answered): Promise<Tokens> {
  const code = URL.canParse(location) ? new URL(location).searchParams.get("code") : null;
  if (code === null) throw new Error(`no code in an answer ${status} to ${location}`);
  const { redirectUri } = site;
  const form = { grant_type: "authorization_code", code, redirect_uri: redirectUri, code_verifier: verifier };
  const tokens = await post<Tokens & { id_token?: string }>(issuer, "/token", form);
  if (tokens.id_token === undefined) throw new Error("no ID token");
  return tokens;
}

export async function refresh(issuer: IssuerOfSite, { refresh_token = "none" }: Tokens): Promise<Tokens> {
  return post<Tokens>(issuer, "/token", { grant_type: "refresh_token", refresh_token });
}

export async function clientCredentials(issuer: IssuerOfSite): Promise<Tokens> {
  return post<Tokens>(issuer, "/token", { grant_type: "client_credentials" });
}

export async function introspect(issuer: IssuerOfSite, { access_token }: Tokens): Promise<void> {
  const seen = await post<{ active: boolean }>(issuer, "/token/introspection", { token: access_token });
  if (!seen.active) throw new Error("a living token is said to be dead");
}

export async function userinfo({ pool, prefix }: IssuerOfSite, { access_token }: Tokens): Promise<void> {
  const { body } = await get(pool, `${prefix}/me`, { authorization: `Bearer ${access_token}` });
  if ((JSON.parse(body) as { email?: string }).email === undefined) throw new Error(`no claims: ${body}`);
}

/** Requests a refresh token, which needs the user's consent. @returns the answer with the code */
export async function consent(issuer: IssuerOfSite, session: string): Promise<Answered> {
  const { pool } = issuer;
  const more = { scope: "openid profile email offline_access", prompt: "consent" };
  const asked = await get(pool, authorizationPath(issuer, more), { cookie: session });
  // The session's cookie is among what comes back; twice, it would count as none.
  const cookie = [...new Set([session, ...asked.cookies])].join("; ");
  const page = await get(pool, pathOf(asked.location), { cookie });
  const token = /name="token"[^>]*value="([^"]+)"/.exec(page.body)?.[1] ?? "";
  const allow = { profile: "true", email: "true" };
  const ticked = Object.fromEntries(Object.entries(allow).map(([scope, on]) => [`allow:${scope}`, on]));
  const decided = await postForm(
    pool,
    pathOf(asked.location),
    { token, answer: "allow", duration: "90", ...ticked },
    { cookie },
  );
  return get(pool, pathOf(decided.location), { cookie });
}

function pathOf(location: string): string {
  const { pathname, search } = new URL(location, "http://hub.localhost");
  return pathname + search;
}

async function post<Answer>(
  { pool, prefix, secret }: IssuerOfSite,
  path: string,
  form: Record<string, string>,
): Promise<Answer> {
  const headers = {
    authorization: `Basic ${Buffer.from(`${site.id}:${secret}`).toString("base64")}`,
    "content-type": "application/x-www-form-urlencoded",
  };
  const body = new URLSearchParams(form).toString();
  const answer = await read(await pool.request({ method: "POST", path: prefix + path, headers, body }));
  if (answer.status !== 200) throw new Error(`${path} answered ${answer.status}: ${answer.body}`);
  return JSON.parse(answer.body) as Answer;
}
