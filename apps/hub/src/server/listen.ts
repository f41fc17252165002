import { once } from "node:events";
import type { Server } from "node:net";
import type { Settings } from "../settings/env.ts";
import { StartError } from "../settings/start-errors.ts";

/**
 * Listens on `BIND_ADDRESS` and `HUB_PORT`.
 *
 * @throws StartError naming the setting to change
 */
export async function listen(
  server: Server,
  { port, bindAddress }: Pick<Settings, "port" | "bindAddress">,
): Promise<void> {
  try {
    server.listen(port, bindAddress);
    await once(server, "listening");
  } catch (error) {
    const explain = sentences[(error as NodeJS.ErrnoException).code ?? ""];
    if (explain === undefined) throw error;
    throw new StartError(explain(port, bindAddress), { cause: error });
  }
}

const sentences: Readonly<Record<string, (port: number, bindAddress: string) => string>> = {
  EADDRINUSE: (port) => `port ${port} is taken. Stop what uses it, or set HUB_PORT to another.`,
  EACCES: (port) => `port ${port} is for privileged users only. Set HUB_PORT to one above 1023.`,
  EADDRNOTAVAIL: (_, address) =>
    `BIND_ADDRESS is ${address}, which this machine does not have. Set it to one of its own, or to 0.0.0.0 or :: for all of them.`,
  EAFNOSUPPORT: (_, address) =>
    `BIND_ADDRESS is ${address}, and this machine does not speak IPv6. Set it to an IPv4 address.`,
};
