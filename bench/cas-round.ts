/** Already signed in: the hub gives a ticket and the site consumes it; against the same statements in a bare server. */
import type { Pool } from "undici";
import { demoPerson, get, signIn } from "./browser.ts";
import { measureRounds, type ServedRound, workers } from "./compare-rounds.ts";
import { type BenchedHub, startBareServer, startHub } from "./hub.ts";
import type { Measurement } from "./measurement.ts";
import { residentMegabytes } from "./process-usage.ts";
import { onStage } from "./stage.ts";

export function measureCasRound(): Promise<Measurement> {
  return onStage(async (stage) => {
    const hub = await startHub(stage);
    const bare = await startBareServer(stage, hub);
    const [pool, barePool] = [stage.connect(hub.url), stage.connect(bare.url)];
    const idle = await residentMegabytes(bare);
    const cookies = await signInWorkers(pool);
    const { title, lines, measured } = await measureRounds(
      "CAS round, in ratio to a bare Node server with the same statements",
      casRound(pool, cookies, hub),
      { round: bareRound(barePool, cookies, hub.service), processes: bare.processes },
      { atOne: 0.5, atSixteen: 0.65 },
    );
    const bareMegabytes = { idle, afterLoad: await residentMegabytes(bare) };
    return { title, lines, measured: { ...measured, bareMegabytes } };
  });
}

/** Signs in once for each worker. @returns their session cookies */
export async function signInWorkers(hub: Pool): Promise<readonly string[]> {
  const cookies: string[] = [];
  while (cookies.length < workers) cookies.push((await signIn(hub)).cookie);
  return cookies;
}

export function casRound(pool: Pool, cookies: readonly string[], hub: BenchedHub): ServedRound {
  const path = `/cas/login?service=${encodeURIComponent(hub.service)}`;
  return {
    async round(worker) {
      const { location } = await get(pool, path, { cookie: cookies[worker] ?? "" });
      await validate(pool, hub.service, location);
    },
    processes: hub.processes,
  };
}

/** Spends the ticket of a redirect. @throws when it is not accepted as the user's */
export async function validate(
  hub: Pool,
  service: string,
  location: string,
  username = demoPerson.username,
): Promise<void> {
  const query = `service=${encodeURIComponent(service)}&ticket=${ticketIn(location)}`;
  const { body } = await get(hub, `/cas/p3/serviceValidate?${query}`);
  if (!body.includes(`<cas:user>${username}</cas:user>`))
    throw new Error(`the hub refused a ticket: ${body}`);
}

/** The same at the bare server. */
export async function validateBare(
  bare: Pool,
  service: string,
  location: string,
  username = demoPerson.username,
): Promise<void> {
  const query = `service=${encodeURIComponent(service)}&ticket=${ticketIn(location)}`;
  const { body } = await get(bare, `/validate?${query}`);
  if (body !== `<user>${username}</user>`) throw new Error(`the bare server refused: ${body}`);
}

function bareRound(bare: Pool, cookies: readonly string[], service: string): ServedRound["round"] {
  const encoded = encodeURIComponent(service);
  return async (worker) => {
    const authorization = cookies[worker]?.split("=")[1] ?? "";
    const { location } = await get(bare, `/login?service=${encoded}`, { authorization });
    await validateBare(bare, service, location);
  };
}

function ticketIn(location: string): string {
  return /ticket=(ST-[A-Za-z0-9-]+)/.exec(location)?.[1] ?? "none";
}
