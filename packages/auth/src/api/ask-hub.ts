import { readJson } from "../http/hub-answer.ts";
import { GatehouseAuthError } from "../log/gatehouse-auth-error.ts";

/** Time limit for the hub's answer. */
const timeoutMs = 3_000;

/** The hub's answer, unchecked. */
export interface HubReply {
  readonly status: number;
  /** Empty when the body is no JSON object. */
  readonly json: Readonly<Record<string, unknown>>;
  readonly retryAfter: string | null;
}

interface Question {
  readonly authorization: string;
  readonly "content-type": string;
  readonly body: string;
}

/**
 * Posts a question with the site's secret and the caller's credentials. Redirects are not followed, so that both go to
 * HUB_URL only.
 *
 * @throws {GatehouseAuthError} hub_unreachable
 */
export async function askHub(url: string, { body, ...headers }: Question): Promise<HubReply> {
  const reply = await fetch(url, {
    method: "POST",
    headers: { ...headers, accept: "application/json" },
    body,
    cache: "no-store",
    redirect: "manual",
    signal: AbortSignal.timeout(timeoutMs),
  }).catch((cause: unknown) => {
    throw new GatehouseAuthError("hub_unreachable", "", { cause });
  });
  const json = await readJson(reply);
  if (reply.status >= 500) throw new GatehouseAuthError("hub_unreachable");
  return {
    status: reply.status,
    json: typeof json === "object" && json !== null && !Array.isArray(json) ? { ...json } : {},
    retryAfter: reply.headers.get("retry-after"),
  };
}
