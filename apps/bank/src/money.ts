const euros = new Intl.NumberFormat("en-GB", { style: "currency", currency: "EUR" });
const plain = new Intl.NumberFormat("en-GB", { minimumFractionDigits: 2 });
const MINUS = "\u2212";

/** `481220` as `€4,812.20`. */
export function formatEuros(cents: number): string {
  return euros.format(cents / 100).replace("-", MINUS);
}

/** For columns whose heading names the currency: `4,812.20`. */
export function formatAmount(cents: number): string {
  return plain.format(cents / 100).replace("-", MINUS);
}

/** With its sign, whichever it is: `+4,812.20`, `−46.20`. */
export function formatMovement(cents: number): string {
  return cents > 0 ? `+${formatAmount(cents)}` : formatAmount(cents);
}
