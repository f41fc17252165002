import { createHash } from "node:crypto";
import { type CalendarDate, calendarDate, lastWorkingDayUpTo, monthsUpTo } from "./calendar-date.ts";

export type Category =
  | "balance"
  | "salary"
  | "home"
  | "groceries"
  | "shop"
  | "transport"
  | "leisure"
  | "health"
  | "savings"
  | "interest";

export interface InventedEntry {
  readonly bookedOn: CalendarDate;
  readonly description: string;
  readonly category: Category;
  /** Positive comes in, negative goes out. */
  readonly amountCents: number;
}

export interface InventedYear {
  readonly current: readonly InventedEntry[];
  readonly savings: readonly InventedEntry[];
}

/** The parts that stay the same all year for one user. */
interface Life {
  readonly employer: string;
  readonly salary: number;
  readonly rent: number;
  readonly saved: number;
  readonly gym: boolean;
}

const EMPLOYERS = [
  "Northlight Studio",
  "Quay & Lindqvist",
  "Pier 9 Logistics",
  "City Library",
  "Tidewater Clinic",
] as const;
const GROCERS = ["Market Hall", "Greengrocer Bos", "Saltmarsh Foods", "Bakery Baker Street"] as const;
const CAFES = ["Café Anker", "Noodle Bar Mei", "The Lock Keeper", "Pizzeria Molo"] as const;
const TREATS = ["Lumen Cinema", "Half Moon Books", "Concert Hall", "Municipal Pool"] as const;

/** Upper limit of a month's costs without rent, so that a current account stays above zero. */
const USUAL_SPENDING = 90_000;

/**
 * A plausible year of entries for a user's first accounts: the same for the same user and day, different for others.
 * Income is a little higher than spending, so that no balance falls below zero.
 */
export function inventYear(personId: string, today: CalendarDate): InventedYear {
  const choice = seededChoice(`year ${personId}`);
  const life = chooseLife(choice);
  const current: InventedEntry[] = [];
  const savings: InventedEntry[] = [];
  for (const [index, { year, month }] of monthsUpTo(today).entries()) {
    const day = (number: number) => calendarDate(year, month, number);
    if (index === 0) {
      current.push(entry(day(1), "Balance brought forward", "balance", choice.between(210_000, 340_000)));
      savings.push(entry(day(1), "Balance brought forward", "balance", choice.between(320_000, 960_000)));
    }
    current.push(...fixedEntries(life, choice, day, month), ...dailyEntries(choice, day));
    savings.push(...savingsEntries(life, choice, day, month));
  }
  return { current: booked(current, today), savings: booked(savings, today) };
}

function chooseLife(choice: SeededChoice): Life {
  const salary = choice.between(2_180, 2_880) * 100 + choice.between(0, 99);
  const rent = Math.round((salary * choice.between(33, 37)) / 100 / 500) * 500;
  return {
    employer: choice.oneOf(EMPLOYERS),
    salary,
    rent,
    saved: Math.floor((salary - rent - USUAL_SPENDING) / 2_500) * 2_500,
    gym: choice.chance(50),
  };
}

type DayOfMonth = (number: number) => CalendarDate;

function fixedEntries(life: Life, choice: SeededChoice, day: DayOfMonth, month: number): InventedEntry[] {
  // In the cold months the flat costs more to heat.
  const heating = month <= 3 || month >= 11 ? 3_400 : 0;
  const entries = [
    entry(day(1), "Harbour Homes, rent", "home", -life.rent),
    entry(day(3), "City Transport, monthly pass", "transport", -4_900),
    entry(day(6), "Citypower, gas and electricity", "home", -(choice.between(5_800, 7_600) + heating)),
    entry(day(8), "Fjord Mobile", "home", -1_995),
    entry(day(11), "Health insurance", "health", -13_250),
    entry(lastWorkingDayUpTo(day(25)), `${life.employer}, salary`, "salary", life.salary),
    entry(day(27), "To savings", "savings", -life.saved),
  ];
  if (life.gym) entries.push(entry(day(2), "Boathouse Gym", "leisure", -2_750));
  if (month === 5)
    entries.push(
      entry(
        lastWorkingDayUpTo(day(22)),
        `${life.employer}, holiday pay`,
        "salary",
        Math.round(life.salary * 0.6),
      ),
    );
  if (month === 7)
    entries.push(entry(day(12), "Night Train Europe", "leisure", -choice.between(19_000, 34_000)));
  if (month === 12)
    entries.push(entry(day(18), "Half Moon Books, gifts", "leisure", -choice.between(6_000, 12_000)));
  return entries;
}

