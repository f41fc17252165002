/** `npm start` of a built checkout whose database exists: time to the first answer, and the first sign-in after `ready`. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { signIn } from "./browser.ts";
import { at, isTrial, round } from "./compare.ts";
import type { Measurement } from "./measurement.ts";
import { onStage, type Stage } from "./stage.ts";
import { freePort } from "./start-server.ts";

/** The figures are medians of as many. */
const starts = isTrial ? 1 : 5;
/** One after the other; the last half counts as warm. */
const warmSignIns = 40;

/** In milliseconds. */
interface StartUp {
  readonly firstAnswer: number;
  /** From the start to the line `ready`. */
  readonly ready: number;
  readonly firstSignIn: number;
  readonly warmSignIn: number;
}

export function measureStartUp(): Promise<Measurement> {
  return onStage(async (stage) => {
    const dataDirectory = await stage.folder();
    await startOnce(stage, dataDirectory);
    const all: StartUp[] = [];
    while (all.length < starts) all.push(await startOnce(stage, dataDirectory));
    const cold = median(all.map(({ firstSignIn }) => firstSignIn));
    const warm = median(all.map(({ warmSignIn }) => warmSignIn));
    return {
      title: `\`npm start\` of a built checkout on all cores, median of ${starts}`,
      lines: [
        {
          name: "seconds to the first answer",
          figure: round(median(all.map(({ firstAnswer }) => firstAnswer)) / 1000, 2),
          aim: { atMost: 3 },
          detail: "of the hub; shop and bank start beside it",
        },
        {
          name: "seconds to `ready`",
          figure: round(median(all.map(({ ready }) => ready)) / 1000, 2),
          detail: "hub, shop and bank",
        },
        {
          name: "first sign-in after `ready`, to a warm one",
          figure: round(cold / warm, 2),
          aim: { atMost: 2 },
          detail: `page and form: ${cold.toFixed(0)} ms against ${warm.toFixed(0)} ms`,
        },
      ],
      measured: { starts: all },
    };
  });
}

async function startOnce(stage: Stage, dataDirectory: string): Promise<StartUp> {
  const [hub, shop, bank] = [await freePort(), await freePort(), await freePort()];
  const began = performance.now();
  const started = await stage.start({
    command: ["npm", "start"],
    cores: "all",
    directory: ".",
    port: hub,
    path: "/readyz",
    environment: {
      DATA_DIR: dataDirectory,
      DATABASE_URL: "",
      HUB_MODE: "demo",
      HUB_PORT: String(hub),
      SHOP_PORT: String(shop),
      BANK_PORT: String(bank),
      LOGIN_THROTTLE: "off",
    },
    lastLine: "ready",
  });
  const firstAnswer = performance.now() - began;
  // While shop and bank start, a sign-in would show how the cores are shared among three programs.
  await started.waitForLastLine();
  const ready = performance.now() - began;
  const pool = stage.connect(started.url);
  const times: number[] = [];
  while (times.length <= warmSignIns) {
    const start = performance.now();
    await signIn(pool);
    times.push(performance.now() - start);
  }
  await started.stop();
  await hasEnded(dataDirectory);
  const [firstSignIn = Number.NaN] = times;
  const inWhole = (milliseconds: number) => round(milliseconds, 0);
  return {
    firstAnswer: inWhole(firstAnswer),
    ready: inWhole(ready),
    firstSignIn: inWhole(firstSignIn),
    warmSignIn: inWhole(median(times.slice(-warmSignIns / 2))),
  };
}

/** npm ends before the programs that it started. The file of the running start is removed last. */
async function hasEnded(dataDirectory: string): Promise<void> {
  while (existsSync(join(dataDirectory, "run.json"))) await pause(50);
}

function median(numbers: readonly number[]): number {
  return at(
    numbers.toSorted((a, b) => a - b),
    0.5,
  );
}
