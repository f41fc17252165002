import { createHash, randomBytes, randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { type CryptoKey, exportJWK, generateKeyPair, type JWK, SignJWT } from "jose";
import { HubInTest } from "./hub-in-test.ts";

interface Code {
  readonly redirectUri: string;
  readonly challenge: string;
  readonly nonce: string;
  readonly sid: string;
  readonly authTime: number;
}

type Claims = Record<string, unknown>;

/** A hub for tests that speaks OpenID Connect. */
export class OidcHubInTest extends HubInTest {
  readonly tokenRequests: URLSearchParams[] = [];
  readonly #codes = new Map<string, Code>();
  #key: CryptoKey | null = null;
  #jwk: JWK = {};
  discoveries = 0;
  lastSid = "";
  /** Added to ID tokens; `undefined` takes a claim out. */
  claims: Claims = {};
  /** Replaces the answer of the token endpoint. */
  tokenAnswer: { status: number; body: string } | null = null;
  /** Added to the discovery document. */
  metadata: Record<string, unknown> = {};

  get issuer(): string {
    return `${this.url}/oidc`;
  }

  override async start(): Promise<void> {
    await super.start();
    await this.rotateKeys();
  }

  /** Replaces the signing key and the published one. */
  async rotateKeys(): Promise<void> {
    const { privateKey, publicKey } = await generateKeyPair("ES256");
    this.#key = privateKey;
    this.#jwk = { ...(await exportJWK(publicKey)), kid: randomUUID(), alg: "ES256", use: "sig" };
  }

  override signIn(authorizationUrl: string): string {
    const asked = new URL(authorizationUrl).searchParams;
    const code = randomBytes(24).toString("base64url");
    this.lastSid = randomBytes(16).toString("base64url");
    this.#codes.set(code, {
      redirectUri: asked.get("redirect_uri") ?? "",
      challenge: asked.get("code_challenge_method") === "S256" ? (asked.get("code_challenge") ?? "") : "",
      nonce: asked.get("nonce") ?? "",
      sid: this.lastSid,
      authTime: Math.floor(this.authenticatedAt / 1000),
    });
    return this.#back(asked, { code });
  }

  /** Sends the browser back without a code. */
  refuse(authorizationUrl: string, error: string): string {
    return this.#back(new URL(authorizationUrl).searchParams, { error });
  }

  #back(asked: URLSearchParams, answer: Record<string, string>): string {
    const state = asked.get("state") ?? "";
    return `${asked.get("redirect_uri")}?${new URLSearchParams({ ...answer, state, iss: this.issuer })}`;
  }

  /** Signs a payload as the hub does. */
  sign(
    claims: Claims,
    header: Record<string, unknown> = {},
    key: CryptoKey | null = this.#key,
  ): Promise<string> {
    if (key === null) throw new Error("not started");
    return new SignJWT(claims)
      .setProtectedHeader({ alg: "ES256", kid: this.#jwk.kid ?? "", ...header })
      .sign(key);
  }

  logoutToken(claims: Claims = {}, header: Record<string, unknown> = {}): Promise<string> {
    const now = Math.floor(Date.now() / 1000);
    const all = {
      iss: this.issuer,
      aud: "shop",
      iat: now,
      exp: now + 120,
      jti: randomUUID(),
      sid: this.lastSid,
      events: { "http://schemas.openid.net/event/backchannel-logout": {} },
      ...claims,
    };
    return this.sign(all, { typ: "logout+jwt", ...header });
  }

  protected override async answerMore(
    url: URL,
    request: IncomingMessage,
    reply: ServerResponse,
  ): Promise<boolean> {
    if (!url.pathname.startsWith("/oidc/")) return false;
    reply.setHeader("content-type", "application/json");
    if (url.pathname.endsWith("/openid-configuration")) reply.end(JSON.stringify(this.#discovery()));
    else if (url.pathname === "/oidc/jwks") reply.end(JSON.stringify({ keys: [this.#jwk] }));
    else if (url.pathname === "/oidc/token") await this.#token(request, reply);
    else reply.writeHead(404).end();
    return true;
  }

  #discovery(): object {
    this.discoveries++;
    return {
      issuer: this.issuer,
      authorization_endpoint: `${this.issuer}/auth`,
      token_endpoint: `${this.issuer}/token`,
      userinfo_endpoint: `${this.issuer}/me`,
      jwks_uri: `${this.issuer}/jwks`,
      authorization_response_iss_parameter_supported: true,
      code_challenge_methods_supported: ["S256"],
      id_token_signing_alg_values_supported: ["RS256", "ES256"],
      ...this.metadata,
    };
  }

  async #token(request: IncomingMessage, reply: ServerResponse): Promise<void> {
    const form = new URLSearchParams(Buffer.concat(await request.toArray()).toString());
    this.tokenRequests.push(form);
    const answer = (status: number, body: unknown) =>
      void reply.writeHead(status).end(typeof body === "string" ? body : JSON.stringify(body));
    if (this.tokenAnswer) return answer(this.tokenAnswer.status, this.tokenAnswer.body);
    const expected = `Basic ${Buffer.from(`shop:${this.siteSecret}`).toString("base64")}`;
    if (request.headers.authorization !== expected) return answer(401, { error: "invalid_client" });
    const code = this.#codes.get(form.get("code") ?? "");
    this.#codes.delete(form.get("code") ?? "");
    const challenge = createHash("sha256")
      .update(form.get("code_verifier") ?? "")
      .digest("base64url");
    if (code?.redirectUri !== form.get("redirect_uri") || code?.challenge !== challenge) {
      return answer(400, { error: "invalid_grant" });
    }
    const id_token = await this.sign(this.#idClaims(code));
    return answer(200, { access_token: randomUUID(), token_type: "Bearer", expires_in: 900, id_token });
  }

  #idClaims({ nonce, sid, authTime }: Code): Claims {
    const { id, username, name, email, groups } = this.person;
    const now = Math.floor(Date.now() / 1000);
    return {
      iss: this.issuer,
      aud: "shop",
      sub: id,
      iat: now,
      exp: now + 900,
      nonce,
      sid,
      auth_time: authTime,
      preferred_username: username,
      name,
      email,
      groups,
      ...this.claims,
    };
  }
}
