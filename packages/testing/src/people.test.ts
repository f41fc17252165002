import { afterEach, beforeEach, expect, test } from "vitest";
import { People } from "./people.ts";
import { openStandInHub, type StandInHub } from "./test-support/stand-in-hub.ts";

let hub: StandInHub;
let people: People;
beforeEach(async () => {
  hub = await openStandInHub();
  people = new People();
});
afterEach(() => hub.close());

test("a created user is known to the hub under the same name and password", async () => {
  const { id, ...person } = await people.create();
  expect(id).toBe("id-1");
  expect(hub.received).toEqual([
    {
      call: "POST /test/v1/people",
      authorization: "Bearer the key",
      body: { ...person, operator: false },
    },
  ]);
});

test("two users share nothing", async () => {
  const [first, second] = [await people.create(), await people.create()];
  const values = [first, second].flatMap((person) => Object.values(person));
  expect(new Set(values).size).toBe(values.length);
});

test("name and operator are as requested", async () => {
  expect(await people.create({ name: "Ada", operator: true })).toMatchObject({ name: "Ada" });
  expect(hub.received[0]?.body).toMatchObject({ name: "Ada", operator: true });
});

test("the hub disables a user by id", async () => {
  await people.disable(await people.create());
  expect(hub.received.at(-1)?.call).toBe("POST /test/v1/people/id-1/disable");
});

test("all created users are removed, once", async () => {
  await people.create();
  await people.create();
  await people.removeAll();
  await people.removeAll();
  expect(hub.received.slice(2).map(({ call }) => call)).toEqual([
    "DELETE /test/v1/people/id-1",
    "DELETE /test/v1/people/id-2",
  ]);
});

test("a user that the hub refused is not removed", async () => {
  hub.answer = () => ({ status: 409, body: "taken" });
  await expect(people.create()).rejects.toThrow("The test door answered 409 to POST /people: taken");
  await people.removeAll();
  expect(hub.received).toHaveLength(1);
});
