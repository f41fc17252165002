/**
 * The settings of the hub, parsed once at start. The only place that reads `process.env`, except for `memory-limits.mjs`,
 * which runs before. `.env.example` describes every setting.
 */
import { type BlockList, isIP } from "node:net";
import { resolve } from "node:path";
import { defaultHeapMegabytes, leastHeapMegabytes, mostHeapMegabytes } from "../../memory-limits.mjs";
import {
  address,
  addresses,
  certificates,
  choice,
  duration,
  type Environment,
  type MailServerSetting,
  mailServer,
  onOrOff,
  optionalAddress,
  origin,
  wholeNumber,
} from "./setting-readers.ts";
import { SettingsError } from "./start-errors.ts";
import { type UpstreamSetting, upstreams } from "./upstream-settings.ts";

/**
 * `production` is the default and the strictest mode. `demo`, which `npm start` sets on loopback, creates the demo users.
 * `test` also creates them and opens the test door; it requires loopback or a host name under `.test`.
 */
export type Mode = "production" | "demo" | "test";

/** Creation of accounts: by anybody, by invited users, or by operators only. */
export type SignUpMode = "open" | "invitation" | "off";

export interface Settings {
  readonly mode: Mode;
  readonly dev: boolean;
  readonly port: number;
  /** Address that the hub listens on. */
  readonly bindAddress: string;
  /** Public origin, without a trailing slash. */
  readonly hubUrl: string;
  readonly secure: boolean;
  /** Newest first; each at least 32 characters. */
  readonly secrets: readonly [string, ...string[]];
  readonly databaseUrl: string | undefined;
  readonly dataDirectory: string;
  readonly sitesDirectory: string;
  readonly trustedProxies: BlockList | undefined;
  readonly sessionIdleSeconds: number;
  readonly sessionMaxSeconds: number;
  /** Idle and absolute timeout of a session with "keep me signed in". */
  readonly sessionRememberSeconds: number;
  readonly ticketLifeSeconds: number;
  /** Time between a user's request to delete the account and the deletion. */
  readonly deletionGraceSeconds: number;
  readonly loginThrottle: boolean;
  /** Operators sign in with a factor besides the password. */
  readonly operatorsNeedFactor: boolean;
  /** Smallest number of characters of a password: as the only factor, and with a second one. */
  readonly passwordLengths: { readonly alone: number; readonly withFactor: number };
  /** Service that knows breached passwords; `undefined`: none is asked. */
  readonly breachLookupUrl: string | undefined;
  readonly certificateAuthorityFile: string | undefined;
  readonly mailServer: MailServerSetting | undefined;
  readonly signUpMode: SignUpMode;
  /** Identity providers that users can sign in with. */
  readonly upstreams: readonly UpstreamSetting[];
  readonly allowLoopbackSites: boolean;
  readonly testDoorKey: string | undefined;
  readonly logLevel: string;
  /** Settings that are set, but that this version does not use; the start warns of them. */
  readonly unused: readonly string[];
  /** Looks up environment variables that a registration names: `${SHOP_URL}`, `{ "environment": "SHOP_SITE_SECRET" }`. */
  readonly lookUp: (name: string) => string | undefined;
}

/** Default of `HUB_URL` if `HUB_PORT` is not set either. */
export const defaultHubUrl = "http://hub.localhost:3000";

/** Settings of `.env.example` that this version does not use yet. */
const reserved = ["REDIS_URL"];

/**
 * @param environment usually `process.env`
 * @throws SettingsError naming the first invalid setting and its expected value
 */
