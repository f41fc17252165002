/** Names of what happens to the connections and the embedded database, for logs. */
export const poolEvents = [
  "database-clock.corrected",
  "database-connection.lost",
  "database.answered",
  "database.pooled",
  "database.silent",
  "embedded-database.lost",
  "embedded-database.restarted",
] as const;

export type PoolEvent = (typeof poolEvents)[number];
