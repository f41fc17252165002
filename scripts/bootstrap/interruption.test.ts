import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { describe, expect, test } from "vitest";
import { script } from "./checkout.mjs";

/** Says what it was told, and ends at the second wish. */
const program = `
import { watchForInterruption } from "${script("bootstrap/interruption.mjs")}";
const interruption = watchForInterruption();
const stay = setInterval(() => {}, 1000);
console.log("ready");
interruption.happened.then((signal) => console.log("happened", signal));
interruption.again.then((signal) => { console.log("again", signal); clearInterval(stay); process.exit(); });
`;

async function run(stdio: "ipc" | "ignore" = "ignore") {
  const child = spawn(process.execPath, ["--input-type=module", "-e", program], {
    stdio: ["ignore", "pipe", "inherit", stdio],
  });
  if (!child.stdout) throw new Error("no output");
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const says = async () => (await lines.next()).value;
  expect(await says()).toBe("ready");
  return { child, says };
}

describe("an interruption", () => {
  test("two signals of one press are one request", async () => {
    const { child, says } = await run();
    child.kill("SIGINT");
    child.kill("SIGTERM");
    expect(await says()).toMatch(/^happened SIG/);
    await new Promise((resolve) => setTimeout(resolve, 700));
    child.kill("SIGTERM");
    expect(await says()).toBe("again SIGTERM");
    await once(child, "exit");
  });

  test("who started it is gone", async () => {
    const { child, says } = await run("ipc");
    child.disconnect();
    expect(await says()).toBe("happened SIGTERM");
    child.kill("SIGKILL");
    await once(child, "exit");
  });
});
