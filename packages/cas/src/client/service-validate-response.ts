import { CasClientError, type CasClientErrorCode } from "./cas-client-error.ts";
import { readCapped } from "./read-capped.ts";

/** Result of a successful validation. */
export interface AuthenticatedUser {
  readonly user: string;
  /** Attributes that the site's registration releases. */
  readonly attributes: Readonly<Record<string, string | readonly string[]>>;
  /** Time of the last authentication; `null` if the hub does not send it. */
  readonly authenticationDate: Date | null;
  /** The user authenticated for this ticket (no single sign-on). */
  readonly isFromNewLogin: boolean;
  /** The central session began with "remember me". */
  readonly longTerm: boolean;
}

const longestAnswer = 65_536;

const refusals: Readonly<Record<string, readonly [CasClientErrorCode, string]>> = {
  INVALID_TICKET: [
    "ticket_refused",
    "The hub refused the ticket: it was used before, is too old, or its session has ended. Send the user to sign in again, and validate each ticket only once and immediately.",
  ],
  INVALID_TICKET_SPEC: [
    "ticket_kind_refused",
    "The hub refused this kind of ticket here. Validate only tickets that arrived at the service address.",
  ],
  INVALID_SERVICE: [
    "service_mismatch",
    "The ticket was issued for another service address. Validate with exactly the service that was sent to login; behind a proxy, check SITE_URL.",
  ],
  INVALID_REQUEST: [
    "request_refused",
    "The hub could not read the validation request. Check that service and ticket are sent, each once.",
  ],
  INTERNAL_ERROR: [
    "hub_failed",
    "The hub failed to validate the ticket. Try again with a new ticket; the hub's log has the cause.",
  ],
};
const otherRefusal = [
  "site_refused",
  "The hub does not serve this site in this way. Check the site's registration at the hub.",
] as const;

/**
 * Checks the hub's response to `serviceValidateRequest`. The response is parsed, never searched for text, so that markup in
 * a failure cannot pass for a success.
 *
 * @throws CasClientError if it is anything but a success
 * @see CAS protocol 3.0.3, sections 2.5.2 and 2.5.3
 */
export async function processServiceValidateResponse(response: Response): Promise<AuthenticatedUser> {
  if (response.status >= 500) {
    throw new CasClientError(
      "hub_failed",
      "The hub failed. Try again in a moment; the hub's log has the cause.",
      {
        detail: `status ${response.status}`,
      },
    );
  }
  if (response.status !== 200) invalid(`status ${response.status}`);
  const type = response.headers.get("content-type")?.split(";", 1)[0]?.trim().toLowerCase();
  if (type !== "application/json") invalid(`content type ${type ?? "missing"}`);
  const outcome = onlyMember(onlyMember(await readJson(response), ["serviceResponse"]).value, [
    "authenticationSuccess",
    "authenticationFailure",
  ]);
  return outcome.name === "authenticationSuccess" ? readSuccess(outcome.value) : refuse(outcome.value);
}

async function readJson(response: Response): Promise<unknown> {
  const body = await readCapped(response, longestAnswer);
  if (body === null) return invalid(`longer than ${longestAnswer} bytes`);
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body));
  } catch (cause) {
    return invalid("not JSON", cause);
  }
}

function refuse(failure: unknown): never {
  if (!isRecord(failure) || typeof failure.code !== "string") return invalid("a failure without code");
  const [code, message] = (Object.hasOwn(refusals, failure.code) && refusals[failure.code]) || otherRefusal;
  const description = typeof failure.description === "string" ? `: ${failure.description}` : "";
  throw new CasClientError(code, message, { detail: `${failure.code}${description}`.slice(0, 500) });
}

function readSuccess(success: unknown): AuthenticatedUser {
  if (!isRecord(success) || !isUser(success.user)) return invalid("a success without user");
  const { attributes = {} } = success;
  if (!isRecord(attributes)) return invalid("attributes that are no object");
  const { authenticationDate, isFromNewLogin, longTermAuthenticationRequestTokenUsed, ...released } =
    attributes;
  return {
    user: success.user,
    attributes: readReleased(released),
    authenticationDate: readDate(authenticationDate),
    isFromNewLogin: readFlag(isFromNewLogin),
    longTerm: readFlag(longTermAuthenticationRequestTokenUsed),
  };
}

/** 1 to 256 characters, no control character, no space at either end. */
function isUser(user: unknown): user is string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the expression finds control characters.
  return typeof user === "string" && /^[^\u0000-\u001f\u007f]{1,256}$/.test(user) && user.trim() === user;
}

function readReleased(
  released: Readonly<Record<string, unknown>>,
): Record<string, string | readonly string[]> {
  const read = Object.entries(released).map(([name, value]): [string, string | readonly string[]] => {
    if (typeof value === "string") return [name, value];
    if (Array.isArray(value) && value.every((one) => typeof one === "string")) return [name, value];
    return invalid("an attribute that is no text");
  });
  return Object.fromEntries(read);
}

function readDate(date: unknown): Date | null {
  if (date === undefined) return null;
  const read = new Date(typeof date === "string" ? date : Number.NaN);
  return Number.isNaN(read.getTime()) ? invalid("an authenticationDate that is no date") : read;
}

function readFlag(flag: unknown): boolean {
  if (flag === undefined) return false;
  return typeof flag === "boolean" ? flag : invalid("a flag that is neither true nor false");
}

function onlyMember(
  value: unknown,
  names: readonly string[],
): { readonly name: string; readonly value: unknown } {
  const [[name, member] = ["", null], ...others] = isRecord(value) ? Object.entries(value) : [];
  return names.includes(name) && others.length === 0
    ? { name, value: member }
    : invalid(`not exactly one of ${names.join(", ")}`);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function invalid(detail: string, cause?: unknown): never {
  throw new CasClientError(
    "hub_answer_invalid",
    "The answer is not a validation by the hub. Check that HUB_URL is the hub's own origin and that no proxy answers in its place.",
    { detail, cause },
  );
}
