import { createHash, randomBytes } from "node:crypto";

/** Makes what a site proves itself with: the secret for the site, its hash for the registration. */
export function createSiteSecret(): { readonly secret: string; readonly sha256: string } {
  const secret = randomBytes(32).toString("base64url");
  return { secret, sha256: createHash("sha256").update(secret).digest("hex") };
}
