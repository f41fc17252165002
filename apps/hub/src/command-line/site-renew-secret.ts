import { randomBytes } from "node:crypto";
import { chown, readFile, realpath, rename, rm, stat, writeFile } from "node:fs/promises";
import type { Settings } from "../settings/env.ts";
import { parseRegistration, RegistrationError } from "../site-registry/registered-site.ts";
import { siteFile } from "../site-registry/site-file.ts";
import { recordSiteOperation } from "./operator.ts";
import { type Command, RefusedError } from "./parse-command.ts";
import { createSiteSecret, noSuchFile, registrationFile } from "./registration-file.ts";

export const siteRenewSecret: Command = {
  name: "site renew-secret",
  summary: "Makes a new secret for a site, writes its hash into the registration, and prints it once.",
  words: ["<id>"],
  options: {},
  async run(input, settings) {
    const id = input.word("id");
    const { file, text } = await readRegistrationFile(id, settings);
    const before = currentHash(id, text, settings);
    const { secret, sha256 } = createSiteSecret();
    await recordSiteOperation(settings, { kind: "site-secret-renewed", siteId: id }, () =>
      replaceFile(file, withHash(text, before, sha256)),
    );
    return {
      result: { file, SITE_SECRET: secret },
      text: `SITE_SECRET=${secret}`,
      remark: [
        `Wrote ${file}; a running hub loads it at once and refuses the old secret.`,
        `Give ${id} the new secret; it is shown only once:`,
      ].join("\n"),
    };
  },
};

async function readRegistrationFile(
  id: string,
  { sitesDirectory }: Pick<Settings, "sitesDirectory">,
): Promise<{ readonly file: string; readonly text: string }> {
  const file = registrationFile(id, sitesDirectory);
  try {
    return { file, text: await readFile(file, "utf8") };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") throw noSuchFile(file);
    throw new RefusedError(`${file} cannot be read (${code}).`);
  }
}

/**
 * @returns the hash in the registration; `undefined`: the registration has no secret
 * @throws RefusedError if the registration is wrong, or its secret comes from an environment variable
 */
function currentHash(id: string, text: string, { lookUp }: Pick<Settings, "lookUp">): string | undefined {
  const file = `${id}.json`;
  const declared = declaredSecret(text);
  if (declared !== undefined && "environment" in declared) {
    throw new RefusedError(
      `${file} takes the secret from the environment variable ${declared.environment}: change that variable at the hub, give ${id} the same secret as SITE_SECRET, and restart both.`,
    );
  }
  try {
    return parseRegistration(file, text, lookUp).secretHash;
  } catch (error) {
    if (error instanceof RegistrationError) throw new RefusedError(`${error.message}. Correct that first.`);
    throw error;
  }
}

function declaredSecret(text: string) {
  try {
    return siteFile.shape.secret.safeParse(JSON.parse(text).secret).data;
  } catch {
    return undefined; // not JSON: the parser of registrations reports it with its position
  }
}

/** Changes only the hash, so that a hand-written file keeps its formatting. */
function withHash(text: string, before: string | undefined, after: string): string {
  if (before !== undefined && text.includes(before)) return text.replace(before, after);
  return `${JSON.stringify({ ...JSON.parse(text), secret: { sha256: after } }, null, 2)}\n`;
}

/** Replaces the file in one step, so that a running hub never reads a partial file. A symbolic link stays a link. */
async function replaceFile(file: string, text: string): Promise<void> {
  const target = await realpath(file);
  const beside = `${target}.${randomBytes(6).toString("hex")}`;
  try {
    const { mode, uid, gid } = await stat(target);
    await writeFile(beside, text, { flag: "wx", mode });
    // Root may renew a file that belongs to the hub's user and has to stay readable to it. Other users cannot change
    // owners.
    if (process.getuid?.() === 0) await chown(beside, uid, gid);
    await rename(beside, target);
  } catch (error) {
    await rm(beside, { force: true });
    throw new RefusedError(`${file} cannot be written (${(error as NodeJS.ErrnoException).code}).`);
  }
}
