import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { Worker } from "node:worker_threads";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { inventYear } from "./invented-year.ts";
import { type Account, type Ledger, openLedger } from "./ledger.ts";

const RACERS = 3;
const TODAY = "2026-11-21";
const clock = () => new Date(`${TODAY}T09:30:00Z`);

let folder: string;
let file: string;
let ledger: Ledger;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "bank-ledger-"));
  file = join(folder, "bank.sqlite");
  ledger = openLedger(file, clock);
});

afterEach(() => {
  ledger.close();
  rmSync(folder, { recursive: true });
});

function currentAccountOf(personId: string): Account {
  const [account] = ledger.accountsOf(personId);
  if (account === undefined) throw new Error("the first visit opens accounts");
  return account;
}

it("keeps the ledger in a private file", () => {
  expect([file, `${file}-wal`].map((name) => statSync(name).mode & 0o777)).toEqual([0o600, 0o600]);
});

describe("a first visit", () => {
  it("opens a current and a savings account with a year of entries", () => {
    const accounts = ledger.accountsOf("alice");
    expect(accounts.map(({ kind }) => kind)).toEqual(["current", "savings"]);
    for (const account of accounts) {
      expect(account.number).toMatch(/^\d{4} \d{4} \d{2}$/);
      expect(account.openedOn).toBe("2025-11-01");
      // The savings account has no entry in November before the 27th.
      expect(ledger.monthsOf("alice", account.id)).toHaveLength(account.kind === "current" ? 13 : 12);
    }
  });

  it("opens them once: later visits, restarts and days change nothing", () => {
    const first = ledger.accountsOf("alice");
    const months = first.map(({ id }) => ledger.monthsOf("alice", id));
    ledger.close();
    ledger = openLedger(file, () => new Date("2027-02-01T00:00:00Z"));
    expect(ledger.accountsOf("alice")).toEqual(first);
    expect(first.map(({ id }) => ledger.monthsOf("alice", id))).toEqual(months);
  });

  it("opens them once when several threads make the first visit", async () => {
    const people = Array.from({ length: 10 }, (_, number) => `person-${number}`);
    const arrived = new SharedArrayBuffer(4);
    const seen = await Promise.all(Array.from({ length: RACERS }, () => visitInThread(people, arrived)));
    expect(new Set(seen.map((accounts) => accounts.join())).size).toBe(1);
    for (const person of people) {
      const months = ledger.monthsOf(person, currentAccountOf(person).id);
      const booked = months.flatMap(({ entries }) => entries);
      expect(booked).toHaveLength(inventYear(person, TODAY).current.length);
    }
  });

  it("is the same in every ledger, and different for each user", () => {
    const other = openLedger(join(folder, "other.sqlite"), clock);
    expect(other.accountsOf("alice")).toEqual(ledger.accountsOf("alice"));
    expect(other.accountsOf("bob")).not.toEqual(ledger.accountsOf("alice"));
    other.close();
  });
});

describe("a balance", () => {
  it("is the sum of the account's entries, and the last of the running balances", () => {
    for (const { id, balanceCents } of ledger.accountsOf("alice")) {
      const entries = ledger.monthsOf("alice", id).flatMap((month) => month.entries);
      expect(entries.reduce((total, { amountCents }) => total + amountCents, 0)).toBe(balanceCents);
      expect(entries[0]?.balanceCents).toBe(balanceCents);
    }
  });

  it("of an entry is the previous balance plus its amount", () => {
    const { id } = currentAccountOf("alice");
    const entries = ledger.monthsOf("alice", id).flatMap((month) => month.entries);
    for (const [index, entry] of entries.entries()) {
      expect(entry.balanceCents - entry.amountCents).toBe(entries[index + 1]?.balanceCents ?? 0);
    }
  });

  it("at the end of a month is the previous one plus its income minus its spending", () => {
    const months = ledger.monthsOf("alice", currentAccountOf("alice").id);
    for (const [index, month] of months.slice(0, -1).entries()) {
      expect(month.closingCents - month.inCents - month.outCents).toBe(months[index + 1]?.closingCents);
    }
  });

  it("follows an entry that is booked later", () => {
    const before = currentAccountOf("alice");
    const database = new DatabaseSync(file);
    database
      .prepare("INSERT INTO entry VALUES (?, 9999, '2026-11-21', 'Corner Shop', 'shop', -1234)")
      .run(before.id);
    database.close();
    expect(currentAccountOf("alice").balanceCents).toBe(before.balanceCents - 1234);
  });
});

