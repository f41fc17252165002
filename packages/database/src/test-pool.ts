import type { Database } from "./database.ts";
import type { Pool } from "./postgres-connection.ts";

/** Key of the pool in an open database. It is absent from the type `Database`, so that callers use the stores. */
export const poolKey: unique symbol = Symbol("pool");

/** Connection pool of an open database, for tests and benchmarks that prepare or inspect rows. */
export function poolOf(database: Database): Pool {
  return (database as Database & { readonly [poolKey]: Pool })[poolKey];
}
