/** OpenID Connect as sites use it, at the hub and at a bare oidc-provider that keeps everything in memory. */
import type { Pool } from "undici";
import { get } from "./browser.ts";
import { signInWorkers } from "./cas-round.ts";
import type { Comparison } from "./compare.ts";
import { compareRounds, type ServedRound, workers } from "./compare-rounds.ts";
import { type BenchedHub, siteSecret, startHub } from "./hub.ts";
import type { Round } from "./load.ts";
import { type Line, type Measurement, ratioLine } from "./measurement.ts";
import {
  clientCredentials,
  codeRound,
  consent,
  type IssuerOfSite,
  introspect,
  redeem,
  refresh,
  site,
  type Tokens,
  userinfo,
} from "./oidc-site.ts";
import { residentMegabytes } from "./process-usage.ts";
import { onStage, type Stage } from "./stage.ts";
import { freePort } from "./start-server.ts";

interface CaseOfIssuer {
  /** Least ratios, one at a time and sixteen at once. */
  readonly aims?: { readonly atOne: number; readonly atSixteen: number };
  readonly of: (side: Side) => Round;
}

/** Everything is measured; the project has aims for what every visit and every call to an API costs. */
export const oidcRounds: Readonly<Record<string, CaseOfIssuer>> = {
  "code round": {
    aims: { atOne: 0.5, atSixteen: 0.6 },
    of: (side) => async (worker) => {
      await codeRound(side.issuer, side.cookies[worker] ?? "");
    },
  },
  refresh: {
    of:
      ({ issuer, refreshed }) =>
      async (worker) => {
        refreshed[worker] = await refresh(issuer, refreshed[worker] as Tokens);
      },
  },
  "client credentials": {
    aims: { atOne: 0.5, atSixteen: 0.5 },
    of:
      ({ issuer }) =>
      async () => {
        await clientCredentials(issuer);
      },
  },
  introspection: {
    aims: { atOne: 0.6, atSixteen: 0.6 },
    of:
      ({ issuer, tokens }) =>
      async (worker) => {
        await introspect(issuer, tokens[worker] as Tokens);
      },
  },
  userinfo: {
    of:
      ({ issuer, tokens }) =>
      async (worker) => {
        await userinfo(issuer, tokens[worker] as Tokens);
      },
  },
};

/** One of the two that are compared, with what its workers hold. */
interface Side {
  readonly issuer: IssuerOfSite;
  readonly processes: ServedRound["processes"];
  readonly cookies: readonly string[];
  readonly tokens: readonly Tokens[];
  /** Each is good once. */
  readonly refreshed: Tokens[];
}

export function measureOidcRounds(): Promise<Measurement> {
  return onStage(async (stage) => {
    const started = await startHub(stage);
    const hub = await sideOfHub(stage.connect(started.url), started);
    const bareIssuer = await startBareIssuer(stage);
    const idle = await residentMegabytes(bareIssuer);
    const lines: Line[] = [];
    const measured: Record<string, Comparison> = {};
    for (const [name, { aims, of }] of Object.entries(oidcRounds)) {
      for (const atOnce of [1, workers]) {
        // Anew for each: its store holds a thousand things, and forgets who has not come by for as many.
        const bare = await sideOfBareIssuer(bareIssuer);
        const compared = await compareRounds(served(hub, of), served(bare, of), atOnce);
        const atLeast = atOnce === 1 ? aims?.atOne : aims?.atSixteen;
        lines.push(
          ratioLine(`${name}, ${atOnce} at once`, compared, atLeast === undefined ? undefined : { atLeast }),
        );
        measured[`${name}, ${atOnce} at once`] = compared;
      }
    }
    const bareMegabytes = { idle, afterLoad: await residentMegabytes(bareIssuer) };
    return {
      title: "OpenID Connect, in ratio to a bare oidc-provider in memory",
      lines,
      measured: { ...measured, bareMegabytes },
    };
  });
}

function served(side: Side, of: CaseOfIssuer["of"]): ServedRound {
  return { round: of(side), processes: side.processes };
}

export async function sideOfHub(pool: Pool, { processes }: BenchedHub): Promise<Side> {
  const issuer = { pool, prefix: "/oidc", secret: siteSecret };
  const cookies = await signInWorkers(issuer.pool);
  return {
    issuer,
    processes,
    cookies,
    tokens: await Promise.all(cookies.map((cookie) => codeRound(issuer, cookie))),
    refreshed: await Promise.all(
      cookies.map(async (cookie) => redeem(issuer, await consent(issuer, cookie))),
    ),
  };
}

async function startBareIssuer(stage: Stage): Promise<IssuerOfSite & { readonly pid: number }> {
  const port = await freePort();
  const { url, pid } = await stage.start({
    command: ["node", "bare-issuer.ts"],
    directory: "bench",
    port,
    path: "/healthz",
    environment: {
      PORT: String(port),
      SITE_ID: site.id,
      SITE_SECRET: siteSecret,
      REDIRECT_URI: site.redirectUri,
    },
  });
  return { pool: stage.connect(url), prefix: "", secret: siteSecret, pid };
}

async function sideOfBareIssuer(issuer: IssuerOfSite & { readonly pid: number }): Promise<Side> {
  const cookies = await Promise.all(
    Array.from({ length: workers }, async () => (await get(issuer.pool, "/sign-in")).cookies.join("; ")),
  );
  const tokens = await Promise.all(cookies.map((cookie) => codeRound(issuer, cookie)));
  const refreshed = await Promise.all(cookies.map((cookie) => codeRound(issuer, cookie)));
  return { issuer, processes: { server: { pid: issuer.pid } }, cookies, tokens, refreshed };
}
