/** Where the API half of this package reads the environment; what is in it is looked at when a request comes. */
export function processEnvironment(): Readonly<Record<string, string | undefined>> {
  return process.env;
}
