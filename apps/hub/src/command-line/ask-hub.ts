/**
 * Asks whether a hub runs at `HUB_URL`. For the command line only, where the address is the operator's own setting. Calls
 * of the hub go through `outbound/`.
 */
import { isIPv6 } from "node:net";
import type { DoctorFacts } from "../server/health.ts";
import { isLoopbackHost } from "../settings/env.ts";

export interface HubAnswer {
  readonly state: "running" | "silent" | "something-else";
  /** The answer as a sentence. */
  readonly sentence: string;
  /** Present if the hub accepted the proof. */
  readonly doctor?: DoctorFacts;
}

export interface HubRequest {
  /** Value of `Authorization` that proves `HUB_SECRETS`, for a detailed answer. */
  readonly proof?: string;
  /** Address that the hub listens on, if `HUB_URL` is on this machine. */
  readonly bindAddress?: string;
  readonly timeLimit?: number;
}

/** Time limit in milliseconds; a healthy hub answers sooner. */
const patience = 2_000;
/** Maximum length of the answer; a hub's answer is much shorter. */
const longestAnswer = 4_096;

/** @param hubUrl origin, without a slash at the end */
export async function askHub(hubUrl: string, asking: HubRequest = {}): Promise<HubAnswer> {
  const { proof, bindAddress = "127.0.0.1", timeLimit = patience } = asking;
  try {
    const response = await fetch(`${reachable(hubUrl, bindAddress)}/healthz`, {
      redirect: "manual",
      headers: proof === undefined ? {} : { authorization: proof },
      signal: AbortSignal.timeout(timeLimit),
    });
    const text = await readText(response);
    const said = objectOf(text);
    if (response.status === 200 && said.service === "gatehouse-hub")
      return {
        state: "running",
        sentence: `The hub answers at ${hubUrl}.`,
        ...(said.doctor !== undefined && { doctor: said.doctor }),
      };
    return {
      state: "something-else",
      sentence: `Another program answers at ${hubUrl}, not a Gatehouse hub (/healthz: ${response.status}). Correct HUB_URL, or the proxy there.`,
    };
  } catch (error) {
    return {
      state: "silent",
      sentence: `No hub answers at ${hubUrl} (${whyNot(error)}). ${remedyFor(whyNot(error))}`,
    };
  }
}

/** If `HUB_URL` is on this machine, the address that the hub listens on: the system may not resolve `*.localhost`. */
function reachable(hubUrl: string, bindAddress: string): string {
  const url = new URL(hubUrl);
  if (url.protocol !== "http:" || !isLoopbackHost(url.hostname)) return url.origin;
  const host = bindAddress === "0.0.0.0" ? "127.0.0.1" : bindAddress === "::" ? "::1" : bindAddress;
  url.hostname = isIPv6(host) ? `[${host}]` : host;
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

function objectOf(text: string): { readonly service?: unknown; readonly doctor?: DoctorFacts } {
  try {
    return JSON.parse(text) ?? {};
  } catch {
    return {};
  }
}

/** @param why Node's error code: of DNS, TLS or the connection */
function remedyFor(why: string): string {
  if (/^(ENOTFOUND|EAI_AGAIN)$/.test(why))
    return "This machine cannot resolve the name: add it to DNS or to /etc/hosts.";
  if (/CERT|SIGNATURE|ISSUER/.test(why))
    return "This machine does not trust the certificate: name the certificate authority in NODE_EXTRA_CA_CERTS.";
  return "If it should be running, start it.";
}

function whyNot(error: unknown): string {
  if ((error as Error).name === "TimeoutError") return "no answer in time";
  const { code } = ((error as Error).cause ?? {}) as NodeJS.ErrnoException;
  return code ?? (error as Error).message;
}
