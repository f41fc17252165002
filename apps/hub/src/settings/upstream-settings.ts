/** `UPSTREAMS`: identity providers that users can sign in with. */
import { type Environment, onOrOff } from "./setting-readers.ts";
import { SettingsError } from "./start-errors.ts";

export interface UpstreamSetting {
  /** Part of addresses and of the stored accounts. */
  readonly id: string;
  /** Label of its button. */
  readonly name: string;
  /** GitHub has no OpenID Connect for users. */
  readonly protocol: "oidc" | "github";
  /** OpenID Connect: the issuer; GitHub: its website. */
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** Whether it asks the user to sign in again on demand (`max_age`) and says when the user did (`auth_time`). */
  readonly reauthenticates: boolean;
  /** Whether an address that the provider calls verified counts as verified here. */
  readonly trustsEmail: boolean;
}

/** Providers that are known by their id. */
const known: Readonly<
  Record<string, Pick<UpstreamSetting, "name" | "protocol" | "issuer" | "reauthenticates">>
> = {
  github: { name: "GitHub", protocol: "github", issuer: "https://github.com", reauthenticates: false },
  google: {
    name: "Google",
    protocol: "oidc",
    issuer: "https://accounts.google.com",
    reauthenticates: false,
  },
};

const mostProviders = 10;
const longestName = 40;

/** @param isLoopbackHost whether http is permitted for a host */
export function upstreams(
  environment: Environment,
  isLoopbackHost: (hostname: string) => boolean,
): readonly UpstreamSetting[] {
  const text = environment.UPSTREAMS ?? "";
  const ids = text
    .split(",")
    .map((id) => id.trim())
    .filter(Boolean);
  const areIds = ids.every((id) => /^[a-z][a-z0-9]{0,19}$/.test(id));
  if (!areIds || new Set(ids).size !== ids.length || ids.length > mostProviders) {
    throw new SettingsError(
      "UPSTREAMS",
      `should list up to ${mostProviders} different ids of lower-case letters and digits, such as work,github,google (got "${text}").`,
    );
  }
  return ids.map((id) => upstream(environment, id, isLoopbackHost));
}

function upstream(
  environment: Environment,
  id: string,
  isLoopbackHost: (hostname: string) => boolean,
): UpstreamSetting {
  const prefix = `UPSTREAM_${id.toUpperCase()}`;
  const required = (name: string, meaning: string): string => {
    const value = environment[`${prefix}_${name}`]?.trim();
    if (!value)
      throw new SettingsError(`${prefix}_${name}`, `is missing. UPSTREAMS names ${id}: give ${meaning}.`);
    return value;
  };
  const { [id]: preset } = known;
  const issuer = issuerOf(
    `${prefix}_ISSUER`,
    preset === undefined
      ? required("ISSUER", "the address of its issuer, such as https://login.example.com")
      : environment[`${prefix}_ISSUER`] || preset.issuer,
    isLoopbackHost,
  );
  const name =
    environment[`${prefix}_NAME`]?.trim() || preset?.name || required("NAME", "the name on its button");
  if (name.length > longestName || /\p{Cc}/u.test(name)) {
    throw new SettingsError(
      `${prefix}_NAME`,
      `should be a name of at most ${longestName} characters (got "${name}").`,
    );
  }
  return {
    id,
    name,
    protocol: preset?.protocol ?? "oidc",
    issuer,
    clientId: required("CLIENT_ID", "the id that the provider gave the hub"),
    clientSecret: required("CLIENT_SECRET", "the secret that the provider gave the hub"),
    reauthenticates: preset?.reauthenticates ?? true,
    trustsEmail: onOrOff(environment, `${prefix}_TRUST_EMAIL`, false),
  };
}

/** @see OpenID Connect Core 1.0, section 2 (iss) */
function issuerOf(setting: string, text: string, isLoopbackHost: (hostname: string) => boolean): string {
  const url = URL.parse(text);
  const isAllowed = url?.protocol === "https:" || (url?.protocol === "http:" && isLoopbackHost(url.hostname));
  if (url === null || !isAllowed || url.username || url.search || url.hash) {
    throw new SettingsError(
      setting,
      `should be an https:// address without a query, such as https://login.example.com (got "${text}").`,
    );
  }
  return text;
}
