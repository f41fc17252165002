/** A site's back channel: a real server that receives and records logout requests. */
import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";

export interface ReceivedPost {
  readonly path: string;
  readonly method: string;
  readonly contentType: string;
  readonly body: string;
  /** Of the logout request. */
  readonly sessionIndex: string;
}

/** Status of the answers; `silent`: the site does not answer. */
export type SiteStatus = number | "silent";

export interface TestSite {
  readonly id: string;
  readonly origin: string;
  /** The service address of its callback. */
  readonly service: string;
  readonly secret: string;
  /** Everything it was sent, oldest first. */
  readonly received: readonly ReceivedPost[];
  /** Session indexes of the received logout requests. */
  told(): readonly string[];
  /** Sets the status of later answers, and answers the waiting requests. */
  answerWith(manner: SiteStatus): void;
  /** Its registration; fields given replace. */
  registration(more?: Readonly<Record<string, unknown>>): Record<string, unknown>;
  /** `Authorization` of its calls at `/sites/v1`. */
  readonly authorization: string;
  forget(): void;
  close(): Promise<void>;
}

export async function openTestSite(id: string): Promise<TestSite> {
  const received: ReceivedPost[] = [];
  const waiting: ServerResponse[] = [];
  let manner: SiteStatus = 200;
  const server = createServer(async (request, response) => {
    const body = await text(request);
    const xml = new URLSearchParams(body).get("logoutRequest") ?? "";
    received.push({
      path: request.url ?? "",
      method: request.method ?? "",
      contentType: request.headers["content-type"] ?? "",
      body,
      sessionIndex: /<samlp:SessionIndex>(.*?)<\/samlp:SessionIndex>/.exec(xml)?.[1] ?? "",
    });
    if (manner === "silent") waiting.push(response);
    else response.writeHead(manner).end();
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const origin = `http://${id}.localhost:${(server.address() as AddressInfo).port}`;
  const secret = `${id}-secret-`.padEnd(40, "x");
  return {
    id,
    origin,
    service: `${origin}/callback`,
    secret,
    received,
    told: () => received.map(({ sessionIndex }) => sessionIndex),
    answerWith: (next) => {
      manner = next;
      if (next !== "silent") for (const response of waiting.splice(0)) response.writeHead(next).end();
    },
    registration: (more = {}) => ({
      id,
      name: `The ${id}`,
      url: `${origin}/`,
      firstParty: true,
      secret: { environment: `${id.toUpperCase()}_SITE_SECRET` },
      cas: {
        services: [`${origin}/callback`],
        attributes: ["id", "name", "email"],
        logoutUrl: `${origin}/logout-request`,
      },
      ...more,
    }),
    authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString("base64")}`,
    forget: () => {
      received.length = 0;
    },
    close: async () => {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
