import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type CryptoKey, exportJWK, generateKeyPair, SignJWT } from "jose";

// Making an RSA key takes a while: one of each for all.
const keyPairs = { ES256: generateKeyPair("ES256"), RS256: generateKeyPair("RS256") } as const;

interface Asked {
  readonly authorization: string | undefined;
  readonly body: string;
}

/** An issuer for tests, over HTTP, with its own keys. */
export class IssuerInTest {
  /** Opaque tokens and their introspection answers. */
  readonly tokens = new Map<string, object>();
  /** App passwords as `user:password`, and the hub's answers. */
  readonly appPasswords = new Map<string, object>();
  readonly introspections: Asked[] = [];
  readonly verifications: Asked[] = [];
  keysAsked = 0;
  /** Cuts every connection, as a hub that is down. */
  down = false;
  /** Breaks off in the middle of every answer. */
  breaksOff = false;
  /** Answers everything with this, when set. */
  answer: { status: number; body: string; headers?: Record<string, string> } | null = null;
  #held: { reached: () => void; released: Promise<void> } | null = null;
  readonly #server = createServer((request, reply) => this.#answer(request, reply));
  readonly #published: object[] = [];
  #key: CryptoKey | undefined;
  #rsaKey: CryptoKey | undefined;

  async start(): Promise<void> {
    this.#key = await this.#addKey("ES256");
    this.#rsaKey = await this.#addKey("RS256");
    await new Promise<void>((started) => this.#server.listen(0, "127.0.0.1", started));
  }

  async stop(): Promise<void> {
    await new Promise((stopped) => {
      this.#server.close(stopped);
      this.#server.closeAllConnections();
    });
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** The next question is answered as of when it came, but not before it is released. */
  hold(): { readonly reached: Promise<void>; readonly release: () => void } {
    const reached = Promise.withResolvers<void>();
    const released = Promise.withResolvers<void>();
    this.#held = { reached: reached.resolve, released: released.promise };
    return { reached: reached.promise, release: released.resolve };
  }

  /** A JWT access token with good claims, but for those that are given. */
  async sign(claims: object = {}, header: object = {}, key = this.#key as CryptoKey): Promise<string> {
    return new SignJWT({ ...this.claims(), ...claims })
      .setProtectedHeader({ alg: "ES256", typ: "at+jwt", kid: "ES256", ...header })
      .sign(key);
  }

  async signRsa(): Promise<string> {
    return this.sign({}, { alg: "RS256", kid: "RS256" }, this.#rsaKey);
  }

  /** Claims of a valid token of Alice's budget program. */
  claims(): Record<string, unknown> {
    const now = Math.floor(Date.now() / 1000);
    return {
      iss: `${this.url}/oidc`,
      aud: "https://bank.example/api",
      sub: "alice-id",
      client_id: "budget",
      scope: "accounts.read",
      iat: now,
      exp: now + 900,
      jti: crypto.randomUUID(),
    };
  }

  /** An opaque token, active until it is taken out of `tokens`. */
  issue(claims: object = {}): string {
    const token = crypto.randomUUID().replaceAll("-", "_");
    this.tokens.set(token, { active: true, token_type: "Bearer", ...this.claims(), ...claims });
    return token;
  }

  async #addKey(algorithm: keyof typeof keyPairs): Promise<CryptoKey> {
    const { publicKey, privateKey } = await keyPairs[algorithm];
    this.#published.push({ ...(await exportJWK(publicKey)), kid: algorithm, alg: algorithm, use: "sig" });
    return privateKey;
  }

  async #answer(request: IncomingMessage, reply: ServerResponse): Promise<void> {
    if (this.down) return void request.socket.destroy();
    if (this.breaksOff) {
      reply.writeHead(200, { "content-type": "application/json", "content-length": 1_000 });
      return void reply.write('{"', () => request.socket.destroy());
    }
    const body = Buffer.concat(await request.toArray()).toString();
    const answer = this.answer ?? { status: 200, body: JSON.stringify(this.#say(request, body)) };
    if (this.answer) this.#note(request, body);
    const held = this.#held;
    this.#held = null;
    held?.reached();
    await held?.released;
    reply.setHeader("content-type", "application/json");
    reply.writeHead(answer.status, answer.headers).end(answer.body);
  }

  #say(request: IncomingMessage, body: string): object {
    if (request.url === "/oidc/jwks") {
      this.keysAsked++;
      return { keys: this.#published };
    }
    this.#note(request, body);
    if (request.url !== "/api/v1/app-passwords/verify")
      return this.tokens.get(new URLSearchParams(body).get("token") ?? "") ?? { active: false };
    const { user, password } = JSON.parse(body) as { user: string; password: string };
    return this.appPasswords.get(`${user}:${password}`) ?? { active: false };
  }

  #note({ url, headers }: IncomingMessage, body: string): void {
    const asked = { authorization: headers.authorization, body };
    if (url === "/oidc/token/introspection") this.introspections.push(asked);
    if (url === "/api/v1/app-passwords/verify") this.verifications.push(asked);
  }
}
