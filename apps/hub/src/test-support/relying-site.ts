/**
 * A site that speaks OpenID Connect by plain HTTP. A library would correct, or refuse to send, the wrong requests that
 * tests need. Its browser has no JavaScript.
 */
import { decodeJwt, type JWTPayload } from "jose";
import type { Screens } from "../screen/screen.ts";
import { readModel } from "./frontend-stand-in.ts";
import { type BrowserAnswer, type Credentials, type Destination, TestBrowser } from "./test-browser.ts";

/** RFC 7636, appendix B */
export const verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
export const challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/** Parameters of a request; `undefined` removes a parameter. */
export type Parameters = Readonly<Record<string, string | undefined>>;

export interface RelyingSiteOptions {
  readonly id: string;
  readonly redirectUri: string;
  /** None: a public client. */
  readonly secret?: string;
  /** How the secret is presented. */
  readonly authentication?: "basic" | "post";
  /** Whether it sends a challenge; the conformance suite's basic plan does not. */
  readonly pkce?: boolean;
  readonly scope?: string;
}

/** An answer of an address that answers by JSON. */
export interface JsonAnswer {
  readonly status: number;
  readonly headers: BrowserAnswer["headers"];
  readonly json: Readonly<Record<string, unknown>>;
}

export interface Tokens {
  readonly access_token: string;
  readonly id_token: string;
  readonly refresh_token?: string;
  readonly expires_in: number;
  readonly scope?: string;
  readonly token_type: string;
  readonly claims: JWTPayload;
}

export class RelyingSite {
  readonly options: RelyingSiteOptions;
  readonly #hub: Destination;

  constructor(hub: Destination, options: RelyingSiteOptions) {
    this.#hub = hub;
    this.options = options;
  }

  /** Where it sends a browser. */
  authorization(more: Parameters = {}): string {
    const { id, redirectUri, pkce = true, scope = "openid" } = this.options;
    const proof = pkce ? { code_challenge: challenge, code_challenge_method: "S256" } : {};
    const all = { client_id: id, redirect_uri: redirectUri, response_type: "code", scope, ...proof, ...more };
    return `/oidc/auth?${new URLSearchParams(given(all))}`;
  }

  /** Sends a browser, which signs in where it is asked to. */
  async visit(browser: TestBrowser, person: Credentials, more: Parameters = {}): Promise<URLSearchParams> {
    return received(await signInAndConsent(browser, person, await browser.get(this.authorization(more))));
  }

  /** From the address to the tokens. */
  async round(browser: TestBrowser, person: Credentials, more: Parameters = {}): Promise<Tokens> {
    return this.tokens(await this.visit(browser, person, more));
  }

  /** Of an answer with a code. */
  async tokens(answer: URLSearchParams): Promise<Tokens> {
    const { status, json } = await this.exchange(answer.get("code") ?? "");
    if (status !== 200) throw new Error(`no tokens but ${status} ${JSON.stringify(json)}`);
    const tokens = json as typeof json & Tokens;
    return { ...tokens, claims: tokens.id_token === undefined ? {} : decodeJwt(tokens.id_token) };
  }

  exchange(code: string, more: Parameters = {}): Promise<JsonAnswer> {
    const { redirectUri, pkce = true } = this.options;
    const proof = pkce ? { code_verifier: verifier } : {};
    const grant = { grant_type: "authorization_code", code, redirect_uri: redirectUri };
    return this.post("/oidc/token", { ...grant, ...proof, ...more });
  }

  refresh(token: string | undefined, more: Parameters = {}): Promise<JsonAnswer> {
    return this.post("/oidc/token", { grant_type: "refresh_token", refresh_token: token, ...more });
  }

  /** Posts with its own credentials. */
  async post(path: string, fields: Parameters, headers: Record<string, string> = {}): Promise<JsonAnswer> {
    const { id, secret, authentication = "basic" } = this.options;
    const basic = secret !== undefined && authentication === "basic";
    const own = basic ? {} : given({ client_id: id, client_secret: secret });
    const body = new URLSearchParams(given({ ...own, ...fields })).toString();
    return this.postRaw(path, body, {
      ...(basic ? { authorization: `Basic ${btoa(`${id}:${secret}`)}` } : {}),
      ...headers,
    });
  }

  /** Posts exactly this. */
  async postRaw(path: string, body: string, headers: Record<string, string> = {}): Promise<JsonAnswer> {
    const form = { "content-type": "application/x-www-form-urlencoded" };
    return asJson(await new TestBrowser(this.#hub).send("POST", path, { ...form, ...headers }, body));
  }

  /** Requests the claims of a user. */
  async userinfo(accessToken: string, headers: Record<string, string> = {}): Promise<JsonAnswer> {
    const authorization = `Bearer ${accessToken}`;
    return asJson(await new TestBrowser(this.#hub).get("/oidc/me", { authorization, ...headers }));
  }
}

/**
 * Follows redirects, the login form and the consent page as long as they stay at the hub. Presses buttons that have to be
 * pressed without JavaScript.
 */
export async function signInAndConsent(
  browser: TestBrowser,
  person: Credentials,
  from: BrowserAnswer,
): Promise<BrowserAnswer> {
  let answer = from;
  for (let step = 0; step < 12; step += 1) {
    const screen = readModel(answer.body)?.name;
    if (screen === "login") {
      const { username, password } = person;
      answer = await browser.post("/cas/login", { ...browser.hiddenFields(answer), username, password });
    } else if (screen === "consent") {
      const { action, hidden, asks } = answer.screen("consent");
      const fields = Object.fromEntries(hidden.map(({ name, value }) => [name, value]));
      const ticked = Object.fromEntries(asks.map(({ value }) => [`allow:${value}`, "true"]));
      answer = await browser.post(action, { ...fields, ...ticked, answer: "allow", duration: "90" });
    } else if (browser.leadsOn(answer)) answer = await browser.follow(answer);
    else return answer;
  }
  throw new Error("too many redirects");
}

/** Parameters that the site receives: in the redirect, or in the form that the browser posts after a press of its button. */
export function received(answer: BrowserAnswer): URLSearchParams {
  if (answer.location !== "") {
    const { searchParams, hash } = new URL(answer.location);
    return new URLSearchParams([...searchParams, ...new URLSearchParams(hash.slice(1))]);
  }
  return new URLSearchParams(formOf(answer).fields);
}

/** The form of a page that brings a code to the site. */
export function formOf({ body, status }: BrowserAnswer): {
  readonly action: string;
  readonly fields: Readonly<Record<string, string>>;
} {
  const page = readModel(body);
  if (page?.name !== "ticket-form") throw new Error(`no form but ${status} ${body.slice(0, 600)}`);
  const { action, fields } = page.model as Screens["ticket-form"];
  return { action, fields: Object.fromEntries(fields.map(({ name, value }) => [name, value])) };
}

function given(parameters: Parameters): Record<string, string> {
  return Object.fromEntries(
    Object.entries(parameters).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}

function asJson({ status, headers, body }: BrowserAnswer): JsonAnswer {
  const isJson = headers["content-type"]?.startsWith("application/json") === true;
  return { status, headers, json: isJson ? JSON.parse(body) : {} };
}
