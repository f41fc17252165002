/** Calls `/test/v1` of the hub, which exists only with `HUB_MODE=test`. */
import { callServer } from "./call-server.ts";
import { readSites, readTestDoorKey } from "./env.ts";

/** @returns the parsed JSON of the response */
export async function callTestDoor(method: "POST" | "DELETE", path: string, body?: object): Promise<unknown> {
  const answer = await callServer(`${readSites().hub}/test/v1${path}`, {
    method,
    headers: {
      authorization: `Bearer ${readTestDoorKey()}`,
      ...(body && { "content-type": "application/json" }),
    },
    ...(body && { body: JSON.stringify(body) }),
    timeoutMs: 30_000,
  });
  if (answer.status >= 200 && answer.status < 300) return JSON.parse(answer.body);
  throw new Error(`The test door answered ${answer.status} to ${method} ${path}: ${answer.body}`);
}
