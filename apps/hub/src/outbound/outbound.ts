/**
 * The only place of the hub that fetches a URL. The URLs come from site registrations, but are treated as hostile: the hub
 * checks the resolved address and connects to exactly that address, follows no redirects, waits five seconds at most, and
 * reads 64 kB at most, or 256 kB of a service that a setting names. An answer that breaks off or is longer is no answer.
 */
import { lookup } from "node:dns";
import { readFileSync } from "node:fs";
import { isIP } from "node:net";
import { rootCertificates } from "node:tls";
import { Agent, fetch, type RequestInit } from "undici";
import { isLoopbackHost } from "../settings/env.ts";
import { isPublicAddress } from "./public-address.ts";

export interface Outbound {
  /**
   * Sends a form; only the status of the answer counts, whatever its length.
   *
   * @throws OutboundError with a stable code if no answer arrives
   */
  postForm(
    url: string,
    body: string,
    headers: Readonly<Record<string, string>>,
  ): Promise<{ readonly status: number }>;
  /** Sends a GET request; only the status of the answer counts, whatever its length. @throws OutboundError as `postForm` */
  get(url: string): Promise<{ readonly status: number }>;
  /** As `get`, with the body of the answer, at most 256 kB of UTF-8. @throws OutboundError as `postForm` */
  getText(
    url: string,
    headers: Readonly<Record<string, string>>,
  ): Promise<{ readonly status: number; readonly text: string }>;
  /**
   * Sends a request of a protocol library, as `postForm` does. The body of the answer is read already, at most 64 kB.
   *
   * @throws OutboundError as `postForm`
   */
  fetch(url: string, init: globalThis.RequestInit): Promise<Response>;
  close(): Promise<void>;
}

export class OutboundError extends Error {
  override readonly name = "OutboundError";
  readonly code: "timeout" | "refused" | "address_forbidden" | "unresolved" | "certificate" | "failed";

  constructor(code: OutboundError["code"], options?: ErrorOptions) {
    super(code, options);
    this.code = code;
  }

  /** Advice for the operator, if a setting of the hub is the cause. */
  get advice(): string | undefined {
    return advice[this.code];
  }
}

const advice: Readonly<Partial<Record<OutboundError["code"], string>>> = {
  address_forbidden:
    "The address is on loopback or in a private network. In production, the hub calls such addresses only with ALLOW_LOOPBACK_SITES=on.",
  certificate: "If the certificate is from a private authority, name that authority in CA_FILE.",
};

const fiveSeconds = 5_000;
const sizeLimit = 65_536;
const textLimit = 4 * sizeLimit;

/**
 * @param options.allowLoopback whether to call loopback and private addresses (`ALLOW_LOOPBACK_SITES`)
 * @param options.timeLimit milliseconds from the first byte sent to the last received
 */
export function createOutbound(options: {
  readonly allowLoopback: boolean;
  readonly certificateAuthorityFile: string | undefined;
  readonly timeLimit?: number;
}): Outbound {
  const { timeLimit = fiveSeconds } = options;
  const isForbidden = (address: string): boolean => !options.allowLoopback && !isPublicAddress(address);
  const own = options.certificateAuthorityFile;
  const agent = new Agent({
    connections: 16,
    connect: {
      timeout: timeLimit,
      ...(own === undefined ? {} : { ca: [...rootCertificates, readFileSync(own, "utf8")] }),
      lookup(hostname, lookUp, done) {
        // The system's resolver does not know *.localhost.
        if (isLoopbackHost(hostname)) return decide(null, [{ address: "127.0.0.1", family: 4 }]);
        lookup(hostname, { ...lookUp, all: true }, decide);
        function decide(
          error: NodeJS.ErrnoException | null,
          found: { address: string; family: number }[],
        ): void {
          const allowed = found?.filter(({ address }) => !isForbidden(address)) ?? [];
          const [first] = allowed;
          if (error !== null) done(error, "", 4);
          else if (first === undefined) done(new OutboundError("address_forbidden"), "", 4);
          else if (lookUp.all) done(null, allowed);
          else done(null, first.address, first.family);
        }
      },
    },
  });

  async function call(
    url: string,
    more: RequestInit,
    limit = sizeLimit,
  ): Promise<{ readonly status: number; readonly headers: Headers; readonly body: Buffer | null }> {
    const host = new URL(url).hostname.replace(/^\[|\]$/g, "");
    // A literal address is never looked up.
    if (isIP(host) !== 0 && isForbidden(host)) throw new OutboundError("address_forbidden");
    try {
      const response = await fetch(url, {
        ...more,
        redirect: "manual",
        signal: AbortSignal.timeout(timeLimit),
        dispatcher: agent,
      });
      const { status, headers } = response;
      return { status, headers: new Headers([...headers]), body: await readUpTo(response.body, limit) };
    } catch (error) {
      throw new OutboundError(codeOf(error), { cause: error });
    }
  }

  return {
    async postForm(url, body, headers) {
      const sent = { ...headers, "content-type": "application/x-www-form-urlencoded" };
      const { status } = await call(url, { method: "POST", body, headers: sent });
      return { status };
    },
    async get(url) {
      const { status } = await call(url, { method: "GET" });
      return { status };
    },
    async getText(url, headers) {
      const { status, body } = await call(url, { method: "GET", headers }, textLimit);
      return { status, text: wholeOf(body).toString("utf8") };
    },
    async fetch(url, { method = "GET", body, headers }) {
      const sent = Object.fromEntries(new Headers(headers));
      const answer = await call(url, {
        method,
        headers: sent,
        ...(body == null ? {} : { body: body instanceof URLSearchParams ? body.toString() : String(body) }),
      });
      const whole = wholeOf(answer.body);
      // The body is decoded already.
      for (const name of ["content-encoding", "content-length"]) answer.headers.delete(name);
      return new Response(whole.length === 0 ? null : new Uint8Array(whole), answer);
    },
    close: () => agent.close(),
  };
}

/** Reads the body to its end, so that the connection can be reused. @returns `null`: it exceeds the limit */
async function readUpTo(body: AsyncIterable<Uint8Array> | null, limit: number): Promise<Buffer | null> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body ?? []) {
    size += chunk.byteLength;
    if (size > limit) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** A body cut at the limit could pass for another answer. */
function wholeOf(body: Buffer | null): Buffer {
  if (body === null)
    throw new OutboundError("failed", { cause: new Error("the answer is longer than the limit") });
  return body;
}

function codeOf(error: unknown): OutboundError["code"] {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof OutboundError) return cause.code;
    if (cause.name === "TimeoutError" || cause.name === "ConnectTimeoutError") return "timeout";
    const code = String((cause as NodeJS.ErrnoException).code ?? "");
    if (code === "ECONNREFUSED") return "refused";
    if (code === "ENOTFOUND" || code === "EAI_AGAIN") return "unresolved";
    if (/CERT|TLS|SSL|SELF_SIGNED|VERIFY/.test(code)) return "certificate";
  }
  return "failed";
}
