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
    stdio: ["pipe", "pipe", "pipe"],
  });
  let lines: AsyncIterator<string> | undefined;
  const nextMessage = async () => {
    lines ??= createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    return JSON.parse((await lines.next()).value ?? "{}").msg;
  };
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

test("a stop ends the process although nobody reads its output any more", async () => {
  const { child, nextMessage } = startLogging(`
    process.stdin.once("data", () => {
      log.info("third");
      process.exit(4);
    });`);
  expect([await nextMessage(), await nextMessage()]).toEqual(["first", "second"]);
  child.stdout.destroy();
  await once(child.stdout, "close");
  child.stdin.write("stop");
  expect(await once(child, "exit")).toEqual([4, null]);
});

test("lines that find a closed output do not end the process", async () => {
  const { child, nextMessage } = startLogging(`
    process.stdin.once("data", () => {
      log.info("third");
      process.stdin.once("data", () => process.exit(5));
      // Each is a write of its own.
      setTimeout(() => log.info("fourth"), 30);
      setTimeout(() => process.stderr.write("ready"), 60);
    });`);
  expect([await nextMessage(), await nextMessage()]).toEqual(["first", "second"]);
  child.stdout.destroy();
  await once(child.stdout, "close");
  child.stdin.write("go on");
  await once(child.stderr, "data");
  child.stdin.write("stop");
  expect(await once(child, "exit")).toEqual([5, null]);
});

test.each([
  ["blocks", ""],
  // Node makes a pipe non-blocking when it opens the stream.
  ["does not block", "process.stdout;"],
])(
  "a stalled output that %s takes some lines later, and the number of those that were dropped",
  async (_, open) => {
    const { child } = startLogging(`
    ${open}
    const text = "x".repeat(10_000);
    let line = 0;
    const more = () => {
      for (let count = 0; count < 20; count += 1) log.info({ line: line++ }, text);
      if (line < 1_000) setTimeout(more, 10);
      else process.stderr.write("done");
    };
    more();
    process.stdin.once("data", () => log.info("last"));
    process.stdin.resume();`);
    await once(child.stderr, "data");
    const lines = createInterface({ input: child.stdout });
    const numbers: number[] = [];
    let gone = 0;
    lines.on("line", (text) => {
      const { line, lines: dropped = 0 } = JSON.parse(text);
      if (line !== undefined) numbers.push(line);
      gone += dropped;
      if (numbers.length + gone === 1_000) child.stdin.end();
    });
    await once(child, "close");
    expect(gone).toBeGreaterThan(0);
    expect(numbers.length + gone).toBe(1_000);
    expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
  },
);

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
