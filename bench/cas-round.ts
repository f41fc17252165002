/** Already signed in: the hub gives a ticket and the site consumes it; against the same statements in a bare server. */
import type { Pool } from "undici";
import { demoPerson, get, openForm, signIn } from "./browser.ts";
import { measureRounds, workers } from "./compare-rounds.ts";
import { startBareServer, startHub } from "./hub.ts";
import type { Round } from "./load.ts";
import type { Measurement } from "./measurement.ts";
import { onStage } from "./stage.ts";

export function measureCasRound(): Promise<Measurement> {
  return onStage(async (stage) => {
    const hub = await startHub(stage);
    const pool = stage.connect(hub.url);
    const bare = stage.connect((await startBareServer(stage, hub)).url);
    const cookies = await signInWorkers(pool);
    return measureRounds(
      "CAS round, in ratio to a bare Node server with the same statements",
      casRound(pool, cookies, hub.service),
      bareRound(bare, cookies, hub.service),
    );
  });
}

/** Signs in once for each worker. @returns their session cookies */
export async function signInWorkers(hub: Pool): Promise<readonly string[]> {
  return Promise.all(
    Array.from({ length: workers }, async () => signIn(hub, await openForm(hub), demoPerson)),
  );
}

export function casRound(hub: Pool, cookies: readonly string[], service: string): Round {
  const encoded = encodeURIComponent(service);
  return async (worker) => {
    const cookie = cookies[worker] ?? "";
    const { location } = await get(hub, `/cas/login?service=${encoded}`, { cookie });
    const ticket = ticketIn(location);
    const { body } = await get(hub, `/cas/p3/serviceValidate?service=${encoded}&ticket=${ticket}`);
    if (!body.includes(`<cas:user>${demoPerson.username}</cas:user>`)) {
      throw new Error(`the hub refused a ticket: ${body}`);
    }
  };
}

function bareRound(bare: Pool, cookies: readonly string[], service: string): Round {
  const encoded = encodeURIComponent(service);
  return async (worker) => {
    const authorization = cookies[worker]?.split("=")[1] ?? "";
    const { location } = await get(bare, `/login?service=${encoded}`, { authorization });
    const { body } = await get(bare, `/validate?service=${encoded}&ticket=${ticketIn(location)}`);
    if (body !== `<user>${demoPerson.username}</user>`) throw new Error(`the bare server refused: ${body}`);
  };
}

function ticketIn(location: string): string {
  return /ticket=(ST-[A-Za-z0-9-]+)/.exec(location)?.[1] ?? "none";
}
