import type { RegisteredSite, RegistrationError } from "./registered-site.ts";

/** Result of reading a registration file. */
export type ReadFile =
  | { readonly file: string; readonly site: RegisteredSite }
  | { readonly file: string; readonly error: RegistrationError };
