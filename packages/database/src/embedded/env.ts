/**
 * What PostgreSQL needs of the environment. The hub's own carries its secrets, and whoever has the operating user's
 * rights reads them in /proc/<pid>/environ; `PG…` of a person's shell would change the server besides.
 */
export function plainEnvironment(): NodeJS.ProcessEnv {
  const { PATH, HOME, LANG, LC_ALL, TZ } = process.env;
  const given = Object.entries({ PATH, HOME, LANG, LC_ALL, TZ }).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given) as NodeJS.ProcessEnv;
}
