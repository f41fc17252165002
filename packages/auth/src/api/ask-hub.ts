import { GatehouseAuthError } from "../log/gatehouse-auth-error.ts";

/** How long to wait for the hub: a program is waiting. */
const patienceMs = 3_000;

/** What the hub said, still to be judged. */
export interface HubReply {
  readonly status: number;
  /** Empty when it was no object. */
  readonly json: Readonly<Record<string, unknown>>;
  readonly retryAfter: string | null;
}

interface Question {
  readonly authorization: string;
  readonly "content-type": string;
  readonly body: string;
}

/**
 * Posts a question with the site's secret and a caller's. Both go to HUB_URL and nowhere else: redirects are not
 * followed.
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
    signal: AbortSignal.timeout(patienceMs),
  }).catch((cause: unknown) => {
    throw new GatehouseAuthError("hub_unreachable", "", { cause });
  });
  const json = await reply.json().catch(() => null);
  if (reply.status >= 500) throw new GatehouseAuthError("hub_unreachable");
  return {
    status: reply.status,
    json: typeof json === "object" && json !== null && !Array.isArray(json) ? json : {},
    retryAfter: reply.headers.get("retry-after"),
  };
}
