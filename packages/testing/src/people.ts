import { randomBytes } from "node:crypto";
import { callTestDoor } from "./test-door.ts";

/** Somebody with an account at the hub. */
export interface Person {
  readonly id: string;
  readonly username: string;
  readonly name: string;
  readonly email: string;
  readonly password: string;
}

export interface NewPerson {
  /** Left out: a name of her own. */
  readonly name?: string;
  readonly operator?: boolean;
}

/** People of one test. Nobody else has them, and none is left when it ends. */
export class People {
  readonly #made: Person[] = [];

  /** An account that nobody else uses. */
  async create({ name, operator = false }: NewPerson = {}): Promise<Person> {
    const mark = randomBytes(6).toString("hex");
    const person = {
      username: `person-${mark}`,
      name: name ?? `Person ${mark}`,
      email: `person-${mark}@example.com`,
      password: `pass phrase ${randomBytes(12).toString("hex")}`,
    };
    const { id } = (await callTestDoor("POST", "/people", { ...person, operator })) as { id: string };
    const made = { id, ...person };
    this.#made.push(made);
    return made;
  }

  /** As an operator does it: her sessions end, and she cannot sign in. */
  async disable(person: Person): Promise<void> {
    await callTestDoor("POST", `/people/${person.id}/disable`);
  }

  /** Ends their sessions, tells the sites, removes the accounts. */
  async removeAll(): Promise<void> {
    for (const { id } of this.#made.splice(0)) await callTestDoor("DELETE", `/people/${id}`);
  }
}
