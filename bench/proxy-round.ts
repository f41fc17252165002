/** A site asks for a ticket to another site in a person's name, and that one consumes it; against the bare server. */
import { createTicketId } from "@gatehouse/cas/server";
import type { Database } from "@gatehouse/database";
import type { Pool } from "undici";
import { demoPerson, get } from "./browser.ts";
import { signInWorkers } from "./cas-round.ts";
import { measureRounds, type ServedRound } from "./compare-rounds.ts";
import { type BenchedHub, startBareServer, startHub, withDatabase } from "./hub.ts";
import type { Measurement } from "./measurement.ts";
import { onStage } from "./stage.ts";

export function measureProxyRound(): Promise<Measurement> {
  return onStage(async (stage) => {
    const hub = await startHub(stage);
    const pool = stage.connect(hub.url);
    const bare = await startBareServer(stage, hub);
    const granted = await grantProxies(hub, await signInWorkers(pool));
    return measureRounds(
      "proxy round, in ratio to a bare Node server with the same statements",
      proxyRound(pool, granted, hub),
      { round: bareRound(stage.connect(bare.url), granted, hub.service), processes: bare.processes },
      { atOne: 0.5, atSixteen: 0.5 },
    );
  });
}

/** One proxy-granting ticket a session, put where the hub puts it: the callback that hands it over is no part of a round. */
export function grantProxies(hub: BenchedHub, cookies: readonly string[]): Promise<readonly string[]> {
  return withDatabase(hub, (database) => Promise.all(cookies.map((cookie) => grantProxy(database, cookie))));
}

async function grantProxy({ proxyGrantingTickets, sessions }: Database, cookie: string): Promise<string> {
  const found = await sessions.find(cookie.split("=")[1] ?? "", { touch: false });
  if (found.state !== "alive") throw new Error("a session ended before anything was measured");
  const id = createTicketId("PGT");
  const proxies = ["https://portal.localhost/pgt"];
  await proxyGrantingTickets.grant({
    id,
    siteId: "portal",
    sessionId: found.session.id,
    proxies,
  });
  return id;
}

export function proxyRound(
  hub: Pool,
  granted: readonly string[],
  { service, processes }: BenchedHub,
): ServedRound {
  const encoded = encodeURIComponent(service);
  const round: ServedRound["round"] = async (worker) => {
    const proxied = await get(hub, `/cas/proxy?pgt=${granted[worker]}&targetService=${encoded}`);
    const ticket = /PT-[A-Za-z0-9-]+/.exec(proxied.body)?.[0];
    const { body } = await get(hub, `/cas/p3/proxyValidate?service=${encoded}&ticket=${ticket}`);
    if (!body.includes(`<cas:user>${demoPerson.username}</cas:user>`)) {
      throw new Error(`the hub refused a proxy ticket: ${body}`);
    }
  };
  return { round, processes };
}

function bareRound(bare: Pool, granted: readonly string[], service: string): ServedRound["round"] {
  const encoded = encodeURIComponent(service);
  return async (worker) => {
    const proxied = await get(bare, `/proxy?pgt=${granted[worker]}&service=${encoded}`);
    const { body } = await get(bare, `/validate?service=${encoded}&ticket=${proxied.body}`);
    if (body !== `<user>${demoPerson.username}</user>`) throw new Error(`the bare server refused: ${body}`);
  };
}
