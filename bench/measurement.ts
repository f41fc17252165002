/** Result of a benchmark: a table for readers, and numbers for one file of `results/`. */
import { type Comparison, round } from "./compare.ts";

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
  /** The samples behind the figures. */
  readonly measured: Readonly<Record<string, unknown>>;
}

/** Rounds a second in ratio to the other's. */
export function ratioLine(name: string, compared: Comparison, aim?: Aim): Line {
  const { ours, other, ratio, from, to } = compared;
  const detail = `${whole(ours.perSecond)}/s against ${whole(other.perSecond)}/s, half of it ${from} to ${to}`;
  return { name, figure: ratio, detail: `${detail}, p50 ${ours.p50} ms`, ...(aim && { aim }) };
}

/** The cost of a round relative to the other: the inverse of the same ratio. */
export function costLine(name: string, compared: Comparison, aim: Aim): Line {
  const { ours, other, ratio, from, to } = compared;
  const half = `half of it ${round(1 / to, 2)} to ${round(1 / from, 2)}`;
  const detail = `${whole(ours.perSecond)}/s against ${whole(other.perSecond)}/s, ${half}`;
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

function whole(perSecond: number): string {
  return perSecond.toFixed(perSecond < 100 ? 1 : 0);
}
