/** A measurement as a table that is read in a terminal. */
import { type Aim, isMet, type Measurement } from "./measurement.ts";

export function printTable({ title, lines }: Measurement): void {
  console.log(`\n${title}`);
  for (const { name, figure, aim, detail } of lines) {
    const wanted = aim === undefined ? "" : `${isMet(figure, aim) ? "" : "missed: "}${wordsOf(aim)}`;
    console.log(`  ${name.padEnd(34)} ${figure.toFixed(2).padStart(7)}  ${wanted.padEnd(21)} ${detail}`);
  }
}

export function wordsOf(aim: Aim): string {
  return "atLeast" in aim ? `at least ${aim.atLeast}` : `at most ${aim.atMost}`;
}
