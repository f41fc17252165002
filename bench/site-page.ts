/** A page of a site for somebody who is signed in, against the same page for nobody, and against a bare page. */
import type { Pool } from "undici";
import { get, signIn } from "./browser.ts";
import { compare } from "./compare.ts";
import { contenderOf } from "./compare-rounds.ts";
import { startBareServer, startHub } from "./hub.ts";
import type { Round } from "./load.ts";
import { type Measurement, ratioLine } from "./measurement.ts";
import type { Processes } from "./process-usage.ts";
import { startSite } from "./sites.ts";
import { onStage } from "./stage.ts";

const atOnce = 16;
/** A page takes some fifty milliseconds when sixteen are drawn at once. */
const turnSeconds = 0.8;

export function measureSitePage(): Promise<Measurement> {
  return onStage(async (stage) => {
    const hub = await startHub(stage);
    const bare = await startBareServer(stage, hub);
    const shop = await startSite(stage, hub, "shop");
    const pools = {
      hub: stage.connect(hub.url),
      shop: stage.connect(shop.url),
      bare: stage.connect(bare.url),
    };
    const cookie = await signInAtSite(pools.hub, pools.shop);
    const page = async (headers: Record<string, string>, expected: string): Promise<void> => {
      const { status, body } = await get(pools.shop, "/cart", headers);
      if (status !== 200 || !body.includes(expected)) throw new Error(`the shop answered ${status}`);
    };
    const contender = (round: Round, processes: Readonly<Record<string, Processes>>) =>
      contenderOf({ round, processes }, atOnce);
    const servers = { shop: { pid: shop.pid }, hub: hub.processes.hub };
    const signedIn = contender(() => page({ cookie }, "Alice"), servers);
    const nobody = contender(() => page({}, "Sign in"), servers);
    const barePage = contender(async () => void (await get(pools.bare, "/page")), {
      server: { pid: bare.pid },
    });
    const toSamePageForNobody = await compare(signedIn, nobody, turnSeconds);
    const toBarePage = await compare(signedIn, barePage, turnSeconds);
    return {
      title: "A page of the shop for somebody who is signed in, 16 at once",
      lines: [
        ratioLine("to the same page for nobody", toSamePageForNobody),
        ratioLine("to a bare page", toBarePage),
      ],
      measured: { atOnce, toSamePageForNobody, toBarePage },
    };
  });
}

/** @returns the cookies of the site's session */
async function signInAtSite(hub: Pool, shop: Pool): Promise<string> {
  const { cookie: session } = await signIn(hub);
  const begun = await get(shop, "/api/auth/sign-in?returnTo=/cart", { "sec-fetch-site": "same-origin" });
  const target = new URL(begun.location);
  const sent = await get(hub, target.pathname + target.search, { cookie: session });
  const callback = new URL(sent.location);
  const back = await get(shop, callback.pathname + callback.search, { cookie: begun.cookies.join("; ") });
  return [...begun.cookies, ...back.cookies].filter((cookie) => !cookie.endsWith("=")).join("; ");
}
