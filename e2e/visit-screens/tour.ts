import type { Person, Sites } from "@gatehouse/testing";
import type { Page } from "@playwright/test";

/** One walk through the screens: the browser, who walks, and what is done on each screen. */
export interface Tour {
  readonly page: Page;
  readonly sites: Sites;
  readonly person: Person;
  /** @param screen a name for what the browser shows now */
  look(screen: string): Promise<void>;
  /** Goes to an address and looks. */
  visit(address: string, screen: string): Promise<void>;
}
