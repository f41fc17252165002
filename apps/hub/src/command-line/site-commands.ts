import { lstatSync } from "node:fs";
import { unlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createLog } from "../log.ts";
import { findPrivateAddresses, type PrivateAddress } from "../outbound/private-sites.ts";
import { defaultHubUrl, type Settings } from "../settings/env.ts";
import { claimServices } from "../site-registry/claimed-services.ts";
import {
  parseRegistration,
  type RegisteredSite,
  RegistrationError,
} from "../site-registry/registered-site.ts";
import { openSiteRegistry, rulesOfMode, type SiteRegistry } from "../site-registry/site-registry.ts";
import { counted } from "./counted.ts";
import { recordSiteOperation } from "./operator.ts";
import { type Command, RefusedError } from "./parse-command.ts";
import { createSiteSecret, noSuchFile, registrationFile } from "./registration-file.ts";
import { readSiteOrigin } from "./site-origin.ts";

/** The command knows its own settings only, not those that a hub was started with. */
const hubUrlIsDefault =
  "HUB_URL is the default. If the hub has another address, run this command with the hub's HUB_URL or HUB_PORT, or put it into .env.";

export const siteAdd: Command = {
  name: "site add",
  summary: "Writes a registration for a site that uses @gatehouse/auth, and prints its secret once.",
  words: ["<id>", "<url>"],
  options: {
    name: { value: "<name>", meaning: "name shown to users; left out: the id" },
    protocol: { value: "<cas|oidc>", meaning: "protocol of its sign-ins; left out: cas" },
  },
  async run(input, settings) {
    const id = input.word("id");
    const origin = readSiteOrigin(input.word("url"), settings.hubUrl);
    const section = readProtocol(input.option("protocol") ?? "cas")(origin);
    const { secret, sha256 } = createSiteSecret();
    const registration = {
      id,
      name: input.option("name") ?? id,
      url: `${origin}/`,
      firstParty: true,
      secret: { sha256 },
      ...section,
    };
    const text = `${JSON.stringify(registration, null, 2)}\n`;
    const file = join(settings.sitesDirectory, `${id}.json`);
    try {
      const site = parseRegistration(`${id}.json`, text, settings.lookUp);
      const clash = claimServices((await readRegistry(settings)).list()).findClash(`${id}.json`, site);
      if (clash !== undefined) throw clash;
      if (isThere(file)) throw await existsAlready(file, id, settings);
      const operation = { kind: "site-added", siteId: id, facts: { url: `${origin}/` } } as const;
      await recordSiteOperation(settings, operation, () => writeFile(file, text, { flag: "wx" }));
    } catch (error) {
      if (error instanceof RegistrationError) throw new RefusedError(`${error.field}: ${error.reason}.`);
      if ((error as NodeJS.ErrnoException).code === "EEXIST") throw await existsAlready(file, id, settings);
      throw error;
    }
    const environment = { HUB_URL: settings.hubUrl, SITE_URL: origin, SITE_SECRET: secret };
    const lines = Object.entries(environment).map(([name, value]) => `${name}=${value}`);
    return {
      result: { file, ...environment },
      text: lines.join("\n"),
      remark: [
        `Wrote ${file}; a running hub loads it at once. Give the site these settings; the secret is shown only once:`,
        ...(settings.hubUrl === defaultHubUrl ? [hubUrlIsDefault] : []),
      ].join("\n"),
    };
  },
};

/** True also for a symbolic link that leads nowhere. */
const isThere = (file: string): boolean => lstatSync(file, { throwIfNoEntry: false }) !== undefined;

async function existsAlready(file: string, id: string, settings: RegistrySettings): Promise<RefusedError> {
  const isLeftOut = (await readRegistry(settings)).leftOut().includes(`${id}.json`);
  const hint = isLeftOut
    ? " It registers a site of the demo, which production does not serve: delete the file, or set SITES_DIR to another folder."
    : ` Nothing was changed. For another secret: npm run hub -- site renew-secret ${id}. To register the site anew, first: npm run hub -- site remove ${id}`;
  return new RefusedError(`${file} exists already.${hint}`);
}

const callbackPath = "/api/auth/callback/gatehouse";

/** Addresses of the routes of @gatehouse/auth. */
const sections = {
  cas: (origin: string) => ({
    cas: {
      services: [`${origin}${callbackPath}`],
      attributes: ["id", "name", "email"],
      logoutUrl: `${origin}/api/auth/logout-request`,
    },
  }),
  oidc: (origin: string) => ({
    oidc: {
      redirectUris: [`${origin}${callbackPath}`],
      postLogoutRedirectUris: [`${origin}/`],
      backchannelLogoutUrl: `${origin}/api/auth/logout-request`,
      scopes: ["openid", "profile", "email"],
      idTokenAlgorithm: "ES256",
    },
  }),
} as const;

function readProtocol(name: string) {
  if (name === "cas" || name === "oidc") return sections[name];
  throw new RefusedError(`--protocol should be cas or oidc (got "${name}").`);
}

