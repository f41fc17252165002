import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { expect, test } from "vitest";
import { describeError } from "./log.ts";

/** A process that logs two lines and then does `next`. */
function startLogging(next: string) {
  const program = `
    import { createLog } from ${JSON.stringify(import.meta.resolve("./log.ts"))};
    const log = createLog("info");
    log.info("first");
    log.info("second");
    ${next}`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", program], {
    stdio: ["pipe", "pipe", "ignore"],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const nextMessage = async () => JSON.parse((await lines.next()).value ?? "{}").msg;
  return { child, nextMessage };
}

test("lines are written while the process runs", async () => {
  const { child, nextMessage } = startLogging("process.stdin.resume();");
  expect([await nextMessage(), await nextMessage()]).toEqual(["first", "second"]);
  child.stdin.end();
  expect(await once(child, "exit")).toEqual([0, null]);
});

test.each([
  ["a stop", "process.exit(3);", 3],
  ["an error that nothing catches", "throw new Error();", 1],
])("%s loses no line", async (_, next, code) => {
  const { child, nextMessage } = startLogging(next);
  expect([await nextMessage(), await nextMessage()]).toEqual(["first", "second"]);
  expect(child.exitCode ?? (await once(child, "exit"))[0]).toBe(code);
});

test("an error is logged with its message and location, without request data", () => {
  const cause = Object.assign(new Error("unsupported Unicode escape sequence"), {
    code: "22P05",
    detail: "Key (name)=(secret-1) exists",
    where: 'JSON data: "secret-2',
  });
  const error = Object.assign(new Error("not kept", { cause }), { request: { body: "secret-3" } });
  const logged = describeError(error);
  expect(logged).toMatchObject({
    type: "Error",
    message: "not kept",
    stack: expect.stringContaining("log.test.ts"),
    cause: { message: cause.message, code: "22P05" },
  });
  expect(JSON.stringify(logged)).not.toContain("secret");
  expect(describeError("secret")).toEqual({ type: "string" });
});
