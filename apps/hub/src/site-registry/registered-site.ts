/** A site as its registration file makes it. */
import { createHash } from "node:crypto";
import {
  isFrontChannelAddress,
  isProtocolName,
  parseServicePattern,
  type ServicePattern,
} from "@gatehouse/cas/server";
import type { z } from "zod";
import type { Acr } from "./acr-values.ts";
import { jsonFault } from "./json-fault.ts";
import { addressFault } from "./registered-address.ts";
import { parseApi, parseOidc, type RegisteredApi, type RegisteredOidc } from "./registered-oidc.ts";
import { type RegistrationFault, readShape } from "./shape-faults.ts";
import type { releasable, siteFile } from "./site-file.ts";
import { drawMark } from "./site-mark.ts";

/** A released attribute of the user, and its name on the wire. */
export interface AttributeRelease {
  readonly name: string;
  readonly from: (typeof releasable)[number];
}

/** A site's permissions for proxy tickets. */
export interface ProxyPolicy {
  /** Callback URLs to which the hub may send a proxy-granting ticket. */
  readonly callbacks: readonly ServicePattern[];
  /** Ids of the sites for which it may request proxy tickets. */
  readonly targets: readonly string[];
}

/** A site as the hub uses it. */
export interface RegisteredSite {
  readonly id: string;
  readonly name: string;
  /** Normalised front page. */
  readonly url: string;
  readonly host: string;
  /** `data:` address of the site's mark, if it has one. */
  readonly mark: string | undefined;
  readonly firstParty: boolean;
  /** Weakest class of sign-in that the site accepts; absent: any. */
  readonly requires: Acr | undefined;
  /** SHA-256 of the site's secret in hex; absent: the site cannot call /sites/v1. */
  readonly secretHash: string | undefined;
  readonly cas:
    | {
        readonly services: readonly ServicePattern[];
        readonly attributes: readonly AttributeRelease[];
        readonly logoutUrl: string | undefined;
        readonly logoutChannel: "back" | "front";
        readonly proxy: ProxyPolicy | undefined;
        readonly rest: boolean;
        readonly popup: boolean;
      }
    | undefined;
  readonly oidc: RegisteredOidc | undefined;
  readonly api: RegisteredApi | undefined;
}

/** Refusal of a registration file: file, field and reason. */
export class RegistrationError extends Error {
  override readonly name = "RegistrationError";
  readonly code = "registration_invalid";
  readonly file: string;
  readonly field: string;
  readonly reason: string;
  /** Further errors found in the file. */
  readonly others: readonly RegistrationFault[];

  constructor(file: string, field: string, reason: string, others: readonly RegistrationFault[] = []) {
    super(`${file}: ${field}: ${reason}`);
    this.file = file;
    this.field = field;
    this.reason = reason;
    this.others = others;
  }

  /** One line per fault. */
  get lines(): readonly string[] {
    return [this.message, ...this.others.map(({ field, reason }) => `${this.file}: ${field}: ${reason}`)];
  }
}

/**
 * Reads one registration.
 *
 * @param file the file's name, for the error
 * @param text the file's content
 * @param lookUp the environment, for `${NAME}` and `secret.environment`
 * @throws RegistrationError with all faults of the shape; if the shape is valid, with the first fault of the content
 */
