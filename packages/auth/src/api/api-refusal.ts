/** One challenge; without error for a caller that sent no credentials. */
export type Challenge =
  | {
      readonly scheme: "Bearer";
      readonly error?: "invalid_request" | "invalid_token" | "insufficient_scope";
      readonly scope?: string;
    }
  | { readonly scheme: "Basic" };

interface RefusalDetails {
  readonly challenges?: readonly Challenge[];
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * A refused request. Thrown from a route, it becomes the status and a JSON body
 * `{ "error": code, "message": sentence }`.
 */
export class ApiRefusal extends Error {
  override readonly name = "ApiRefusal";
  readonly status: number;
  readonly code: string;
  readonly details: RefusalDetails;

  /**
   * @param code stable, for programs
   * @param message one sentence for their developers: ASCII without quotes and backslashes, without secrets
   */
  constructor(status: number, code: string, message: string, details: RefusalDetails = {}) {
    super(message);
    this.status = status;
    this.code = code;
    this.details = details;
  }
}

/** Without credentials the challenge has no error. @see RFC 6750, section 3.1 */
export function credentialsMissing(takesAppPasswords: boolean): ApiRefusal {
  const challenges: Challenge[] = [{ scheme: "Bearer" }];
  if (takesAppPasswords) challenges.push({ scheme: "Basic" });
  const or = takesAppPasswords ? ", or your username and an app password as Basic" : "";
  const message = `Send an access token of the hub in the header Authorization: Bearer${or}.`;
  return new ApiRefusal(401, "credentials_missing", message, { challenges });
}

/** @see RFC 6750, section 3.1 (invalid_request) */
export function malformedRequest(message: string): ApiRefusal {
  const challenges = [{ scheme: "Bearer", error: "invalid_request" }] as const;
  return new ApiRefusal(400, "invalid_request", message, { challenges });
}

/** @see RFC 6750, section 3.1 (invalid_token) */
export function invalidToken(message: string): ApiRefusal {
  const challenges = [{ scheme: "Bearer", error: "invalid_token" }] as const;
  return new ApiRefusal(401, "invalid_token", message, { challenges });
}

/** A challenge of `Basic` has no error parameter; the body has it. @see RFC 7617, section 2 */
export function refusedAppPassword(status: 401 | 403, code: string, message: string): ApiRefusal {
  return new ApiRefusal(status, code, message, { challenges: [{ scheme: "Basic" }] });
}

/** @see RFC 6750, section 3.1 (insufficient_scope) */
export function insufficientScope(scope: string, scheme: Challenge["scheme"]): ApiRefusal {
  if (scheme === "Basic") {
    const message = `The app password does not allow this. It needs ${scope}.`;
    return refusedAppPassword(403, "insufficient_scope", message);
  }
  const message = `The access token does not allow this. It needs the scope ${scope}.`;
  return new ApiRefusal(403, "insufficient_scope", message, {
    challenges: [{ scheme, error: "insufficient_scope", scope }],
  });
}

/** @see RFC 9110, section 15.5.6 */
export function methodNotAllowed(allow: string): ApiRefusal {
  return new ApiRefusal(405, "method_not_allowed", `This address takes ${allow}.`, { headers: { allow } });
}

/** 503 and not 401, so that clients keep a token that may be valid. @see RFC 9110, section 15.6.4 */
export function cannotCheck(): ApiRefusal {
  const message = "Your credentials cannot be checked at the moment. Try again in a few seconds.";
  return new ApiRefusal(503, "temporarily_unavailable", message, { headers: { "retry-after": "5" } });
}

/** Renders a refusal as a response. */
export function renderRefusal(refusal: ApiRefusal, realm: string): Response {
  const { status, code, message, details } = refusal;
  const headers = new Headers(details.headers);
  for (const challenge of details.challenges ?? [])
    headers.append("www-authenticate", writeChallenge(realm, challenge, message));
  return Response.json({ error: code, message }, { status, headers });
}

/** @see RFC 9110, section 11.6.1; RFC 6750, section 3; RFC 7617, section 2.1 (charset) */
function writeChallenge(realm: string, challenge: Challenge, message: string): string {
  if (challenge.scheme === "Basic") return `Basic realm="${realm}", charset="UTF-8"`;
  const { error, scope } = challenge;
  const words = [`realm="${realm}"`];
  if (error) words.push(`error="${error}"`, `error_description="${message}"`);
  if (scope) words.push(`scope="${scope}"`);
  return `Bearer ${words.join(", ")}`;
}
