const euros = new Intl.NumberFormat("en-GB", { style: "currency", currency: "EUR" });

/** `480` as `€4.80`. */
export function formatEuros(cents: number): string {
  return euros.format(cents / 100);
}
