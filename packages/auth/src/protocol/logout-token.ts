import { errors, type JWTPayload, jwtVerify } from "jose";
import { LRUCache } from "lru-cache";
import { GatehouseAuthError } from "../log/gatehouse-auth-error.ts";
import type { TokenIssuer } from "./hub-issuer.ts";
import { algorithms, toleranceSeconds } from "./id-token.ts";

const event = "http://schemas.openid.net/event/backchannel-logout";
/** Maximum age of a token, in seconds. The hub makes a new one for each attempt. */
const longestLife = 180;
const maxRemembered = 20_000;

/** Reads the form that the hub posts; exactly one token. */
export function readLogoutForm(body: Uint8Array): string {
  let tokens: string[] = [];
  try {
    tokens = new URLSearchParams(new TextDecoder("utf-8", { fatal: true }).decode(body)).getAll(
      "logout_token",
    );
  } catch {
    // not UTF-8: no form
  }
  const [token] = tokens;
  if (token === undefined || tokens.length > 1) throw new GatehouseAuthError("logout_request_malformed");
  return token;
}

/**
 * Verifies logout tokens of one site. Each token is accepted once per process; repeated in another process, it ends a
 * session that has ended already.
 */
export class LogoutTokenReader {
  readonly #hub: TokenIssuer;
  readonly #siteId: string;
  readonly #now: () => number;
  readonly #seen = new LRUCache<string, true>({ max: maxRemembered });

  constructor(hub: TokenIssuer, siteId: string, now: () => number) {
    this.#hub = hub;
    this.#siteId = siteId;
    this.#now = now;
  }

  /**
   * @returns the `sid` of the ended session
   * @throws {GatehouseAuthError} `logout_request_malformed`: the token is invalid or repeated
   * @see OpenID Connect Back-Channel Logout 1.0, section 2.6
   */
  async read(token: string): Promise<string> {
    const { payload } = await jwtVerify(token, this.#hub.keys, {
      issuer: this.#hub.issuer,
      audience: this.#siteId,
      algorithms,
      // ID tokens are signed by the same keys for the same site, and must not end sessions.
      typ: "logout+jwt",
      clockTolerance: toleranceSeconds,
      maxTokenAge: longestLife,
      currentDate: new Date(this.#now()),
      requiredClaims: ["iat", "exp", "jti", "sid", "events"],
    }).catch(refuse);
    const sid = judge(payload);
    const jti = String(payload.jti);
    if (this.#seen.get(jti)) throw malformed("It was used before (jti).");
    this.#seen.set(jti, true);
    return sid;
  }
}

function judge({ sid, jti, events, nonce }: JWTPayload): string {
  if (nonce !== undefined) throw malformed("It has a nonce, which only ID tokens have.");
  const told = (events as Readonly<Record<string, unknown>> | null)?.[event];
  if (typeof told !== "object" || told === null) throw malformed("It reports no logout (events).");
  if (typeof jti !== "string" || jti === "" || jti.length > 200) throw malformed("Its jti is malformed.");
  if (typeof sid !== "string" || sid === "") throw malformed("It names no session (sid).");
  return sid;
}

function refuse(cause: unknown): never {
  if (cause instanceof GatehouseAuthError) throw cause;
  if (cause instanceof errors.JWTExpired) throw malformed("It has expired: is the clock right?", cause);
  // Without the token's content, which must not get into the log.
  if (cause instanceof errors.JWTClaimValidationFailed) {
    const late = cause.claim === "iat" ? " Is the clock right?" : "";
    throw malformed(`Its claim "${cause.claim}" is wrong.${late}`, cause);
  }
  if (cause instanceof errors.JOSEError) throw malformed("The hub did not sign it.", cause);
  throw new GatehouseAuthError("internal", "", { cause });
}

function malformed(detail: string, cause?: unknown): GatehouseAuthError {
  return new GatehouseAuthError("logout_request_malformed", detail, { cause });
}
