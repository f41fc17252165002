/** Calls to `/test/v1` of the hub, which is there only with `HUB_MODE=test`. */
import { readSites, readTestDoorKey } from "./env.ts";
import { loopback } from "./loopback.ts";

/** @returns the answer, parsed */
export async function callTestDoor(method: "POST" | "DELETE", path: string, body?: object): Promise<unknown> {
  const response = await fetch(loopback(`${readSites().hub}/test/v1${path}`), {
    method,
    headers: {
      authorization: `Bearer ${readTestDoorKey()}`,
      ...(body && { "content-type": "application/json" }),
    },
    ...(body && { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(30_000),
  });
  const text = await response.text();
  if (response.ok) return JSON.parse(text);
  throw new Error(`The test door answered ${response.status} to ${method} ${path}: ${text}`);
}
