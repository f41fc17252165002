import { describe, expect, it } from "vitest";
import { judgeTransfer } from "./judge-transfer.ts";
import type { Account } from "./ledger.ts";
import { parseEuros } from "./money.ts";

const current: Account = {
  id: "current-1",
  kind: "current",
  number: "4821 7730 55",
  openedOn: "2025-11-01",
  balanceCents: 481_220,
};
const savings: Account = { ...current, id: "savings-1", kind: "savings", balanceCents: 90_000 };
const good = { from: current.id, to: savings.id, amount: "25.50", reference: " for  the boat " };
const judge = (more: Partial<typeof good> = {}) => judgeTransfer({ ...good, ...more }, [current, savings]);

describe("a transfer that can be booked", () => {
  it("has the typed values, trimmed", () => {
    expect(judge()).toEqual({
      order: {
        fromAccountId: current.id,
        toAccountId: savings.id,
        amountCents: 2_550,
        reference: "for  the boat",
      },
    });
  });

  it("may move the whole balance, and not a cent more", () => {
    expect(judge({ amount: "4,812.20" }).order?.amountCents).toBe(481_220);
    expect(judge({ amount: "4812.21" }).problems).toEqual({
      amount: "There is €4,812.20 on your current account. Enter that or less.",
    });
    expect(judge({ from: savings.id, to: current.id, amount: "900.01" }).problems?.amount).toMatch(
      "€900.00 on your savings",
    );
  });
});

describe("errors are reported by field", () => {
  it.each([
    [{ from: "current-2" }, { from: "Choose the account that the money comes from." }],
    [{ to: "" }, { to: "Choose the account that the money goes to." }],
    [{ to: current.id }, { to: "Choose another account than the one that the money comes from." }],
    [{ amount: "" }, { amount: "Enter how much to move." }],
    [{ amount: "0.00" }, { amount: "Enter one cent or more." }],
    [{ amount: "ten" }, { amount: "Enter the amount in euros and cents, as in 25 or 25.50." }],
    [{ reference: "x".repeat(141) }, { reference: "Shorten the reference to 140 characters; it has 141." }],
    [
      { reference: "a\u202eb" },
      { reference: "Leave out the characters of the reference that cannot be seen." },
    ],
  ])("%j", (more, problems) => {
    expect(judge(more)).toEqual({ order: null, problems });
  });

  it("for all fields at once", () => {
    const problems = judge({ from: "", to: "", amount: "-1", reference: "\u0000" }).problems ?? {};
    expect(Object.keys(problems)).toEqual(["from", "to", "amount", "reference"]);
  });
});

describe("a typed amount", () => {
  it.each([
    ["25", 2_500],
    ["25.5", 2_550],
    ["25,50", 2_550],
    [" €25.50 ", 2_550],
    ["25.50 €", 2_550],
    ["1,250", 125_000],
    ["1,250,000.01", 125_000_001],
    ["0.07", 7],
    ["007", 700],
  ])("%s is %d cents", (text, cents) => {
    expect(parseEuros(text)).toBe(cents);
  });

  it.each([
    "",
    "-5",
    "+5",
    "5.",
    ".5",
    "5.555",
    "1,25,0",
    "1.250,00",
    "1e3",
    "0x10",
    "٣",
    "12 50",
    "9".repeat(8),
  ])("%j is refused", (text) => {
    expect(parseEuros(text)).toBeNull();
  });
});
