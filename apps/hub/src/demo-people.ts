/** The people of the demo. Only ever made outside production. */
import { type Database, PersonTaken } from "@gatehouse/database";
import { hashPassword } from "./credential/password.ts";

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

/** Makes who is not there yet; whoever changed her password keeps it. */
export async function makeDemoPeople(database: Database): Promise<void> {
  for (const person of people) {
    if ((await database.people.findForSignIn(person.username)) !== null) continue;
    try {
      await database.people.create({ ...person, passwordHash: await hashPassword(demoPassword) });
    } catch (error) {
      if (!(error instanceof PersonTaken)) throw error; // another process was quicker
    }
  }
}
