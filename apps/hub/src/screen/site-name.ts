/** A site as users know it. */
export interface SiteName {
  readonly name: string;
  /** Host of the address bar, `shop.localhost`. */
  readonly host: string;
}
