/** Users enough for thousands of sign-ins: the hub ends the oldest of more than fifty sessions of one user. */
import { hash } from "@node-rs/argon2";
import { demoPerson } from "./browser.ts";
import { type BenchedHub, withDatabase } from "./hub.ts";

/** As the hub hashes passwords. */
export const hashParameters = { algorithm: 2, memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;

const usernames = Array.from({ length: 200 }, (_, index) => `person-${index + 1}`);

export const emailOf = (username: string): string => `${username}@example.com`;

/**
 * Creates the users, with the password of the demo's.
 *
 * @returns gives another user at each call, in turn
 */
export async function createPeople(hub: BenchedHub): Promise<() => string> {
  const passwordHash = await hash(demoPerson.password, hashParameters);
  await withDatabase(hub, async ({ people }) => {
    for (const username of usernames)
      await people.create({
        username,
        name: username,
        email: emailOf(username),
        operator: false,
        password: { hash: passwordHash, standsAlone: true },
      });
  });
  let calls = 0;
  return () => usernames[calls++ % usernames.length] ?? "";
}
