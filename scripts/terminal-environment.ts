import { delimiter } from "node:path";

export type Environment = Record<string, string | undefined>;

/** The Node of the machine, and nothing that the test's own npm, vitest or settings left in the environment. */
export function terminalEnvironment(): Environment {
  const foreign = /^(npm_(?!config_(registry|.*proxy|cache|userconfig)$)|VITEST|(HUB|SHOP|BANK|SESSION)_)/i;
  const settings =
    /^(CI|DATA_DIR|DATABASE_URL|INIT_CWD|LOGIN_THROTTLE|NODE|NODE_ENV|NODE_OPTIONS|TEST_DOOR_KEY)$/;
  const kept = Object.entries(process.env).filter(([name]) => !foreign.test(name) && !settings.test(name));
  const path = (process.env.PATH ?? "").split(delimiter).filter((entry) => !entry.includes("node_modules"));
  return { ...Object.fromEntries(kept), PATH: path.join(delimiter) };
}
