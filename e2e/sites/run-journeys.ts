/**
 * `node e2e/sites/run-journeys.ts <http|https> [words]`: starts hub, shop and bank for testing, on free ports and with a data folder of
 * their own, and runs the journeys over that scheme. `CHROMIUM_PATH` and, over https, `NGINX_PATH` name programs that
 * `npm test` has found.
 */
import { randomBytes } from "node:crypto";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { childEnvironment, root, script } from "@gatehouse/scripts/checkout";
import { prepareDataDirectory } from "@gatehouse/scripts/disk";
import { watchForInterruption } from "@gatehouse/scripts/interruption";
import { Interrupted, PlainError, runCommand } from "@gatehouse/scripts/plain-error";
import { type Program, runToItsEnd, startProgram, stopProgram } from "@gatehouse/scripts/processes";
import getPort from "get-port";
import { type Front, startFront } from "./nginx-front.ts";

/**
 * The journeys that loopback http can break: other cookie names without `Secure`, no proxy, sites that differ by name and
 * port alone. Over https all of them run; that is where users are.
 */
const overHttp = [
  "sign-in-once",
  "sign-out",
  "cart",
  "transfer",
  "timeout",
  "recognition",
  "cookies-refused",
].map((name) => `${name}.spec.ts`);

const interruption = watchForInterruption();
const directory = join(root, ".data", "test");
const [scheme, ...words] = process.argv.slice(2);

await runCommand(async () => {
  if (scheme !== "http" && scheme !== "https") {
    throw new PlainError("run-journeys.ts needs http or https as its first word.");
  }
  prepareDataDirectory(directory);
  const environment = childEnvironment(process.env);
  const port = () => getPort({ host: "127.0.0.1" });
  const ports = { hub: await port(), shop: await port(), bank: await port() };
  const front =
    scheme === "https" ? await startFront({ directory, upstreams: ports, environment }) : undefined;
  try {
    return await startAndRun(environment, ports, front);
  } finally {
    await front?.stop();
  }
});

/**
 * Over http the sites are on `*.localhost`. Over https they are behind nginx, at three domains, and the hub is as strict as
 * in production but for the test door and the throttle.
 *
 * @returns exit code of Playwright
 */
async function startAndRun(
  environment: NodeJS.ProcessEnv,
  { hub, shop, bank }: Record<"hub" | "shop" | "bank", number>,
  front: Front | undefined,
): Promise<number> {
  const data = join(directory, "sites");
  const report = join(root, ".reports", `journeys-${scheme}.json`);
  await Promise.all([rm(data, { recursive: true, force: true }), rm(report, { force: true })]);
  const journeys = {
    ...environment,
    HUB_URL: `http://hub.localhost:${hub}`,
    SHOP_URL: `http://shop.localhost:${shop}`,
    BANK_URL: `http://bank.localhost:${bank}`,
    TEST_DOOR_KEY: randomBytes(32).toString("hex"),
    ...front?.environment,
  };
  const start = startProgram([process.execPath, script("start.mjs")], {
    env: {
      ...journeys,
      HUB_PORT: String(hub),
      SHOP_PORT: String(shop),
      BANK_PORT: String(bank),
      DATA_DIR: data,
      HUB_MODE: "test",
      LOGIN_THROTTLE: "off",
      ...(front && { TRUST_PROXY: "127.0.0.1", CA_FILE: front.authorityFile, ALLOW_LOOPBACK_SITES: "on" }),
    },
    // The channel tells the start that this process has ended, even by kill -9.
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  try {
    await Promise.race([expectReady(start), interruption.happened]);
    if (interruption.signal) throw new Interrupted(interruption.signal);
    return await runToItsEnd(["playwright", "test", "--reporter=list,json", ...words], {
      environment: {
        ...journeys,
        // Not as words: those do not apply to the project that another one depends on.
        ...(words.length === 0 && scheme === "http" && { JOURNEYS: overHttp.join(",") }),
        PLAYWRIGHT_JSON_OUTPUT_NAME: report,
      },
      interruption,
    });
  } finally {
    await stopProgram(start, { signal: "SIGINT", patience: 30_000, now: interruption.again });
  }
}

/** @throws PlainError with the last output of a start that ends instead of becoming ready */
async function expectReady({ child, ended }: Program): Promise<void> {
  const lines: string[] = [];
  const ready = new Promise((resolve) => {
    for (const stream of [child.stdout, child.stderr]) {
      if (!stream) continue;
      createInterface({ input: stream }).on("line", (line) => {
        lines.push(line);
        if (line === "ready") resolve("ready");
      });
    }
  });
  if ((await Promise.race([ready, ended])) === "ready") return;
  throw new PlainError("the sites for the journeys did not start.", { detail: lines.slice(-20).join("\n") });
}
