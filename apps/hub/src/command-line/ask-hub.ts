/**
 * Asks whether a hub runs at `HUB_URL`. For the command line alone: the address is the operator's own setting. What
 * the hub itself fetches goes through `outbound/`.
 */
import { isLoopbackHost } from "../env.ts";

export interface HubAnswer {
  readonly state: "running" | "silent" | "something-else";
  /** For people. */
  readonly sentence: string;
}

/** Longer than a hub that is well ever takes, in milliseconds. */
const patience = 2_000;
/** A hub's answer is shorter by far. */
const longestAnswer = 4_096;

/** @param hubUrl origin, without a slash at the end */
export async function askHub(hubUrl: string, timeLimit = patience): Promise<HubAnswer> {
  try {
    const response = await fetch(`${reachable(hubUrl)}/healthz`, {
      redirect: "manual",
      signal: AbortSignal.timeout(timeLimit),
    });
    const text = await readText(response);
    const isHub = response.status === 200 && serviceOf(text) === "gatehouse-hub";
    if (isHub) return { state: "running", sentence: `The hub answers at ${hubUrl}.` };
    return {
      state: "something-else",
      sentence: `What answers at ${hubUrl} is no Gatehouse hub (/healthz: ${response.status}). Correct HUB_URL, or the proxy there.`,
    };
  } catch (error) {
    return {
      state: "silent",
      sentence: `No hub answers at ${hubUrl} (${whyNot(error)}). Start it, if it should run.`,
    };
  }
}

/** The system's resolver does not know `*.localhost`, and on this machine the hub listens on 127.0.0.1. */
function reachable(hubUrl: string): string {
  const url = new URL(hubUrl);
  if (url.protocol === "http:" && isLoopbackHost(url.hostname)) url.hostname = "127.0.0.1";
  return url.origin;
}

async function readText({ body }: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body ?? []) {
    size += chunk.byteLength;
    if (size > longestAnswer) return "";
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function serviceOf(text: string): unknown {
  try {
    return JSON.parse(text)?.service;
  } catch {
    return undefined;
  }
}

function whyNot(error: unknown): string {
  if ((error as Error).name === "TimeoutError") return "no answer in time";
  const { code } = ((error as Error).cause ?? {}) as NodeJS.ErrnoException;
  return code ?? (error as Error).message;
}
