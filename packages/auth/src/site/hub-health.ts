import { readJson } from "../http/hub-answer.ts";
import { GatehouseAuthError } from "../log/gatehouse-auth-error.ts";

/**
 * The server at HUB_URL. `silent`: no answer, or that of a proxy that finds no hub behind it. `elsewhere`: no Gatehouse
 * hub. `other-name`: a hub with another HUB_URL; a sign-in would fail, because its cookies and tickets belong to another
 * origin.
 */
export type HubPresence = "there" | "silent" | "elsewhere" | "other-name";

/** Lifetime of an answer; short for failures, because users press "Try again". */
const freshMs: Readonly<Record<HubPresence, number>> = {
  there: 5_000,
  silent: 1_000,
  elsewhere: 1_000,
  "other-name": 1_000,
};
/** Time limit for an answer: longer than a busy hub takes, shorter than users wait. */
const timeoutMs = 2_500;

/**
 * Checks whether the hub answers before a browser is redirected there. Otherwise the browser would show its own error page
 * although the site works.
 */
export class HubHealth {
  readonly #hubUrl: string;
  readonly #now: () => number;
  #cause: unknown;
  #ownName = "";
  #last: { readonly presence: Promise<HubPresence>; until: number } | null = null;

  constructor(hubUrl: string, now: () => number) {
    this.#hubUrl = hubUrl;
    this.#now = now;
  }

  /** At most one request in five seconds, shared by all callers. */
  presence(): Promise<HubPresence> {
    if (this.#last === null || this.#now() >= this.#last.until) {
      const asked = { presence: this.#ask(), until: Number.POSITIVE_INFINITY };
      this.#last = asked;
      asked.presence.then((presence) => {
        asked.until = this.#now() + freshMs[presence];
      });
    }
    return this.#last.presence;
  }

  /** The error for a hub that is not there, with its cause for the log. */
  missing(presence: Exclude<HubPresence, "there">): GatehouseAuthError {
    if (presence === "elsewhere") return new GatehouseAuthError("hub_url_wrong");
    if (presence === "silent") return new GatehouseAuthError("hub_unreachable", "", { cause: this.#cause });
    const names = `HUB_URL is ${this.#hubUrl}, and this hub calls itself ${this.#ownName}.`;
    return new GatehouseAuthError("hub_url_other_name", names);
  }

  async #ask(): Promise<HubPresence> {
    try {
      const signal = AbortSignal.timeout(timeoutMs);
      const reply = await fetch(`${this.#hubUrl}/healthz`, { cache: "no-store", redirect: "manual", signal });
      const hub = await judge(reply);
      if (typeof hub === "string") return hub;
      this.#ownName = hub.ownName ?? this.#hubUrl;
      return this.#ownName === this.#hubUrl ? "there" : "other-name";
    } catch (cause) {
      this.#cause = cause;
      return "silent";
    }
  }
}

/**
 * Tells a hub from other servers, many of which answer 200 at this path.
 *
 * @returns for a hub, its own HUB_URL, which older hubs do not send
 */
async function judge(
  reply: Response,
): Promise<"silent" | "elsewhere" | { readonly ownName: string | undefined }> {
  const isJson = reply.headers.get("content-type")?.startsWith("application/json");
  if (reply.status === 200 && isJson) {
    const answer = (await readJson(reply)) as { service?: unknown; url?: unknown } | null;
    if (answer?.service !== "gatehouse-hub") return "elsewhere";
    const url = typeof answer.url === "string" ? URL.parse(answer.url) : null;
    return { ownName: url && /^https?:$/.test(url.protocol) ? url.origin : undefined };
  }
  await reply.body?.cancel();
  return reply.status === 429 || reply.status >= 500 ? "silent" : "elsewhere";
}
