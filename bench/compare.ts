/** Two things in one run, in ratio: the only figures that another machine can be held to. */
import type { Stretch } from "./load.ts";
import { cpuTime, isCounted, type Processes } from "./process-usage.ts";

/** A thing that is measured. */
export interface Contender {
  /** @returns the rounds of an interval */
  readonly run: (seconds: number) => Promise<Stretch>;
  /** Processes that do its work, by the names under which their CPU time is given. */
  readonly processes?: Readonly<Record<string, Processes>>;
}

/** Figures are rounded, because results are kept in the repository and read there. */
export interface Measured {
  readonly perSecond: number;
  /** Milliseconds a round took. */
  readonly p50: number;
  readonly p99: number;
  /** p99 to p50: the median of the turns, so that one busy moment of the machine does not make the tail. */
  readonly tail: number;
  readonly rounds: number;
  /** CPU time per round in milliseconds, by process. */
  readonly cpu: Readonly<Record<string, number>>;
}

export interface Comparison {
  readonly ours: Measured;
  readonly other: Measured;
  /** Rounds a second, ours to the other's: the median of the turns. */
  readonly ratio: number;
  /** Half of the turns lie between these two: how far to trust the median. */
  readonly from: number;
  readonly to: number;
  /** Share of its core that the load generator used. Close to 1, it was the bottleneck. */
  readonly loadGenerator: number;
}

const usualSeconds = 10;

/** Seconds that each of two things is measured for, all turns together. */
export const secondsEach = Number(process.env.BENCH_SECONDS ?? usualSeconds);

/** Too short for results that are kept. */
export const isTrial = secondsEach < usualSeconds;

/** Enough for Node to have compiled what is hot and for PostgreSQL to have settled on its plans. */
const warmUpSeconds = 1;

/** An interval, with the CPU time that it took. */
export interface Turn extends Stretch {
  /** In milliseconds, by process. */
  readonly cpu: Readonly<Record<string, number>>;
}

/**
 * Measures in many short turns, and begins every other one with the other thing: whatever else the machine is busy
 * with then falls on both.
 *
 * @param turnSeconds how long a turn is for each; many times what a round takes
 */
export async function compare(ours: Contender, other: Contender, turnSeconds = 0.4): Promise<Comparison> {
  const all: { readonly ours: Turn; readonly other: Turn }[] = [];
  await other.run(warmUpSeconds);
  await ours.run(warmUpSeconds);
  const [began, used] = [performance.now(), process.cpuUsage()];
  for (let turn = 0; turn < secondsEach / turnSeconds; turn++) {
    if (turn % 2 === 0)
      all.push({ other: await takeTurn(other, turnSeconds), ours: await takeTurn(ours, turnSeconds) });
    else all.push({ ours: await takeTurn(ours, turnSeconds), other: await takeTurn(other, turnSeconds) });
  }
  const { user, system } = process.cpuUsage(used);
  const ratios = sort(all.map((turn) => perSecond(turn.ours) / perSecond(turn.other)));
  return {
    ours: sum(all.map((turn) => turn.ours)),
    other: sum(all.map((turn) => turn.other)),
    ratio: round(at(ratios, 0.5), 2),
    from: round(at(ratios, 0.25), 2),
    to: round(at(ratios, 0.75), 2),
    loadGenerator: round((user + system) / 1000 / (performance.now() - began), 2),
  };
}

export async function takeTurn({ run, processes = {} }: Contender, seconds: number): Promise<Turn> {
  const before = await cpuTimes(processes);
  const stretch = await run(seconds);
  const after = await cpuTimes(processes);
  return {
    ...stretch,
    cpu: Object.fromEntries(Object.entries(after).map(([name, time]) => [name, time - (before[name] ?? 0)])),
  };
}

async function cpuTimes(
  processes: Readonly<Record<string, Processes>>,
): Promise<Readonly<Record<string, number>>> {
  if (!isCounted) return {};
  return Object.fromEntries(
    await Promise.all(Object.entries(processes).map(async ([name, one]) => [name, await cpuTime(one)])),
  );
}

/** All turns as one. */
export function sum(turns: readonly Turn[]): Measured {
  const times = turns.flatMap((turn) => turn.times);
  const sorted = sort(times);
  const seconds = turns.reduce((total, turn) => total + turn.seconds, 0);
  const cpuOf = (name: string) => turns.reduce((total, { cpu }) => total + (cpu[name] ?? 0), 0);
  return {
    perSecond: round(perSecond({ times, seconds }), 1),
    p50: round(at(sorted, 0.5), 2),
    p99: round(at(sorted, 0.99), 2),
    tail: round(at(sort(turns.map(tailOf)), 0.5), 2),
    rounds: times.length,
    cpu: Object.fromEntries(
      Object.keys(turns[0]?.cpu ?? {}).map((name) => [name, round(cpuOf(name) / times.length, 2)]),
    ),
  };
}

function tailOf({ times }: Stretch): number {
  const sorted = sort(times);
  return at(sorted, 0.99) / at(sorted, 0.5);
}

function perSecond({ times, seconds }: Stretch): number {
  return times.length / seconds;
}

function sort(numbers: readonly number[]): readonly number[] {
  return numbers.toSorted((a, b) => a - b);
}

/** @param share 0.5: the median */
export function at(sorted: readonly number[], share: number): number {
  const number = sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
  if (number === undefined) throw new Error("nothing was measured");
  return number;
}

/** @param decimals digits after the point */
export function round(number: number, decimals: number): number {
  return Number(number.toFixed(decimals));
}
