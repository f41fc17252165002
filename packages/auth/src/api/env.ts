/** The environment for the API half of the package, whose variables are read at the first request. */
export function processEnvironment(): Readonly<Record<string, string | undefined>> {
  return process.env;
}
