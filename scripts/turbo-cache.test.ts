/** turbo runs a task again when something changes that decides over it. */
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { programs, root } from "./bootstrap/checkout.mjs";

interface Task {
  readonly taskId: string;
  readonly inputs: Record<string, string>;
  readonly dependencies: readonly string[];
  readonly environmentVariables: { readonly specified: { readonly env: readonly string[] } };
}

const plan = execFileSync(
  join(programs, "turbo"),
  ["run", "build", "typecheck", "test:unit", "check:journeys:https", "check:start", "--dry=json"],
  { cwd: root, encoding: "utf8", maxBuffer: 2 ** 26 },
);
const tasks = new Map((JSON.parse(plan) as { tasks: Task[] }).tasks.map((task) => [task.taskId, task]));

function find(taskId: string): Task {
  const task = tasks.get(taskId);
  if (task === undefined) throw new Error(`turbo knows no task ${taskId}`);
  return task;
}

/** @returns the task and everything whose hash goes into its own */
function everythingBefore(taskId: string): string[] {
  return [taskId, ...find(taskId).dependencies.flatMap(everythingBefore)];
}

/** @returns files from the root that decide over a task, those of the workspaces that it builds on included */
function filesOf(taskId: string): string[] {
  return everythingBefore(taskId).flatMap((id) => {
    const [, name = ""] = /^@gatehouse\/(.*)#/.exec(id) ?? [];
    const parent = ["hub", "shop", "bank"].includes(name) ? "apps" : "packages";
    const folder = ["", "scripts", "e2e"].includes(name) ? name : `${parent}/${name}`;
    return Object.keys(find(id).inputs).map((file) => join(folder, file));
  });
}

test("a site that is registered builds nothing anew: the hub reads registrations when it runs", () => {
  const inputs = Object.keys(find("@gatehouse/hub#build").inputs);
  expect(inputs).toContain("next.config.ts");
  expect(inputs.filter((file) => file.startsWith("sites/") || file.endsWith(".test.ts"))).toEqual([]);
});

test("a package for sites is built again when what it bundles or its build changes", () => {
  expect(filesOf("@gatehouse/auth#build")).toEqual(
    expect.arrayContaining(["packages/cas/src/client/index.ts", "scripts/build-package.mjs"]),
  );
});

describe.each(["typecheck", "test:unit"])("%s", (task) => {
  test.each([
    [
      "hub",
      ["packages/cas/src/server/index.ts", "packages/database/src/index.ts", "packages/ui/src/index.ts"],
    ],
    ["bank", ["packages/auth/src/index.ts", "packages/cas/src/client/index.ts", "packages/ui/src/index.ts"]],
    ["database", ["packages/cas/src/laws.ts", "packages/database/prisma/schema.prisma"]],
  ])("of %s runs again when a workspace changes that it builds on", (workspace, sources) => {
    expect(filesOf(`@gatehouse/${workspace}#${task}`)).toEqual(expect.arrayContaining(sources));
  });
});

test.each([
  ["hub", ["docs/cas-conformance.md", "packages/cas/src/server/proxy.test.ts"]],
  ["auth", ["README.md", "docs/guides/add-a-site.md", "packages/auth/README.md"]],
  ["scripts", [".env.example", "apps/hub/turbo.json"]],
  ["e2e", ["examples/nginx/hub.conf", "scripts/bootstrap/processes.mjs"]],
])("unit tests of %s run again when a file changes that they read elsewhere", (workspace, files) => {
  expect(filesOf(`@gatehouse/${workspace}#test:unit`)).toEqual(expect.arrayContaining(files));
});

test("journeys run again when anything changes that they start", () => {
  const files = filesOf("//#check:journeys:https");
  for (const file of ["apps/hub/sites/shop.json", "examples/nginx/hub.conf", "packages/cas/src/laws.ts"])
    expect(files).toContain(file);
});

test.each([
  ["@gatehouse/hub#test:unit", ["CI", "PGBOUNCER_PATH"]],
  ["//#check:journeys:https", ["CHROMIUM_PATH", "HEADLESS_SHELL_PATH", "NGINX_PATH", "SCREENSHOTS_DIR"]],
  ["//#check:start", ["COMMITTED_TREE"]],
])("%s runs again with other environment variables", (taskId, variables) => {
  expect(find(taskId).environmentVariables.specified.env).toEqual(variables);
});
