/** Opens the issuer with the current signing keys, and opens it again when they have changed. */

import { randomBytes } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { SigningKeyStore } from "@gatehouse/database";
import type { HubKeys, PurposeKeys } from "../../settings/secret-keys.ts";
import { SettingsError } from "../../settings/start-errors.ts";
import {
  type OpenedKey,
  type OpenedKeys,
  openSigningKeys,
  resealKeys,
  rotateSigningKeys,
} from "../keys/signing-keys.ts";
import { createIssuer, type IssuerNeeds } from "./issuer.ts";
import { createIssuerPages, type IssuerPageNeeds } from "./pages.ts";
import type { Provider } from "./provider.ts";

export interface Issuer {
  /** The current provider; a request keeps the one that it began with. */
  readonly provider: Provider;
  readonly handle: (request: IncomingMessage, response: ServerResponse) => Promise<void>;
  /** Published keys; the first of each algorithm signs. */
  readonly keys: readonly OpenedKey[];
  /**
   * Makes keys that are due, and opens the issuer again if this or another process made some. Keeps the keys it has
   * while `HUB_SECRETS` lacks the secret that another process sealed them with.
   */
  refresh(): Promise<void>;
}

/** Row of the HMAC key of pairwise subjects, which is sealed like a signing key and never changes. */
const pairwise = "pairwise-subjects";

export type OpenIssuerNeeds = IssuerNeeds &
  IssuerPageNeeds & {
    readonly keys: Pick<HubKeys, "note" | "signingKey">;
    readonly signingKeys: SigningKeyStore;
  };

export async function openIssuer(needs: OpenIssuerNeeds): Promise<Issuer> {
  const { log, signingKeys } = needs;
  const seals = needs.keys.signingKey;
  await resealKeys(signingKeys, seals);
  const pairwiseSecret = await findPairwiseSecret(signingKeys, seals);
  await rotateSigningKeys(signingKeys, seals, false);
  const pages = createIssuerPages(needs);
  let current = open(await openSigningKeys(signingKeys, seals));

  function open(opened: OpenedKeys) {
    const provider = createIssuer(needs, { ...opened, pairwiseSecret }, pages);
    return { provider, handle: provider.callback(), keys: opened.keys };
  }

  return {
    get provider() {
      return current.provider;
    },
    get handle() {
      return current.handle as Issuer["handle"];
    },
    get keys() {
      return current.keys;
    },
    async refresh() {
      try {
        await expectKnownSecrets(signingKeys, seals);
      } catch (error) {
        if (!(error instanceof SettingsError)) throw error;
        // Another process sealed the keys with a newer secret. New keys would make the processes sign with different
        // keys.
        log.error(
          { event: "hub-secret.unknown" },
          "another hub on this database has a newer secret; this one keeps its signing keys until that secret is put into HUB_SECRETS here",
        );
        return;
      }
      await rotateSigningKeys(signingKeys, seals, false);
      const opened = await openSigningKeys(signingKeys, seals);
      const { keys } = opened;
      const state = (of: readonly OpenedKey[]) => of.map(({ kid, signs }) => `${kid}:${signs}`).join();
      if (state(keys) !== state(current.keys)) {
        current = open(opened);
        log.info(
          {
            event: "keys.changed",
            keys: keys.map(({ kid, algorithm, signs }) => ({ kid, algorithm, signs })),
          },
          "signing keys loaded",
        );
      }
    },
  };
}

/**
 * Checks that `HUB_SECRETS` fits this database; changes nothing.
 *
 * @throws SettingsError when `HUB_SECRETS` lacks the secret that it was used with before
 */
export async function expectKnownSecrets(
  signingKeys: Pick<SigningKeyStore, "list">,
  seals: PurposeKeys,
): Promise<void> {
  const { keys } = await signingKeys.list();
  const kept = keys.find(({ kid }) => kid === pairwise);
  if (kept !== undefined) openPairwiseSecret(kept.sealed, seals);
}

function openPairwiseSecret(sealed: string, seals: PurposeKeys): string {
  const secret = seals.open(sealed, pairwise);
  if (secret !== null) return secret;
  throw new SettingsError(
    "HUB_SECRETS",
    "lacks the secret that this database was used with before. Put it back after the newest one: the user identifiers of sites depend on it.",
  );
}

async function findPairwiseSecret(signingKeys: SigningKeyStore, seals: PurposeKeys): Promise<string> {
  await signingKeys.add({
    kid: pairwise,
    algorithm: pairwise,
    sealed: seals.seal(randomBytes(32).toString("hex"), pairwise),
    waitSeconds: 0,
    overlapSeconds: 0,
    // At most one such row exists.
    unlessNewerThanSeconds: 1e9,
  });
  const { keys } = await signingKeys.list();
  return openPairwiseSecret(keys.find(({ kid }) => kid === pairwise)?.sealed ?? "", seals);
}
