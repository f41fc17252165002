/** A site as users know it. */
export interface SiteName {
  readonly name: string;
  /** Host of the address bar, `shop.localhost`. */
  readonly host: string;
  /** `data:` address of the site's mark, where the screen shows it. */
  readonly mark?: string | undefined;
}
