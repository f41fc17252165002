/** An address that is known before what answers there is opened: real clients compare it with the issuer's. */
import { once } from "node:events";
import { type AddressInfo, createServer, type Server } from "node:net";

export async function openListener(): Promise<{ readonly listener: Server; readonly origin: string }> {
  const listener = createServer().listen(0, "127.0.0.1");
  await once(listener, "listening");
  return { listener, origin: `http://127.0.0.1:${(listener.address() as AddressInfo).port}` };
}
