import { GatehouseAuthError } from "../log/gatehouse-auth-error.ts";

/**
 * What there is at HUB_URL. `silent`: nothing, or a proxy that finds no hub behind it. `elsewhere`: a server
 * that is no Gatehouse hub. `other-name`: a hub, which calls itself by another address: sign-in would end between two
 * origins, with cookies and tickets that the other one does not know.
 */
export type HubPresence = "there" | "silent" | "elsewhere" | "other-name";

/** How long an answer counts. A hub that comes back is to be found soon: somebody presses "Try again". */
const freshMs: Readonly<Record<HubPresence, number>> = {
  there: 5_000,
  silent: 1_000,
  elsewhere: 1_000,
  "other-name": 1_000,
};
/** How long a person may be kept waiting for it: longer than a busy hub takes, shorter than she does. */
const patienceMs = 2_500;

/**
 * Knows whether the hub is there to be asked.
 *
 * Signing in and recognition send a browser away from a page that it could have had. To a hub that is down that
 * would be the browser's own error page, on a site that is well.
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

  /** One question in five seconds, shared by all who come meanwhile. */
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

  /** What to tell about a hub that is not there, with what the system said of it for the log. */
  missing(presence: Exclude<HubPresence, "there">): GatehouseAuthError {
    if (presence === "elsewhere") return new GatehouseAuthError("hub_url_wrong");
    if (presence === "silent") return new GatehouseAuthError("hub_unreachable", "", { cause: this.#cause });
    const names = `HUB_URL is ${this.#hubUrl}, and this hub calls itself ${this.#ownName}.`;
    return new GatehouseAuthError("hub_url_other_name", names);
  }

  async #ask(): Promise<HubPresence> {
    try {
      const signal = AbortSignal.timeout(patienceMs);
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
 * A hub says who it is. Many a server answers 200 at this path, the site itself for one.
 *
 * @returns a hub, with its origin as it knows it itself; a hub of before that did not say it has none
 */
async function judge(
  reply: Response,
): Promise<"silent" | "elsewhere" | { readonly ownName: string | undefined }> {
  const isJson = reply.headers.get("content-type")?.startsWith("application/json");
  if (reply.status === 200 && isJson) {
    const answer = (await reply.json().catch(() => null)) as { service?: unknown; url?: unknown } | null;
    if (answer?.service !== "gatehouse-hub") return "elsewhere";
    const url = typeof answer.url === "string" ? URL.parse(answer.url) : null;
    return { ownName: url && /^https?:$/.test(url.protocol) ? url.origin : undefined };
  }
  await reply.body?.cancel();
  return reply.status === 429 || reply.status >= 500 ? "silent" : "elsewhere";
}
