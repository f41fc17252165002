/** A site's proxy callback: a real https server that records the tickets it receives. */
import { once } from "node:events";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { createSelfSignedCertificate } from "./certificates.ts";

export interface CallbackServer {
  readonly url: string;
  /** Certificate of its authority, in PEM. */
  readonly certificate: string;
  /** `pgtId` by `pgtIou`. */
  readonly handed: ReadonlyMap<string, string>;
  /** Paths and queries of all requests, oldest first. */
  readonly asked: readonly string[];
  /** Sets the status of later answers; `silent`: the server does not answer. */
  answerWith(manner: number | "silent"): void;
  close(): Promise<void>;
}

export async function openCallbackServer(name: string): Promise<CallbackServer> {
  const { key, cert } = createSelfSignedCertificate(name);
  const handed = new Map<string, string>();
  const asked: string[] = [];
  let manner: number | "silent" = 200;
  const server = createServer({ key, cert }, (request, response) => {
    const { searchParams } = new URL(request.url ?? "/", "https://callback");
    asked.push(request.url ?? "");
    handed.set(searchParams.get("pgtIou") ?? "", searchParams.get("pgtId") ?? "");
    if (manner !== "silent") response.writeHead(manner, { location: "/elsewhere" }).end();
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `https://${name}:${(server.address() as AddressInfo).port}/pgt`,
    certificate: cert,
    handed,
    asked,
    answerWith: (next) => {
      manner = next;
    },
    close: async () => {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
