import { createRemoteJWKSet, errors, type JWTVerifyGetKey } from "jose";
import { readText } from "../http/hub-answer.ts";
import { GatehouseAuthError } from "../log/gatehouse-auth-error.ts";

/** Time limit for the hub's answer; a code is not valid much longer. */
const timeoutMs = 5_000;
/** Cache lifetime of the discovery document. */
const freshMs = 10 * 60_000;
const longestAnswer = 256 * 1024;

/** The used part of the hub's discovery document. */
interface Metadata {
  readonly authorization_endpoint: string;
  readonly token_endpoint: string;
  readonly jwks_uri: string;
}

/** Part of the issuer that verifies a signed token. */
export type TokenIssuer = Pick<HubIssuer, "issuer" | "keys">;

/**
 * The hub as an OpenID Connect issuer: its endpoints and signing keys.
 *
 * Discovery is fetched once in ten minutes; keys are fetched again when a token names an unknown one.
 *
 * @see OpenID Connect Discovery 1.0, section 4
 */
export class HubIssuer {
  readonly issuer: string;
  readonly discoveryUrl: string;
  readonly #hubUrl: string;
  readonly #now: () => number;
  #metadata: { readonly text: Promise<string>; readonly until: number } | null = null;
  #keys: { readonly url: string; readonly find: JWTVerifyGetKey } | null = null;

  constructor(hubUrl: string, now: () => number) {
    this.#hubUrl = hubUrl;
    this.#now = now;
    this.issuer = `${hubUrl}/oidc`;
    this.discoveryUrl = `${this.issuer}/.well-known/openid-configuration`;
  }

  /** The discovery document as a response for next-auth. */
  async discovery(): Promise<Response> {
    return new Response(await this.#read(), { headers: { "content-type": "application/json" } });
  }

  async metadata(): Promise<Metadata> {
    return JSON.parse(await this.#read()) as Metadata;
  }

  /** Finds the key that a token names. */
  get keys(): JWTVerifyGetKey {
    return async (header, token) => {
      const url = (await this.metadata()).jwks_uri;
      if (this.#keys?.url !== url) {
        this.#keys = { url, find: createRemoteJWKSet(new URL(url), { timeoutDuration: timeoutMs }) };
      }
      try {
        return await this.#keys.find(header, token);
      } catch (cause) {
        // An unknown key is a fault of the token, everything else one of hub or network.
        if (cause instanceof errors.JWKSNoMatchingKey || cause instanceof errors.JWKSMultipleMatchingKeys)
          throw cause;
        throw new GatehouseAuthError("hub_unreachable", "", { cause });
      }
    };
  }

  /** Sends a request to the hub without following redirects, so that secrets go nowhere else. */
  async fetch(url: string, init: RequestInit): Promise<Response> {
    const signal = AbortSignal.timeout(timeoutMs);
    const reply = await fetch(url, { ...init, cache: "no-store", redirect: "manual", signal }).catch(
      (cause) => {
        throw new GatehouseAuthError("hub_unreachable", "", { cause });
      },
    );
    if (reply.status === 429 || reply.status >= 500) throw new GatehouseAuthError("hub_unreachable");
    return reply;
  }

  #read(): Promise<string> {
    if (this.#metadata === null || this.#now() >= this.#metadata.until) {
      const asked = { text: this.#ask(), until: this.#now() + freshMs };
      this.#metadata = asked;
      asked.text.catch(() => {
        if (this.#metadata === asked) this.#metadata = null;
      });
    }
    return this.#metadata.text;
  }

  async #ask(): Promise<string> {
    const reply = await this.fetch(this.discoveryUrl, { headers: { accept: "application/json" } });
    const text = reply.status === 200 ? await readText(reply) : "";
    let metadata: Readonly<Record<string, unknown>> | null = null;
    try {
      metadata = text.length > longestAnswer ? null : JSON.parse(text);
    } catch {
      // reported below
    }
    if (metadata?.issuer !== this.issuer) {
      throw new GatehouseAuthError(
        "hub_answer",
        `${this.discoveryUrl} does not describe the issuer ${this.issuer}.`,
      );
    }
    // The secret goes to HUB_URL only, whatever the document says.
    for (const name of ["authorization_endpoint", "token_endpoint", "jwks_uri"]) {
      if (URL.parse(String(metadata[name]))?.origin === this.#hubUrl) continue;
      throw new GatehouseAuthError("hub_answer", `${name} of the hub's issuer is not at HUB_URL.`);
    }
    return text;
  }
}
