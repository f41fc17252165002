import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";

/** A request that the stand-in received. */
interface Received {
  readonly call: string;
  readonly authorization: string | undefined;
  readonly body: unknown;
}

/** Records calls to the test door and answers them. */
export interface StandInHub {
  readonly received: Received[];
  /** Replaces the next answers; absent: 200 with the id `id-<number of the call>`. */
  answer: ((call: string) => { readonly status: number; readonly body: string }) | undefined;
  close(): Promise<void>;
}

/** Starts a server and points HUB_URL and TEST_DOOR_KEY at it. */
export async function openStandInHub(): Promise<StandInHub> {
  const received: Received[] = [];
  const hub: StandInHub = {
    received,
    answer: undefined,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
  const server = createServer(async (request, response) => {
    const body = await text(request);
    const call = `${request.method} ${request.url}`;
    received.push({
      call,
      authorization: request.headers.authorization,
      body: body === "" ? undefined : JSON.parse(body),
    });
    const { status, body: answer } = hub.answer?.(call) ?? {
      status: 200,
      body: JSON.stringify({ id: `id-${received.length}` }),
    };
    response.writeHead(status, { "content-type": "application/json", connection: "close" }).end(answer);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  process.env.HUB_URL = `http://hub.localhost:${(server.address() as AddressInfo).port}`;
  process.env.SHOP_URL = "http://shop.localhost:1";
  process.env.BANK_URL = "http://bank.localhost:1";
  process.env.TEST_DOOR_KEY = "the key";
  return hub;
}