export const siteCheck: Command = {
  name: "site check",
  summary: "Checks every registration and lists the refused ones, with file, field and reason.",
  words: [],
  options: {},
  async run(_, settings) {
    const registry = await readRegistry(settings);
    const refused = registry.refused().flatMap(({ lines }) => lines);
    const sites = registry.list().map(({ id }) => id);
    if (refused.length > 0) throw new RefusedError(refused.join("\n       "));
    const uncalled = await addressesNotCalled(registry, settings);
    const notReturnedTo = registry.list().flatMap(addressesNotReturnedTo);
    return {
      result: { sites, leftOut: registry.leftOut(), notCalled: uncalled.addresses, notReturnedTo },
      text: [
        `${counted(sites.length, "site")} in order${sites.length > 0 ? `: ${sites.join(", ")}` : ""}.`,
        ...demoLine(registry),
        ...uncalled.lines,
        ...notReturnedTo.map(
          ({ site, address }) =>
            `${site}.json: oidc.postLogoutRedirectUris: add ${address}. @gatehouse/auth returns there after a sign-out, which the hub refuses without it.`,
        ),
      ].join("\n"),
    };
  },
};

/** Finds sites whose sign-out the hub would refuse. The callback tells that a site uses @gatehouse/auth. */
function addressesNotReturnedTo({ id, oidc }: RegisteredSite): { site: string; address: string }[] {
  return (oidc?.redirectUris ?? [])
    .filter((uri) => uri.endsWith(callbackPath))
    .map((uri) => `${uri.slice(0, -callbackPath.length)}/`)
    .filter((address) => !oidc?.postLogoutRedirectUris.includes(address))
    .map((address) => ({ site: id, address }));
}

export const siteList: Command = {
  name: "site list",
  summary: "Lists the registered sites: id, address, protocols, name.",
  words: [],
  options: {},
  async run(_, settings) {
    const registry = await readRegistry(settings);
    const result = registry.list().map(({ id, name, url, firstParty, cas, oidc }) => ({
      id,
      url,
      protocols: [...(cas ? ["cas"] : []), ...(oidc ? ["oidc"] : [])],
      name,
      firstParty,
    }));
    const lines = result.map(({ id, url, protocols, name }) =>
      [id, url, protocols.join("+"), name].join("  "),
    );
    const refused = registry.refused().length;
    return {
      result,
      text: [
        ...(lines.length === 0 ? ["No site is registered. Add one: npm run hub -- site add --help"] : lines),
        ...(refused === 0
          ? []
          : ["", `Also refused: ${counted(refused, "more file")}. See why: npm run hub -- site check`]),
        ...demoLine(registry),
      ].join("\n"),
    };
  },
};

export const siteRemove: Command = {
  name: "site remove",
  summary: "Deletes the registration of a site; users can no longer sign in to it through the hub.",
  words: ["<id>"],
  options: {},
  async run(input, settings) {
    const id = input.word("id");
    const file = registrationFile(id, settings.sitesDirectory);
    if (!isThere(file)) throw noSuchFile(file);
    try {
      await recordSiteOperation(settings, { kind: "site-removed", siteId: id }, () => unlink(file));
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      throw code === "ENOENT" ? noSuchFile(file) : new RefusedError(`${file} cannot be deleted (${code}).`);
    }
    return { result: { id, file }, text: `Deleted ${file}; a running hub stops serving ${id} at once.` };
  },
};

/** Finds addresses that the hub would refuse to call (`address_forbidden`). */
export async function addressesNotCalled(
  registry: SiteRegistry,
  { allowLoopbackSites }: Pick<Settings, "allowLoopbackSites">,
): Promise<{ readonly addresses: readonly PrivateAddress[]; readonly lines: readonly string[] }> {
  const addresses = allowLoopbackSites ? [] : await findPrivateAddresses(registry.list());
  if (addresses.length === 0) return { addresses, lines: [] };
  return {
    addresses,
    lines: [
      ...addresses.map(
        ({ site, field, host }) => `${site}.json: ${field}: ${host} is on loopback or in a private network.`,
      ),
      "The hub calls no such address, so these sites are not notified of sign-outs, until it is started with ALLOW_LOOPBACK_SITES=on.",
    ],
  };
}

function demoLine(registry: SiteRegistry): string[] {
  const files = registry.leftOut();
  return files.length === 0
    ? []
    : [`Production does not serve the demo's sites: ${files.join(", ")} (they say "demo": true).`];
}

type RegistrySettings = Pick<Settings, "lookUp" | "mode" | "sitesDirectory">;

/** Reads the registrations once, without watching them for changes. */
export async function readRegistry({
  sitesDirectory,
  lookUp,
  mode,
}: RegistrySettings): Promise<SiteRegistry> {
  const registry = await openSiteRegistry({
    directory: sitesDirectory,
    lookUp,
    log: createLog("silent"),
    ...rulesOfMode(mode),
  });
  registry.close();
  return registry;
}