function dailyEntries(choice: SeededChoice, day: DayOfMonth): InventedEntry[] {
  const entries: InventedEntry[] = [];
  for (const week of [0, 1, 2, 3]) {
    const from = week * 7;
    const some = (low: number, high: number) => -choice.between(low, high);
    entries.push(
      entry(day(from + choice.between(1, 3)), choice.oneOf(GROCERS), "groceries", some(2_850, 6_900)),
    );
    entries.push(
      entry(day(from + choice.between(4, 7)), choice.oneOf(GROCERS), "groceries", some(1_450, 4_200)),
    );
    entries.push(entry(day(from + choice.between(1, 7)), "Corner Shop", "shop", some(480, 2_640)));
    if (choice.chance(60))
      entries.push(entry(day(from + choice.between(5, 7)), choice.oneOf(CAFES), "leisure", some(950, 4_300)));
    if (choice.chance(35))
      entries.push(
        entry(day(from + choice.between(1, 7)), choice.oneOf(TREATS), "leisure", some(700, 3_600)),
      );
    if (choice.chance(25))
      entries.push(
        entry(day(from + choice.between(1, 7)), "Railways, day return", "transport", some(780, 2_980)),
      );
  }
  if (choice.chance(40))
    entries.push(
      entry(day(choice.between(9, 20)), "Pharmacy at the Bridge", "health", -choice.between(620, 2_900)),
    );
  return entries;
}

function savingsEntries(life: Life, choice: SeededChoice, day: DayOfMonth, month: number): InventedEntry[] {
  const entries = [entry(day(27), "From current account", "savings", life.saved)];
  if (month % 3 === 0)
    entries.push(entry(day(28), "Interest, quarter", "interest", choice.between(1_450, 3_900)));
  return entries;
}

function entry(
  bookedOn: CalendarDate,
  description: string,
  category: Category,
  amountCents: number,
): InventedEntry {
  return { bookedOn, description, category, amountCents };
}

/** Entries up to today, oldest first; entries of a day keep their order. */
function booked(entries: readonly InventedEntry[], today: CalendarDate): readonly InventedEntry[] {
  return entries
    .filter(({ bookedOn }) => bookedOn <= today)
    .toSorted((one, other) => one.bookedOn.localeCompare(other.bookedOn));
}

/** Choices that are the same for the same seed, on every machine and in every year. */
interface SeededChoice {
  /** A whole number from `low` to `high`, both included. */
  between(low: number, high: number): number;
  oneOf<Item>(items: readonly [Item, ...Item[]]): Item;
  /** True `percent` times of a hundred. */
  chance(percent: number): boolean;
}

/** Choices from a hash of seed and counter. Predictable, so not for secrets. */
function seededChoice(seed: string): SeededChoice {
  let counter = 0;
  const next = (): number => {
    counter += 1;
    return createHash("sha256").update(`${seed} ${counter}`).digest().readUInt32BE(0) / 2 ** 32;
  };
  const between = (low: number, high: number) => low + Math.floor(next() * (high - low + 1));
  return {
    between,
    oneOf: (items) => items[between(0, items.length - 1)] ?? items[0],
    chance: (percent) => between(1, 100) <= percent,
  };
}
