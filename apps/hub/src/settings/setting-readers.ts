/** Parsers of single settings. Each throws a SettingsError with the setting's name and the expected value. */
import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { BlockList, isIP } from "node:net";
import { resolve } from "node:path";
import { SettingsError } from "./start-errors.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

const units: Record<string, number> = { s: 1, m: 60, h: 3600, d: 86400 };

export function origin(environment: Environment, name: string, otherwise: string): string {
  const text = environment[name] || otherwise;
  const url = URL.parse(text);
  if (
    url === null ||
    !["http:", "https:"].includes(url.protocol) ||
    url.href !== `${url.origin}/` ||
    url.username
  ) {
    throw new SettingsError(
      name,
      `should be an origin such as https://login.example.com, without a path (got "${text}").`,
    );
  }
  return url.origin;
}

/** An https address to which something is appended; http on this machine only, for tests. */
export function optionalAddress(environment: Environment, name: string): string | undefined {
  const text = environment[name];
  if (!text) return undefined;
  const url = URL.parse(text);
  const isLocal = url?.protocol === "http:" && url.hostname === "127.0.0.1";
  if (url === null || !(url.protocol === "https:" || isLocal) || url.username || url.search || url.hash) {
    throw new SettingsError(
      name,
      `should be an https:// address without a query, such as https://api.pwnedpasswords.com/range/ (got "${text}").`,
    );
  }
  return url.href.endsWith("/") ? url.href : `${url.href}/`;
}

export function duration(
  environment: Environment,
  name: string,
  otherwise: string,
  least: number,
  most: number,
): number {
  const text = environment[name] || otherwise;
  const match = /^(\d{1,6})([smhd])$/.exec(text);
  const seconds = match ? Number(match[1]) * (units[match[2] ?? ""] ?? 0) : 0;
  if (seconds < least || seconds > most) {
    throw new SettingsError(
      name,
      `should be a time from ${least}s to ${most}s, written like 90s, 30m, 12h or 2d (got "${text}").`,
    );
  }
  return seconds;
}

export function wholeNumber(
  environment: Environment,
  name: string,
  otherwise: number,
  least: number,
  most: number,
): number {
  const text = environment[name] || String(otherwise);
  const number = /^\d{1,9}$/.test(text) ? Number(text) : -1;
  if (number < least || number > most) {
    throw new SettingsError(name, `should be a whole number from ${least} to ${most} (got "${text}").`);
  }
  return number;
}

export function choice(
  environment: Environment,
  name: string,
  choices: readonly string[],
  otherwise: string,
): string {
  const text = environment[name] || otherwise;
  if (!choices.includes(text))
    throw new SettingsError(name, `should be one of ${choices.join(", ")} (got "${text}").`);
  return text;
}

export function onOrOff(environment: Environment, name: string, otherwise: boolean): boolean {
  return choice(environment, name, ["on", "off"], otherwise ? "on" : "off") === "on";
}

/** Reads the file at the start, so that a wrong one stops the start instead of failing each call to a site. */
export function certificates(environment: Environment, name: string): string | undefined {
  const file = environment[name];
  if (!file) return undefined;
  try {
    new X509Certificate(readFileSync(file));
  } catch (error) {
    const { code = "" } = error as NodeJS.ErrnoException;
    const reason = /^E[A-Z]+$/.test(code) ? code : "not a certificate";
    throw new SettingsError(
      name,
      `should be a readable file of PEM certificates (got "${file}": ${reason}).`,
    );
  }
  return resolve(file);
}

/** `SMTP_URL` and `MAIL_FROM`. */
export interface MailServerSetting {
  /** Name or address, without brackets. */
  readonly host: string;
  readonly port: number;
  /** TLS from the first byte (`smtps:`). */
  readonly implicitTls: boolean;
  /** Absent: the server asks for no sign-in. */
  readonly user?: string;
  readonly password?: string;
  /** Sender, as in `MAIL_FROM`. */
  readonly from: string;
}

/** The error does not repeat the value, which may contain a password. */
export function mailServer(environment: Environment): MailServerSetting | undefined {
  if (!environment.SMTP_URL) return undefined;
  const url = URL.parse(environment.SMTP_URL);
  const host = url?.hostname.replace(/^\[(.*)\]$/, "$1").toLowerCase() ?? "";
  const isServer = url !== null && ["smtp:", "smtps:"].includes(url.protocol);
  const more = url === null || url.search || url.hash || !["", "/"].includes(url.pathname);
  const [user, password] = [url?.username, url?.password].map((part) => decoded(part ?? ""));
  if (!isServer || more || !/^[a-z0-9.:-]+$/.test(host) || user === undefined || password === undefined) {
    throw new SettingsError(
      "SMTP_URL",
      "should be the address of a mail server, such as smtp://user:password@mail.example.com:587 or smtps://mail.example.com. Percent-encode special characters of user and password.",
    );
  }
  if (!environment.MAIL_FROM) {
    throw new SettingsError(
      "MAIL_FROM",
      "is missing. SMTP_URL requires it: the sender of the hub's mail, such as Gatehouse <login@example.com>.",
    );
  }
  const implicitTls = url.protocol === "smtps:";
  return {
    host,
    port: Number(url.port) || (implicitTls ? 465 : 587),
    implicitTls,
    ...(user !== "" && { user, password }),
    from: environment.MAIL_FROM,
  };
}

/** @returns `undefined`: not percent-encoded text */
function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

export function address(environment: Environment, name: string, otherwise: string): string {
  const text = environment[name] || otherwise;
  if (isIP(text) === 0) {
    throw new SettingsError(
      name,
      `should be an IP address of this machine, such as 127.0.0.1, or 0.0.0.0 or :: for all of them (got "${text}").`,
    );
  }
  return text;
}

export function addresses(environment: Environment, name: string): BlockList | undefined {
  const entries = (environment[name] ?? "")
    .split(",")
    .map((entry) => entry.trim())
    .filter(Boolean);
  if (entries.length === 0) return undefined;
  const list = new BlockList();
  for (const entry of entries) {
    const [, address = "", prefix] = /^([^/]*)(?:\/(\d{1,3}))?$/.exec(entry) ?? [];
    const family = isIP(address);
    const bits = prefix === undefined ? (family === 6 ? 128 : 32) : Number(prefix);
    if (family === 0 || bits > (family === 6 ? 128 : 32)) {
      throw new SettingsError(name, `should list IP addresses or networks like 10.0.0.0/8 (got "${entry}").`);
    }
    list.addSubnet(address, bits, family === 6 ? "ipv6" : "ipv4");
  }
  return list;
}