export function readSettings(environment: Environment = process.env): Settings {
  const mode = choice(environment, "HUB_MODE", ["production", "demo", "test"], "production") as Mode;
  const port = wholeNumber(environment, "HUB_PORT", 3000, 0, 65535);
  const hubUrl = origin(environment, "HUB_URL", `http://hub.localhost:${port}`);
  const { hostname } = new URL(hubUrl);
  const loopback = isLoopbackHost(hostname);
  const ofTests = mode === "test" && isTestHost(hostname);
  if (mode !== "production" && !loopback && !ofTests) {
    throw new SettingsError(
      "HUB_MODE",
      `is "${mode}", which requires a HUB_URL ${mode === "test" ? "on loopback or under .test" : "on loopback"}, but HUB_URL is ${hubUrl}. Set HUB_MODE=production.`,
    );
  }
  if (!loopback && hubUrl.startsWith("http:")) {
    throw new SettingsError(
      "HUB_URL",
      `should begin with https:// unless it is on loopback (got "${hubUrl}"): over http, anybody on the network path can read passwords. Put a proxy with https in front of the hub, and give its address here.`,
    );
  }
  const loginThrottle = onOrOff(environment, "LOGIN_THROTTLE", true);
  if (!loginThrottle && mode === "production") {
    throw new SettingsError(
      "LOGIN_THROTTLE",
      "must be on in production: without it passwords can be guessed.",
    );
  }
  const operatorsNeedFactor = onOrOff(environment, "OPERATORS_NEED_FACTOR", mode === "production");
  if (!operatorsNeedFactor && mode === "production") {
    throw new SettingsError(
      "OPERATORS_NEED_FACTOR",
      "must be on in production: an operator's password alone would open every account.",
    );
  }
  const idle = duration(environment, "SESSION_IDLE", "30m", 60, 30 * 86400);
  const max = duration(environment, "SESSION_MAX", "24h", 60, 90 * 86400);
  if (idle > max) throw new SettingsError("SESSION_IDLE", "must not be longer than SESSION_MAX.");
  // `memory-limits.mjs` reads it before the hub's code runs, and ignores an invalid one.
  wholeNumber(environment, "HEAP_LIMIT", defaultHeapMegabytes, leastHeapMegabytes, mostHeapMegabytes);
  const dataDirectory = resolve(environment.DATA_DIR || resolve(import.meta.dirname, "../../../../.data"));
  return {
    mode,
    dev: environment.HUB_DEV === "1",
    port,
    bindAddress: bindAddress(environment, mode),
    hubUrl,
    secure: hubUrl.startsWith("https:"),
    secrets: secrets(environment),
    databaseUrl: environment.DATABASE_URL || undefined,
    dataDirectory,
    sitesDirectory: resolve(environment.SITES_DIR || resolve(import.meta.dirname, "../../sites")),
    trustedProxies: addresses(environment, "TRUST_PROXY"),
    sessionIdleSeconds: idle,
    sessionMaxSeconds: max,
    // CAS protocol 3.0.3, section 3.6: a long-term session may not exceed three months.
    sessionRememberSeconds: duration(environment, "SESSION_REMEMBER", "14d", 86_400, 90 * 86_400),
    ticketLifeSeconds: duration(environment, "TICKET_LIFE", "10s", 1, 300),
    deletionGraceSeconds: duration(environment, "DELETION_GRACE", "14d", 60, 90 * 86_400),
    loginThrottle,
    operatorsNeedFactor,
    passwordLengths: passwordLengths(environment),
    breachLookupUrl: optionalAddress(environment, "BREACH_LOOKUP_URL"),
    certificateAuthorityFile: certificates(environment, "CA_FILE"),
    mailServer: mailServer(environment),
    signUpMode: signUpMode(environment, mode),
    upstreams: upstreams(environment, isLoopbackHost),
    allowLoopbackSites: onOrOff(environment, "ALLOW_LOOPBACK_SITES", mode !== "production"),
    testDoorKey: mode === "test" ? testDoorKey(environment) : undefined,
    logLevel: choice(environment, "LOG_LEVEL", ["debug", "info", "warn", "error", "silent"], "info"),
    unused: reserved.filter((name) => environment[name]),
    lookUp: (name) => environment[name] || undefined,
  };
}

/** Whether a host name can only mean this machine. @see RFC 6761, section 6.3 */
export function isLoopbackHost(hostname: string): boolean {
  return (
    hostname === "localhost" ||
    hostname.endsWith(".localhost") ||
    hostname === "[::1]" ||
    (isIP(hostname) === 4 && hostname.startsWith("127."))
  );
}

/**
 * Whether a host name is reserved for tests: the public DNS has no such name, so no real users sign in there.
 *
 * @see RFC 6761, section 6.2; docs/decisions/0017-journeys-over-https.md
 */
function isTestHost(hostname: string): boolean {
  return hostname.endsWith(".test");
}

/** Without mail nobody could finish a sign-up: outside production `/dev/mail` shows it. */
function signUpMode(environment: Environment, mode: Mode): SignUpMode {
  const usual = mode === "production" ? "off" : "open";
  const chosen = choice(environment, "SIGN_UP", ["open", "invitation", "off"], usual) as SignUpMode;
  if (chosen !== "off" && mode === "production" && !environment.SMTP_URL)
    throw new SettingsError(
      "SIGN_UP",
      `is "${chosen}", which requires SMTP_URL in production: users get a link by mail. Set SMTP_URL, or SIGN_UP=off; operators can then print links (npm run hub -- user add --print-link).`,
    );
  return chosen;
}

/** The demo users have a published password, and the test door creates users: neither may be reachable by network. */
function bindAddress(environment: Environment, mode: Mode): string {
  const bound = address(environment, "BIND_ADDRESS", "127.0.0.1");
  if (mode === "production" || bound === "::1" || bound.startsWith("127.")) return bound;
  throw new SettingsError(
    "BIND_ADDRESS",
    `should be on loopback while HUB_MODE is "${mode}" (got "${bound}"). Set HUB_MODE=production, or leave it out.`,
  );
}

/** NIST and ASVS permit no less than 8, and require that 64 are accepted. */
function passwordLengths(environment: Environment): Settings["passwordLengths"] {
  const alone = wholeNumber(environment, "PASSWORD_MIN", 15, 8, 64);
  const withFactor = wholeNumber(environment, "PASSWORD_MIN_WITH_FACTOR", 8, 8, 64);
  if (withFactor > alone)
    throw new SettingsError("PASSWORD_MIN_WITH_FACTOR", "must not be more than PASSWORD_MIN.");
  return { alone, withFactor };
}

function secrets(environment: Environment): readonly [string, ...string[]] {
  const [newest, ...older] = (environment.HUB_SECRETS ?? "")
    .split(",")
    .map((secret) => secret.trim())
    .filter(Boolean);
  if (newest === undefined) {
    throw new SettingsError(
      "HUB_SECRETS",
      "is missing. Give one or more secrets of at least 32 characters, newest first, separated by commas.",
    );
  }
  if ([newest, ...older].some((secret) => secret.length < 32)) {
    throw new SettingsError(
      "HUB_SECRETS",
      "has a secret shorter than 32 characters. Make one with: openssl rand -hex 32",
    );
  }
  return [newest, ...older];
}

function testDoorKey(environment: Environment): string {
  const key = environment.TEST_DOOR_KEY ?? "";
  if (key.length < 32)
    throw new SettingsError("TEST_DOOR_KEY", "must be at least 32 characters when HUB_MODE=test.");
  return key;
}
