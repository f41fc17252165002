import { randomBytes } from "node:crypto";
import { callTestDoor } from "./test-door.ts";

/** A user of the hub. */
export interface Person {
  readonly id: string;
  readonly username: string;
  readonly name: string;
  readonly email: string;
  readonly password: string;
}

export interface NewPerson {
  /** Absent: a generated name. */
  readonly name?: string;
  readonly operator?: boolean;
  /** An operator set the password: the user must choose another one at the first sign-in. */
  readonly mustChangePassword?: boolean;
}

/** Users of one test, removed at its end. */
export class People {
  readonly #made: Person[] = [];

  /** Creates a user whom no other test uses. */
  async create({ name, operator = false, mustChangePassword = false }: NewPerson = {}): Promise<Person> {
    const mark = randomBytes(6).toString("hex");
    const person = {
      username: `person-${mark}`,
      name: name ?? `Person ${mark}`,
      email: `person-${mark}@example.com`,
      password: `pass phrase ${randomBytes(12).toString("hex")}`,
    };
    const more = { operator, ...(mustChangePassword && { mustChangePassword }) };
    const { id } = (await callTestDoor("POST", "/people", { ...person, ...more })) as { id: string };
    const made = { id, ...person };
    this.#made.push(made);
    return made;
  }

  /** Disables a user: their sessions end, and they cannot sign in. */
  async disable(person: Person): Promise<void> {
    await callTestDoor("POST", `/people/${person.id}/disable`);
  }

  /** Ends the users' sessions, notifies the sites, removes the accounts. */
  async removeAll(): Promise<void> {
    for (const { id } of this.#made.splice(0)) await callTestDoor("DELETE", `/people/${id}`);
  }
}
