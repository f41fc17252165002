import { beforeAll, expect, test } from "vitest";
import { runCommand } from "../test-support/run-command.ts";
import { createTestDatabase } from "../test-support/test-database.ts";
import { RefusedError } from "./refused-error.ts";

let DATABASE_URL: string;
beforeAll(async () => {
  DATABASE_URL = await createTestDatabase();
});
const run = (words: string) => runCommand(words, { DATABASE_URL });

test("a person is added with her groups, which are shown, changed and taken away", async () => {
  const added = await run("user add dora --email dora@example.com --groups staff,editors,staff");
  expect(added.result).toMatchObject({ username: "dora", groups: ["staff", "editors"] });
  expect((await run("user groups dora")).text).toBe("dora is a member of staff, editors.");
  expect((await run("user groups dora --set owners")).result).toEqual({
    username: "dora",
    groups: ["owners"],
  });
  expect((await run("user groups dora@example.com --set=")).text).toBe("dora is a member of nothing.");
  expect((await run("user groups dora")).result.groups).toEqual([]);
});

test("a group that a list could not hold is refused, and nothing is changed", async () => {
  await run("user add emil --email emil@example.com --groups staff");
  await expect(run("user groups emil --set staff,<b>")).rejects.toThrow(RefusedError);
  expect((await run("user groups emil")).result.groups).toEqual(["staff"]);
  await expect(run("user groups nobody --set staff")).rejects.toThrow("there is nobody called nobody.");
});
