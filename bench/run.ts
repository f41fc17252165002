/**
 * `npm run bench`: measures in ratios within one run, prints them, and writes `results/`. With names behind it
 * (`npm run bench -- sweep`) it measures those alone.
 */
import { mkdir, writeFile } from "node:fs/promises";
import { cpus, loadavg } from "node:os";
import { join } from "node:path";
import { measureCasRound } from "./cas-round.ts";
import { isTrial, round } from "./compare.ts";
import { pinLoadGenerator, pinning } from "./cores.ts";
import { measureLiveTickets } from "./live-tickets.ts";
import type { Measurement } from "./measurement.ts";
import { measureMemory } from "./memory.ts";
import { measureOidcRounds } from "./oidc-rounds.ts";
import { printTable } from "./print-table.ts";
import { measureProxyRound } from "./proxy-round.ts";
import { measureScreens } from "./screens.ts";
import { measureSignIn } from "./sign-in.ts";
import { measureSitePage } from "./site-page.ts";
import { measureStartUp } from "./start-up.ts";
import { measureSweep } from "./sweep.ts";
import { measureWire } from "./wire.ts";

/** By the names of their results files. */
const benchmarks: Readonly<Record<string, () => Promise<Measurement>>> = {
  screens: measureScreens,
  "sign-in": measureSignIn,
  "cas-round": measureCasRound,
  "proxy-round": measureProxyRound,
  "oidc-rounds": measureOidcRounds,
  "live-tickets": measureLiveTickets,
  sweep: measureSweep,
  "site-page": measureSitePage,
  memory: measureMemory,
  "start-up": measureStartUp,
  wire: measureWire,
};

const wanted = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(benchmarks);
const unknown = wanted.find((name) => !Object.hasOwn(benchmarks, name));
if (unknown === undefined) {
  pinLoadGenerator();
  for (const name of wanted) await run(name);
} else {
  console.error(`No benchmark is called "${unknown}". There are: ${Object.keys(benchmarks).join(", ")}.`);
  process.exitCode = 1;
}

async function run(name: string): Promise<void> {
  // What else the machine was busy with: on a loaded one only the ratios mean anything.
  const machine = {
    processor: cpus()[0]?.model ?? "unknown",
    cores: cpus().length,
    node: process.version,
    pinning,
    loadAtStart: round(loadavg()[0] ?? 0, 1),
  };
  const measurement = await benchmarks[name]?.();
  if (measurement === undefined) return;
  printTable(measurement);
  if (isTrial) return;
  const figures = measurement.lines.map(({ name, figure, aim }) => ({ name, figure, aim }));
  const results = join(import.meta.dirname, "results");
  await mkdir(results, { recursive: true });
  const { title, measured } = measurement;
  await writeFile(
    join(results, `${name}.json`),
    `${JSON.stringify({ title, machine, figures, measured }, null, 2)}\n`,
  );
}
