import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";
import { programs, root } from "./house.mjs";

test("a site that is registered builds nothing anew: the hub reads registrations when it runs", () => {
  const answer = execFileSync(
    join(programs, "turbo"),
    ["run", "build", "--filter=@gatehouse/hub", "--dry=json"],
    {
      cwd: root,
      encoding: "utf8",
    },
  );
  const { tasks } = JSON.parse(answer) as { tasks: { taskId: string; inputs: Record<string, string> }[] };
  const inputs = Object.keys(tasks.find(({ taskId }) => taskId === "@gatehouse/hub#build")?.inputs ?? {});
  expect(inputs).toContain("next.config.ts");
  expect(inputs.filter((file) => file.startsWith("sites/") || file.endsWith(".test.ts"))).toEqual([]);
});
