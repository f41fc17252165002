/** Opens the issuer with the keys of the moment, and opens it anew when keys have changed. */

import { randomBytes } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Database } from "@gatehouse/database";
import type { Hub } from "../../hub.ts";
import { type PurposeKeys, purposeKeys } from "../../secret-keys.ts";
import { SettingsError } from "../../settings-error.ts";
import {
  type OpenedKey,
  type OpenedKeys,
  openSigningKeys,
  resealKeys,
  rotateSigningKeys,
} from "../keys/signing-keys.ts";
import { createIssuer } from "./issuer.ts";
import { createIssuerPages } from "./pages.ts";
import type { Provider } from "./provider.ts";

export interface Issuer {
  /** As it is now; a request keeps the one it began with. */
  readonly provider: Provider;
  readonly handle: (request: IncomingMessage, response: ServerResponse) => Promise<void>;
  /** The keys that sign now, and those that are only published. */
  readonly keys: readonly OpenedKey[];
  /** Makes keys that are due, and takes up what other processes made. */
  refresh(): Promise<void>;
}

/** The row that holds what pairwise subjects are made with. It is sealed like a key and never changes. */
const pairwise = "pairwise-subjects";

export async function openIssuer(
  hub: Pick<
    Hub,
    | "settings"
    | "database"
    | "sites"
    | "cookies"
    | "keys"
    | "log"
    | "logout"
    | "clock"
    | "siteClock"
    | "deviceThrottle"
    | "wrongSecrets"
  >,
): Promise<Issuer> {
  const seals = purposeKeys(hub.settings.secrets, "signing-key");
  await resealKeys(hub.database, seals);
  const pairwiseSecret = await findPairwiseSecret(hub, seals);
  await rotateSigningKeys(hub.database, seals, false);
  const pages = createIssuerPages(hub);
  let current = open(await openSigningKeys(hub.database, seals));

  function open({ keys, retired }: OpenedKeys) {
    const provider = createIssuer({ hub, keys, retiredKeys: retired, pairwiseSecret, ...pages });
    return { provider, handle: provider.callback(), keys };
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
      await rotateSigningKeys(hub.database, seals, false);
      const opened = await openSigningKeys(hub.database, seals);
      const { keys } = opened;
      const state = (of: readonly OpenedKey[]) => of.map(({ kid, signs }) => `${kid}:${signs}`).join();
      if (state(keys) !== state(current.keys)) {
        current = open(opened);
        hub.log.info(
          {
            event: "keys.changed",
            keys: keys.map(({ kid, algorithm, signs }) => ({ kid, algorithm, signs })),
          },
          "signing keys taken up",
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
export async function expectKnownSecrets(database: Database, secrets: readonly string[]): Promise<void> {
  const { keys } = await database.signingKeys.list();
  const kept = keys.find(({ kid }) => kid === pairwise);
  if (kept !== undefined) openPairwiseSecret(kept.sealed, purposeKeys(secrets, "signing-key"));
}

function openPairwiseSecret(sealed: string, seals: PurposeKeys): string {
  const secret = seals.open(sealed, pairwise);
  if (secret !== null) return secret;
  throw new SettingsError(
    "HUB_SECRETS",
    "lacks the secret that this database was used with before. Put it back, after the newest one: sites know their people by what it sealed.",
  );
}

async function findPairwiseSecret(hub: Pick<Hub, "database">, seals: PurposeKeys): Promise<string> {
  await hub.database.signingKeys.add({
    kid: pairwise,
    algorithm: pairwise,
    sealed: seals.seal(randomBytes(32).toString("hex"), pairwise),
    waitSeconds: 0,
    overlapSeconds: 0,
    // There is one, ever.
    unlessNewerThanSeconds: 1e9,
  });
  const { keys } = await hub.database.signingKeys.list();
  return openPairwiseSecret(keys.find(({ kid }) => kid === pairwise)?.sealed ?? "", seals);
}
