const euros = new Intl.NumberFormat("en-GB", { style: "currency", currency: "EUR" });
const plain = new Intl.NumberFormat("en-GB", { minimumFractionDigits: 2 });
const MINUS = "\u2212";

/** `481220` as `€4,812.20`. */
export function formatEuros(cents: number): string {
  return euros.format(cents / 100).replace("-", MINUS);
}

/**
 * Parses a typed amount into cents: `25`, `25.5`, `25,50`, `€1,250.00`. A comma before three digits separates thousands, as
 * in all figures of the bank.
 *
 * @returns `null` for other text, and for amounts above ten million
 */
export function parseEuros(text: string): number | null {
  const typed = text.replace(/^\s*€?\s*|\s*€?\s*$/g, "");
  const plainly = /^\d{1,3}(?:,\d{3})+(?:\.\d{1,2})?$/.test(typed) ? typed.replaceAll(",", "") : typed;
  const [, euros, cents = ""] = /^(\d{1,7})(?:[.,](\d{1,2}))?$/.exec(plainly) ?? [];
  return euros === undefined ? null : Number(euros) * 100 + Number(cents.padEnd(2, "0"));
}

/** Without currency, for columns whose heading names it: `4,812.20`. */
export function formatAmount(cents: number): string {
  return plain.format(cents / 100).replace("-", MINUS);
}

/** With its sign, whichever it is: `+4,812.20`, `−46.20`. */
export function formatMovement(cents: number): string {
  return cents > 0 ? `+${formatAmount(cents)}` : formatAmount(cents);
}
