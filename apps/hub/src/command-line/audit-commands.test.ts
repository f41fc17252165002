import { openDatabase } from "@gatehouse/database";
import { beforeAll, describe, expect, test } from "vitest";
import { runCommand } from "../test-support/run-command.ts";
import { createTestDatabase } from "../test-support/test-database.ts";
import { recordOperation } from "./operator.ts";

let DATABASE_URL: string;
beforeAll(async () => {
  DATABASE_URL = await createTestDatabase();
  await run("user add anna --email anna@example.com");
  await run("user disable anna");
  await run("user enable anna");
  await run("user groups anna --set staff");
});
const run = (words: string) => runCommand(words, { DATABASE_URL });

describe("an operator's action", () => {
  test("is in the trail with the name of the system's user", async () => {
    const { written } = await run("audit export");
    const entries = written.trimEnd().split("\n");
    expect(entries.map((line) => JSON.parse(line))).toMatchObject([
      {
        kind: "user-added",
        actorKind: "operator",
        actor: expect.stringMatching(/./),
        facts: { username: "anna" },
      },
      { kind: "invitation", actorKind: "operator" },
      { kind: "user-disabled", actorKind: "operator" },
      { kind: "user-enabled", actorKind: "operator" },
      { kind: "groups-changed", facts: { groups: ["staff"] } },
    ]);
  });

  test("that cannot be recorded does not happen; one that fails is recorded as failed", async () => {
    const outcomes: (string | undefined)[] = [];
    let isFull = true;
    const auditEvents = {
      async write(events: readonly { readonly outcome?: string | undefined }[]) {
        if (isFull) throw new Error("disk full");
        outcomes.push(...events.map(({ outcome }) => outcome));
      },
    };
    let acts = 0;
    const act = async () => {
      acts += 1;
      throw new Error("no such user");
    };
    const operate = () => recordOperation({ auditEvents }, { kind: "user-disabled" }, act);
    await expect(operate()).rejects.toThrow("disk full");
    expect(acts).toBe(0);
    isFull = false;
    await expect(operate()).rejects.toThrow("no such user");
    expect(outcomes).toEqual([undefined, "failed"]);
  });
});

test("audit list shows kind, actor and user by name", async () => {
  const { text } = await run("audit list --user anna --kind user-disabled,user-enabled");
  expect(text.split("\n")).toEqual([
    expect.stringMatching(/^\S+Z {2}user-disabled {2}operator .+ {2}for anna$/),
    expect.stringMatching(/^\S+Z {2}user-enabled {2}operator .+ {2}for anna$/),
  ]);
});

test("times filter entries", async () => {
  expect((await run("audit export --until 2020-01-01")).written).toBe("");
  expect((await run("audit export --since 2020-01-01")).written.split("\n")).toHaveLength(6);
});

test.each([
  ["audit list --kind nonsense", '"nonsense" is no kind', "UsageError"],
  ["audit list --user nobody", "there is no user called nobody", "RefusedError"],
  ["audit list --since yesterday", "--since should be a time", "UsageError"],
  ["audit verify --since 5", "--since should be a head", "UsageError"],
])("%s is refused with the reason", async (words, reason, name) => {
  await expect(run(words)).rejects.toMatchObject({ name, message: expect.stringContaining(reason) });
});

test("audit verify reports entries and head, and fails with the place of a broken one", async () => {
  const { result, text, failed } = await run("audit verify");
  expect([result.entries, result.fault, failed]).toEqual([5, null, false]);
  expect(text).toContain(`audit verify --since ${result.head}`);
  expect((await run(`audit verify --since ${result.head}`)).failed).toBe(false);
  const database = await openDatabase({
    url: DATABASE_URL,
    dataDirectory: "/nowhere",
    idleSeconds: 60,
    maxSeconds: 60,
  });
  await database.auditEvents.write([{ kind: "sign-in", actor: { kind: "hub", id: "" } }]);
  await database.auditEvents.chainNext(10, () => "0".repeat(32));
  await database.close();
  const broken = await run("audit verify");
  expect([broken.failed, broken.result.fault]).toEqual([true, { position: 6, fault: "broken" }]);
  expect(broken.text).toContain("The entry at place 6 was changed");
  const cut = await run(`audit verify --since 9:${"0".repeat(32)}`);
  expect([cut.failed, cut.text]).toEqual([true, expect.stringContaining("the end of the trail was cut off")]);
});

test("audit list calls an actor who was not signed in anonymous", async () => {
  const database = await openDatabase({
    url: DATABASE_URL,
    dataDirectory: "/nowhere",
    idleSeconds: 60,
    maxSeconds: 60,
  });
  const actor = { kind: "user", id: "" } as const;
  await database.auditEvents.write([{ kind: "sign-in", outcome: "credentials_wrong", actor }]);
  await database.close();
  const { text } = await run("audit list --kind sign-in");
  expect(text.split("\n").at(-1)).toMatch(/^\S+Z {2}sign-in \(credentials_wrong\) {2}anonymous$/);
});