export function parseRegistration(
  file: string,
  text: string,
  lookUp: (name: string) => string | undefined,
): RegisteredSite {
  const refuse = (field: string, reason: string): never => {
    throw new RegistrationError(file, field, reason);
  };
  const site = readSiteFile(file, text);
  if (`${site.id}.json` !== file)
    refuse("id", `should be "${file.replace(/\.json$/, "")}", like the file's name`);
  const fill = (field: string, value: string): string =>
    value.replace(
      /\$\{([A-Z][A-Z0-9_]*)\}/g,
      (_, name: string) =>
        lookUp(name) ?? refuse(field, `names \${${name}}, which is not set in the environment`),
    );
  const address = (field: string, value: string): string => {
    const filled = fill(field, value);
    const fault = addressFault(filled);
    return fault === undefined ? new URL(filled).href : refuse(field, fault);
  };
  const patterns = (list: string, texts: readonly string[]): readonly ServicePattern[] =>
    texts.map((pattern, index) => {
      const field = `${list}.${index}`;
      try {
        return parseServicePattern(fill(field, pattern));
      } catch (error) {
        if (error instanceof RegistrationError) throw error;
        return refuse(field, error instanceof Error ? error.message : String(error));
      }
    });
  /** @see CAS protocol 3.0.3, section 2.5.4: a callback is https */
  const callbacks = (list: string, texts: readonly string[]): readonly ServicePattern[] =>
    patterns(list, texts).map((pattern, index) =>
      pattern.origin.startsWith("https:")
        ? pattern
        : refuse(`${list}.${index}`, "should begin with https://"),
    );
  const logoutUrl = site.cas?.logoutUrl && address("cas.logoutUrl", site.cas.logoutUrl);
  if (logoutUrl && site.cas?.logoutChannel === "front" && !isFrontChannelAddress(logoutUrl))
    refuse(
      "cas.logoutUrl",
      "should be short and hold no ticket, SAMLart or logoutRequest, since a browser goes there",
    );
  const url = address("url", site.url);
  return {
    id: site.id,
    name: site.name,
    url,
    host: new URL(url).hostname,
    mark: site.mark && drawMark(site.name, site.mark),
    firstParty: site.firstParty,
    requires: site.requires,
    secretHash: secretHash(site.secret, lookUp, refuse),
    cas: site.cas && {
      services: patterns("cas.services", site.cas.services),
      attributes: attributeReleases(site.cas.attributes, refuse),
      logoutUrl,
      logoutChannel: site.cas.logoutChannel,
      proxy: site.cas.proxy && {
        callbacks: callbacks("cas.proxy.callbacks", site.cas.proxy.callbacks),
        targets: site.cas.proxy.targets,
      },
      rest: site.cas.rest,
      popup: site.cas.popup,
    },
    oidc:
      site.oidc &&
      parseOidc(
        site.oidc,
        { hasSecret: site.secret !== undefined, firstParty: site.firstParty },
        { fill, address, refuse },
      ),
    api: site.api && parseApi(site.api, { fill, address, refuse }),
  };
}

function attributeReleases(
  declared: NonNullable<z.infer<typeof siteFile>["cas"]>["attributes"],
  refuse: (field: string, reason: string) => never,
): readonly AttributeRelease[] {
  const releases = declared.map((one) => (typeof one === "string" ? { name: one, from: one } : one));
  for (const [index, { name }] of releases.entries()) {
    const field = `cas.attributes.${index}`;
    if (isProtocolName(name)) refuse(field, `names ${name}, which the CAS protocol reserves`);
    if (releases.findIndex((other) => other.name === name) !== index)
      refuse(field, `names ${name} a second time`);
  }
  return releases;
}

function readSiteFile(file: string, text: string): z.infer<typeof siteFile> {
  const fault = jsonFault(text);
  if (fault !== undefined) throw new RegistrationError(file, "(file)", `is not JSON: ${fault}`);
  const read = readShape(JSON.parse(text));
  if ("site" in read) return read.site;
  const [first, ...others] = read.faults;
  throw new RegistrationError(
    file,
    first?.field ?? "(file)",
    first?.reason ?? "is not a registration",
    others,
  );
}

function secretHash(
  secret: z.infer<typeof siteFile>["secret"],
  lookUp: (name: string) => string | undefined,
  refuse: (field: string, reason: string) => never,
): string | undefined {
  if (secret === undefined) return undefined;
  if ("sha256" in secret) return secret.sha256;
  const value = lookUp(secret.environment);
  if (value === undefined)
    return refuse("secret.environment", `names ${secret.environment}, which is not set in the environment`);
  if (value.length < 32)
    return refuse("secret.environment", `names ${secret.environment}, which is shorter than 32 characters`);
  return createHash("sha256").update(value).digest("hex");
}
