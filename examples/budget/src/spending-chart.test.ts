import { expect, test } from "vitest";
import { spendingChart } from "./spending-chart.ts";

const of = (bookedOn: string, amountMinor: number, category = "home") => ({
  bookedOn,
  amountMinor,
  category,
});

test("one line per month, earliest first, with the longest bar for the highest spending; income does not count", () => {
  const lines = spendingChart(
    [
      of("2026-11-02", -5_000),
      of("2026-10-30", -10_000),
      of("2026-11-20", -2_500),
      of("2026-11-01", 300_000),
    ],
    8,
  );
  expect(lines).toEqual(["2026-10  ████████     100.00 €", "2026-11  ██████        75.00 €"]);
});

test("a bar is exact to an eighth of a character", () => {
  const lines = spendingChart([of("2026-01-01", -800), of("2026-02-01", -500), of("2026-03-01", 1)], 1);
  expect(lines.map((line) => line.slice(9, 10))).toEqual(["█", "▋", " "]);
});

test("transfers to savings do not count", () => {
  const lines = spendingChart([of("2026-11-02", -5_000), of("2026-11-03", -60_000, "savings")], 8);
  expect(lines).toEqual(["2026-11  ████████      50.00 €"]);
});

test("no transactions, no lines", () => expect(spendingChart([], 10)).toEqual([]));
