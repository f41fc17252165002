/** Result of a benchmark: a table for readers, and numbers for one file of `results/`. */
import { type Comparison, type Measured, round } from "./compare.ts";

/** The target for a figure. */
export type Aim = { readonly atLeast: number } | { readonly atMost: number };

/** A figure of the table, with how it came about. */
export interface Line {
  readonly name: string;
  readonly figure: number;
  /** Absent: a figure to know, with nothing to hold it against. */
  readonly aim?: Aim;
  readonly detail: string;
}

export interface Measurement {
  readonly title: string;
  readonly lines: readonly Line[];
  /** Whether a missed aim fails the run, because the figures depend little on the machine. */
  readonly isCheck?: true;
  /** The samples behind the figures. */
  readonly measured: Readonly<Record<string, unknown>>;
}

/** Rounds a second in ratio to the other's. */
export function ratioLine(name: string, compared: Comparison, aim?: Aim): Line {
  const { ours, other, ratio, from, to } = compared;
  const detail = `${rates(compared)}, half of it ${from} to ${to}, p50 ${ours.p50} ms; ${cpuOf(ours)} against ${cpuOf(other)}`;
  return { name, figure: ratio, detail, ...(aim && { aim }) };
}

/** The cost of a round relative to the other: the inverse of the same ratio. */
export function costLine(name: string, compared: Comparison, aim: Aim): Line {
  const { ratio, from, to } = compared;
  const detail = `${rates(compared)}, half of it ${round(1 / to, 2)} to ${round(1 / from, 2)}`;
  return { name, figure: round(1 / ratio, 2), detail, aim };
}

/** How far the slow rounds are from the usual one. */
export function tailLine(name: string, { ours, other }: Comparison, aim: Aim): Line {
  const detail = `the other's ${other.tail}; all turns together p99 ${ours.p99} ms, p50 ${ours.p50} ms`;
  return { name, figure: ours.tail, detail, aim };
}

export function isMet(figure: number, aim: Aim): boolean {
  return "atLeast" in aim ? figure >= aim.atLeast : figure <= aim.atMost;
}

/** CPU time per round: `hub 1.50 + database 0.99 ms CPU`. */
export function cpuOf({ cpu }: Measured): string {
  const parts = Object.entries(cpu).map(([name, milliseconds]) => `${name} ${milliseconds.toFixed(2)}`);
  return parts.length === 0 ? "CPU not counted" : `${parts.join(" + ")} ms CPU`;
}

function rates({ ours, other }: Comparison): string {
  return `${perSecond(ours)} against ${perSecond(other)}`;
}

export function perSecond({ perSecond: rate }: Measured): string {
  return `${rate.toFixed(rate < 100 ? 1 : 0)}/s`;
}
