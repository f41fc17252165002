import { createSecretKey, hkdfSync, type KeyObject } from "node:crypto";
import { GatehouseAuthError } from "../log/gatehouse-auth-error.ts";

/** Settings of a site, read from its environment. */
export interface Settings {
  readonly siteId: string;
  /** The hub's origin, without a trailing slash. */
  readonly hubUrl: string;
  /** The site's public origin, without a trailing slash. Never taken from a Host header. */
  readonly siteUrl: string;
  /** Authenticates the site at the hub. */
  readonly siteSecret: string;
  /** Seals the site's cookies; derived from the secret, which it does not reveal. */
  readonly cookieSecret: string;
  /** Seals the flow in the state of a sign-in by OpenID Connect; derived from the secret as well. */
  readonly stateKey: KeyObject;
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads the three variables of a site. Called at the first use and not at import, because `next build` runs without them.
 *
 * @throws {GatehouseAuthError} with the variable's name and what it should be
 */
export function readSettings(siteId: string, environment: Environment): Settings {
  if (!/^[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$/.test(siteId)) throw new GatehouseAuthError("site_id_invalid");
  // next-auth reads both and would use another address than SITE_URL.
  if (environment.AUTH_URL || environment.NEXTAUTH_URL) throw new GatehouseAuthError("other_auth_url");
  const siteSecret = required(environment, "SITE_SECRET");
  if (siteSecret.length < 32) throw new GatehouseAuthError("secret_too_short");
  const derive = (purpose: string) => Buffer.from(hkdfSync("sha256", siteSecret, siteId, purpose, 32));
  return {
    siteId,
    hubUrl: origin(environment, "HUB_URL"),
    siteUrl: origin(environment, "SITE_URL"),
    siteSecret,
    cookieSecret: derive("gatehouse site cookies v1").toString("hex"),
    stateKey: createSecretKey(derive("gatehouse flow v1")),
  };
}

function required(environment: Environment, name: string): string {
  const value = environment[name]?.trim();
  if (!value) throw new GatehouseAuthError("settings_missing", `${name} is not set.`);
  return value;
}

function origin(environment: Environment, name: string): string {
  const value = required(environment, name);
  const url = URL.parse(value);
  const plain = url && !url.username && !url.password && url.pathname === "/" && !url.search && !url.hash;
  if (!plain || !/^https?:$/.test(url.protocol)) {
    throw new GatehouseAuthError(
      "setting_invalid",
      `${name} must be an origin such as https://www.example.com, without a path.`,
    );
  }
  return url.origin;
}
