/**
 * Environment of PostgreSQL. The hub's own contains secrets, which the operating user could read in /proc/<pid>/environ, and
 * perhaps `PG…` variables that would change the server.
 */
export function plainEnvironment(): NodeJS.ProcessEnv {
  const { PATH, HOME, LANG, LC_ALL, TZ } = process.env;
  const given = Object.entries({ PATH, HOME, LANG, LC_ALL, TZ }).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given) as NodeJS.ProcessEnv;
}
