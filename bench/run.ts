/**
 * `npm run bench`: measures, prints tables, and writes `results/` and the tables of README.md. With names behind it
 * (`npm run bench -- sweep`) it measures those alone.
 */
import { measureCasRound } from "./cas-round.ts";
import { isTrial } from "./compare.ts";
import { pinLoadGenerator } from "./cores.ts";
import { measureFirstPaint } from "./first-paint.ts";
import { measureLiveTickets } from "./live-tickets.ts";
import { isMet, type Measurement } from "./measurement.ts";
import { measureMemory } from "./memory.ts";
import { measureOidcRounds } from "./oidc-rounds.ts";
import { measurePasskey } from "./passkey.ts";
import { printTable } from "./print-table.ts";
import { measureProxyRound } from "./proxy-round.ts";
import { describeMachine, keepResults, writeTables } from "./results.ts";
import { measureScreens } from "./screens.ts";
import { measureSignIn } from "./sign-in.ts";
import { measureSitePage } from "./site-page.ts";
import { measureStartUp } from "./start-up.ts";
import { measureSweep } from "./sweep.ts";
import { measureThrottle } from "./throttle.ts";
import { measureTiming } from "./timing.ts";
import { measureWire } from "./wire.ts";

/** By the names of their results files. */
const benchmarks: Readonly<Record<string, () => Promise<Measurement>>> = {
  screens: measureScreens,
  "sign-in": measureSignIn,
  passkey: measurePasskey,
  throttle: measureThrottle,
  timing: measureTiming,
  "cas-round": measureCasRound,
  "proxy-round": measureProxyRound,
  "oidc-rounds": measureOidcRounds,
  "live-tickets": measureLiveTickets,
  sweep: measureSweep,
  "site-page": measureSitePage,
  memory: measureMemory,
  "start-up": measureStartUp,
  wire: measureWire,
  "first-paint": measureFirstPaint,
};

const wanted = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(benchmarks);
const unknown = wanted.find((name) => !Object.hasOwn(benchmarks, name));
if (unknown === undefined) {
  pinLoadGenerator();
  for (const name of wanted) {
    try {
      await run(name);
    } catch (error) {
      console.error(`\n${name} failed:`, error);
      process.exitCode = 1;
    }
  }
  if (!isTrial) await writeTables(Object.keys(benchmarks));
} else {
  console.error(`No benchmark is called "${unknown}". There are: ${Object.keys(benchmarks).join(", ")}.`);
  process.exitCode = 1;
}

async function run(name: string): Promise<void> {
  const machine = describeMachine();
  const measurement = await benchmarks[name]?.();
  if (measurement === undefined) return;
  printTable(measurement);
  const isMissed = measurement.lines.some(({ figure, aim }) => aim !== undefined && !isMet(figure, aim));
  if (measurement.isCheck && isMissed) process.exitCode = 1;
  if (!isTrial) await keepResults(name, measurement, machine);
}
