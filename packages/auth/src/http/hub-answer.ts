import { GatehouseAuthError } from "../log/gatehouse-auth-error.ts";

/**
 * Reads the body of the hub's answer. A hub that breaks off or stalls in the middle of it counts as down, not as a server that
 * is no hub.
 *
 * @throws {GatehouseAuthError} hub_unreachable
 */
export function readText(reply: Response): Promise<string> {
  return reply.text().catch((cause: unknown) => {
    throw new GatehouseAuthError("hub_unreachable", "", { cause });
  });
}

/**
 * Reads and parses the body of the hub's answer; null when it is not JSON.
 *
 * @throws {GatehouseAuthError} hub_unreachable
 */
export async function readJson(reply: Response): Promise<unknown> {
  const text = await readText(reply);
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
