import { createHash } from "node:crypto";
import { LRUCache } from "lru-cache";
import { GatehouseAuthError } from "../log/gatehouse-auth-error.ts";
import type { Settings } from "../settings/settings.ts";
import { askHub, type HubReply } from "./ask-hub.ts";
import { type TokenFacts, tokenFacts } from "./judge-token.ts";

/** Maximum number of cached answers. */
const most = 10_000;

interface IntrospectionParts {
  readonly settings: Settings;
  /** Cache lifetime of an answer for later calls. */
  readonly cacheMs: number;
  /** The clock, in milliseconds. */
  readonly now: () => number;
}

type Facts = TokenFacts | null;

interface Remembered {
  readonly facts: Facts;
  readonly until: number;
}

/** A pending question, and the next one, which serves all calls that came since. */
interface UnderWay {
  readonly answer: Promise<Facts>;
  next?: Promise<Facts>;
}

/**
 * Introspects opaque tokens at the hub.
 *
 * An answer serves every call that came before its question was sent: a burst of calls with one token costs two questions,
 * and a token that was revoked before a call is refused in that call. Answers are also cached for `cacheMs`, failures
 * never. The cache stores hashes instead of tokens.
 */
export class Introspection {
  readonly #parts: IntrospectionParts;
  readonly #answers = new LRUCache<string, Remembered>({ max: most });
  readonly #underWay = new Map<string, UnderWay>();

  constructor(parts: IntrospectionParts) {
    this.#parts = parts;
  }

  /**
   * @returns `null` for an unknown, expired or revoked token
   * @throws {GatehouseAuthError} when the hub cannot be asked
   */
  async facts(token: string): Promise<Facts> {
    const key = createHash("sha256").update(token).digest("base64");
    const known = this.#answers.get(key);
    if (known && this.#parts.now() < known.until) return known.facts;
    const underWay = this.#underWay.get(key);
    if (underWay === undefined) return this.#begin(key, token);
    const over = underWay.answer.then(ignore, ignore);
    underWay.next ??= over.then(() => this.#begin(key, token));
    return underWay.next;
  }

  #begin(key: string, token: string): Promise<Facts> {
    const answer = this.#ask(key, token).finally(() => {
      if (this.#underWay.get(key) === mine) this.#underWay.delete(key);
    });
    const mine: UnderWay = { answer };
    this.#underWay.set(key, mine);
    return answer;
  }

  async #ask(key: string, token: string): Promise<Facts> {
    const { settings, cacheMs, now } = this.#parts;
    // Counted from before the question, because the token may be revoked just after the answer.
    const asked = now();
    const answer = await introspect(settings, token);
    const facts = parseAnswer(answer);
    const dies = typeof answer.exp === "number" ? answer.exp * 1000 : Number.POSITIVE_INFINITY;
    if (cacheMs > 0) this.#answers.set(key, { facts, until: Math.min(asked + cacheMs, dies) });
    return facts;
  }
}

function ignore(): void {}

/** @see RFC 7662, section 2.1; RFC 6749, section 2.3.1 (encoding of id and secret) */
async function introspect(settings: Settings, token: string): Promise<HubReply["json"]> {
  const { hubUrl, siteId, siteSecret } = settings;
  const credentials = Buffer.from(`${formEncode(siteId)}:${formEncode(siteSecret)}`).toString("base64");
  const { status, json } = await askHub(`${hubUrl}/oidc/token/introspection`, {
    authorization: `Basic ${credentials}`,
    "content-type": "application/x-www-form-urlencoded",
    body: new URLSearchParams({ token, token_type_hint: "access_token" }).toString(),
  });
  if (status === 429) throw new GatehouseAuthError("hub_unreachable");
  if (status !== 200) throw new GatehouseAuthError(status === 401 ? "site_rejected" : "hub_answer");
  return json;
}

/** @see RFC 7662, section 2.2 */
function parseAnswer(answer: HubReply["json"]): Facts {
  if (answer.active === false) return null;
  if (answer.active !== true) throw new GatehouseAuthError("hub_answer");
  // A refresh token is active too, and has no type.
  return tokenFacts(answer, answer.token_type === "Bearer");
}

function formEncode(text: string): string {
  return new URLSearchParams({ "": text }).toString().slice(1);
}
