import { rotateSigningKeys } from "../oidc/keys/signing-keys.ts";
import { hubKeys } from "../settings/secret-keys.ts";
import type { Command } from "./parse-command.ts";
import { withDatabase } from "./with-database.ts";

export const keysRotate: Command = {
  name: "keys rotate",
  summary:
    "Makes new signing keys. They are published within a minute and sign in a day; the old ones are kept until then.",
  words: [],
  options: {},
  run: (_, settings) =>
    withDatabase(settings, async (database) => {
      const made = await rotateSigningKeys(database.signingKeys, hubKeys(settings.secrets).signingKey, true);
      const { keys } = await database.signingKeys.list();
      const published = keys
        .filter(({ algorithm }) => /^(ES|RS)256$/.test(algorithm))
        .map(({ kid, algorithm, signsFrom }) => ({ kid, algorithm, signsFrom: signsFrom.toISOString() }));
      return {
        result: { made, keys: published },
        text: [
          `Made ${made} key(s). Published are:`,
          ...published.map(
            ({ kid, algorithm, signsFrom }) => `  ${algorithm} ${kid} signs from ${signsFrom}`,
          ),
        ].join("\n"),
      };
    }),
};