describe("an account of another user", () => {
  it("is answered like an unknown one", () => {
    const { id } = currentAccountOf("alice");
    currentAccountOf("bob");
    expect(ledger.findAccount("alice", id)?.id).toBe(id);
    expect(ledger.findAccount("bob", id)).toBeNull();
    expect(ledger.findAccount("bob", "current-0000000000000000")).toBeNull();
    expect(ledger.monthsOf("bob", id)).toEqual([]);
  });
});

describe("an invented year", () => {
  it("never overdraws an account", () => {
    for (let number = 0; number < 200; number += 1) {
      const year = inventYear(`person-${number}`, TODAY);
      for (const entries of [year.current, year.savings]) {
        let balance = 0;
        const balances = entries.map(({ amountCents }) => (balance += amountCents));
        expect(balances.every(Number.isInteger), `person-${number}`).toBe(true);
        expect(Math.min(...balances), `person-${number}`).toBeGreaterThan(0);
      }
    }
  });

  it("has no entry after today, and both halves of each transfer to savings", () => {
    const { current, savings } = inventYear("alice", TODAY);
    for (const { bookedOn } of [...current, ...savings]) expect(bookedOn <= TODAY).toBe(true);
    const moved = (entries: typeof current) =>
      entries
        .filter(({ category }) => category === "savings")
        .map(({ amountCents }) => Math.abs(amountCents));
    expect(moved(current)).toEqual(moved(savings));
    expect(moved(current)).toHaveLength(12);
  });

  it("has salary, rent and purchases at Corner Shop, on days that exist", () => {
    const { current } = inventYear("alice", "2028-02-29");
    expect(current.filter(({ category }) => category === "salary").length).toBeGreaterThanOrEqual(12);
    expect(current.filter(({ description }) => description === "Corner Shop").length).toBeGreaterThan(40);
    for (const { bookedOn } of current) expect(new Date(bookedOn).toISOString().slice(0, 10)).toBe(bookedOn);
    for (const { bookedOn, category } of current) {
      if (category === "salary") expect([0, 6]).not.toContain(new Date(bookedOn).getUTCDay());
    }
  });
});

/**
 * First visits of several users: a thread with its own connection, which waits for the others before each visit, so that
 * all come at the same moment.
 */
function visitInThread(people: string[], arrived: SharedArrayBuffer): Promise<string[]> {
  const program = `
    const { parentPort, workerData: visits } = require("node:worker_threads");
    const arrived = new Int32Array(visits.arrived);
    import(visits.module).then(({ openLedger }) => {
      const ledger = openLedger(visits.file, () => new Date(visits.now));
      const seen = visits.people.map((person, round) => {
        Atomics.add(arrived, 0, 1);
        while (Atomics.load(arrived, 0) < (round + 1) * visits.racers);
        return ledger.accountsOf(person).map(({ id }) => id).join();
      });
      ledger.close();
      parentPort.postMessage(seen);
    });`;
  const module = new URL("./ledger.ts", import.meta.url).href;
  const workerData = { module, file, people, arrived, racers: RACERS, now: clock().getTime() };
  const worker = new Worker(program, { eval: true, workerData });
  return new Promise((resolve, reject) => {
    worker.once("message", resolve);
    worker.once("error", reject);
  });
}
