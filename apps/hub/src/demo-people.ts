/** The demo users. They are created only outside production. */
import { type Database, PersonExists, type PersonWithPassword } from "@gatehouse/database";
import { hashPassword, verifyPassword } from "./credential/password.ts";
import { StartError } from "./settings/start-errors.ts";

const demoPassword = "correct horse battery staple";
const people = [
  {
    username: "alice",
    name: "Alice Archer",
    email: "alice@example.com",
    operator: false,
    groups: ["customers"],
  },
  { username: "bob", name: "Bob Baker", email: "bob@example.com", operator: false, groups: ["customers"] },
  {
    username: "carol",
    name: "Carol Carter",
    email: "carol@example.com",
    operator: true,
    groups: ["customers", "staff"],
  },
];

/** Creates the missing demo users; a changed password stays, and nobody must change the published one. */
export async function makeDemoPeople(database: Database): Promise<void> {
  for (const person of people) {
    const found = await database.people.findForSignIn(person.username);
    if (found !== null) {
      await keepPublishedPassword(database, found);
      continue;
    }
    try {
      const password = { hash: await hashPassword(demoPassword), standsAlone: true };
      await database.people.create({ ...person, password });
    } catch (error) {
      if (!(error instanceof PersonExists)) throw error; // another process was quicker
    }
  }
}

/** Earlier versions stored the published password as one that an operator set. */
async function keepPublishedPassword(
  database: Database,
  { person, passwordHash: hash, mustChange }: PersonWithPassword,
): Promise<void> {
  if (hash === null || !mustChange || !(await verifyPassword(hash, demoPassword))) return;
  await database.people.setPassword(person.id, { hash, standsAlone: true });
}

/**
 * Refuses a database of an earlier demo.
 *
 * @throws StartError naming the users who can sign in with the published password
 */
export async function refuseDemoPeople(database: Database): Promise<void> {
  const open: string[] = [];
  for (const { username } of people) {
    const found = await database.people.findForSignIn(username);
    if (found === null || found.person.disabled) continue;
    if (await verifyPassword(found.passwordHash, demoPassword)) open.push(username);
  }
  if (open.length === 0) return;
  throw new StartError(
    `the database has people of the demo, whose password everybody knows: ${open.join(", ")}. Disable each ` +
      `(npm run hub -- user disable ${open[0]}), give each a new password (user reset), or use another database ` +
      "(DATABASE_URL, DATA_DIR).",
  );
}
