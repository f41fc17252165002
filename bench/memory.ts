/** Memory of hub, database and sites: idle, and while sixteen users do everything in turn. */
import { setTimeout as pause } from "node:timers/promises";
import type { Pool } from "undici";
import { get } from "./browser.ts";
import { casRound, signInWorkers } from "./cas-round.ts";
import { isTrial, round } from "./compare.ts";
import { workers } from "./compare-rounds.ts";
import { type BenchedHub, startHub } from "./hub.ts";
import { type Round, runRounds } from "./load.ts";
import type { Measurement } from "./measurement.ts";
import { oidcRounds, sideOfHub } from "./oidc-rounds.ts";
import { createPeople } from "./people.ts";
import { type Processes, proportionalMegabytes, residentMegabytes } from "./process-usage.ts";
import { grantProxies, proxyRound } from "./proxy-round.ts";
import { signInAndValidate } from "./sign-in.ts";
import { startSite } from "./sites.ts";
import { onStage, type Stage } from "./stage.ts";

/** Duration of the load. */
const minutes = Number(process.env.BENCH_MINUTES ?? (isTrial ? 0.5 : 5));
/** Each goes through all cases once, so that any two can be compared. */
const passes = 10;
/** Time for a started process to come to rest. */
const restMilliseconds = 5000;

/** In MB. */
interface Reading {
  readonly hub: number;
  readonly database: number;
}

export function measureMemory(): Promise<Measurement> {
  return onStage(async (stage) => {
    const hub = await startHub(stage);
    const shop = await startSite(stage, hub, "shop");
    const bank = await startSite(stage, hub, "bank");
    await pause(restMilliseconds);
    const idle = {
      ...(await read(hub.processes)),
      shop: await residentMegabytes(shop),
      bank: await residentMegabytes(bank),
    };
    await Promise.all([shop.stop(), bank.stop()]);
    const readings = await underLoad(stage, hub);
    const means = readings.map((pass) => ({ hub: mean(pass, "hub"), database: mean(pass, "database") }));
    const last = highest(readings.at(-1) ?? []);
    const halfTime = means[passes / 2 - 1]?.hub ?? Number.NaN;
    const end = means.at(-1)?.hub ?? Number.NaN;
    const after = `after ${minutes} minutes`;
    return {
      title: `Memory in MB, idle and after ${minutes} minutes of all cases in turn, ${workers} at once`,
      lines: [
        { name: "hub, idle", figure: idle.hub, aim: { atMost: 180 }, detail: "resident (RSS)" },
        { name: "shop, idle", figure: idle.shop, aim: { atMost: 150 }, detail: "resident" },
        { name: "bank, idle", figure: idle.bank, aim: { atMost: 150 }, detail: "resident" },
        {
          name: "database, idle",
          figure: idle.database,
          aim: { atMost: 60 },
          detail: "all its processes, shared pages once (PSS)",
        },
        { name: `hub, ${after}`, figure: last.hub, aim: { atMost: 350 }, detail: "highest of the last pass" },
        { name: `database, ${after}`, figure: last.database, aim: { atMost: 60 }, detail: "the same" },
        {
          name: "growth of the hub since half time",
          figure: round(end - halfTime, 0),
          detail: `${round(halfTime, 0)} MB in the middle pass, ${round(end, 0)} MB in the last, on average`,
        },
      ],
      measured: { minutes, idle, last, meanOfPasses: means },
    };
  });
}

/** @returns readings of each pass, one after each case */
async function underLoad(stage: Stage, hub: BenchedHub): Promise<readonly (readonly Reading[])[]> {
  const pool = stage.connect(hub.url);
  const nextUser = await createPeople(hub);
  const readings: Reading[][] = [];
  for (let pass = 0; pass < passes; pass++) {
    // Anew for each: the hub ends the oldest of more than fifty sessions of one user.
    const cookies = await signInWorkers(pool);
    const granted = await grantProxies(hub, cookies);
    const side = await sideOfHub(pool, hub);
    const cases: readonly Round[] = [
      casRound(pool, cookies, hub).round,
      proxyRound(pool, granted, hub).round,
      ...Object.values(oidcRounds).map(({ of }) => of(side)),
      ...screens(pool, cookies),
      signInAndValidate(pool, hub, nextUser).round,
    ];
    const seconds = (minutes * 60) / passes / cases.length;
    const ofPass: Reading[] = [];
    for (const one of cases) {
      await runRounds(one, workers, seconds);
      ofPass.push(await read(hub.processes));
    }
    readings.push(ofPass);
  }
  return readings;
}

function screens(pool: Pool, cookies: readonly string[]): readonly Round[] {
  const screen =
    (path: string): Round =>
    async (worker) => {
      const { status } = await get(pool, path, { cookie: cookies[worker] ?? "" });
      if (status >= 500) throw new Error(`${path} answered ${status}`);
    };
  return [screen("/cas/login?renew=true"), screen("/account"), screen("/nowhere")];
}

async function read({ hub, database }: Readonly<Record<"hub" | "database", Processes>>): Promise<Reading> {
  return { hub: await residentMegabytes(hub), database: await proportionalMegabytes(database) };
}

function highest(readings: readonly Reading[]): Reading {
  const of = (name: keyof Reading) => Math.max(...readings.map((reading) => reading[name]));
  return { hub: of("hub"), database: of("database") };
}

function mean(readings: readonly Reading[], name: keyof Reading): number {
  return round(readings.reduce((sum, reading) => sum + reading[name], 0) / readings.length, 1);
}
