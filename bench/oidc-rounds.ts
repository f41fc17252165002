/** OpenID Connect as sites use it, at the hub and at a bare oidc-provider that keeps everything in memory. */
import { get } from "./browser.ts";
import { signInWorkers } from "./cas-round.ts";
import type { Comparison } from "./compare.ts";
import { compareRounds, workers } from "./compare-rounds.ts";
import { type BenchedHub, siteSecret, startHub } from "./hub.ts";
import type { Round } from "./load.ts";
import { type Aim, type Line, type Measurement, ratioLine } from "./measurement.ts";
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
import { onStage, type Stage } from "./stage.ts";
import { freePort } from "./start-server.ts";

/** Everything is measured; the project has aims for what every visit and every call to an API costs. */
const rounds: Readonly<Record<string, { readonly aim?: Aim; readonly of: (side: Side) => Round }>> = {
  "code round": {
    aim: { atLeast: 0.5 },
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
    aim: { atLeast: 0.5 },
    of:
      ({ issuer }) =>
      async () => {
        await clientCredentials(issuer);
      },
  },
  introspection: {
    aim: { atLeast: 0.6 },
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
  readonly cookies: readonly string[];
  readonly tokens: readonly Tokens[];
  /** Each is good once. */
  readonly refreshed: Tokens[];
}

export function measureOidcRounds(): Promise<Measurement> {
  return onStage(async (stage) => {
    const hub = await sideOfHub(stage, await startHub(stage));
    const bareIssuer = await startBareIssuer(stage);
    const lines: Line[] = [];
    const measured: Record<string, Comparison> = {};
    for (const [name, { aim, of }] of Object.entries(rounds)) {
      for (const atOnce of [1, workers]) {
        // Anew for each: its store holds a thousand things, and forgets who has not come by for as many.
        const bare = await sideOfBareIssuer(bareIssuer);
        const compared = await compareRounds(of(hub), of(bare), atOnce);
        lines.push(ratioLine(`${name}, ${atOnce} at once`, compared, aim));
        measured[`${name}, ${atOnce} at once`] = compared;
      }
    }
    return { title: "OpenID Connect, in ratio to a bare oidc-provider in memory", lines, measured };
  });
}

async function sideOfHub(stage: Stage, hub: BenchedHub): Promise<Side> {
  const issuer = { pool: stage.connect(hub.url), prefix: "/oidc", secret: siteSecret };
  const cookies = await signInWorkers(issuer.pool);
  return {
    issuer,
    cookies,
    tokens: await Promise.all(cookies.map((cookie) => codeRound(issuer, cookie))),
    refreshed: await Promise.all(
      cookies.map(async (cookie) => redeem(issuer, await consent(issuer, cookie))),
    ),
  };
}

async function startBareIssuer(stage: Stage): Promise<IssuerOfSite> {
  const port = await freePort();
  const { url } = await stage.start({
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
  return { pool: stage.connect(url), prefix: "", secret: siteSecret };
}

async function sideOfBareIssuer(issuer: IssuerOfSite): Promise<Side> {
  const cookies = await Promise.all(
    Array.from({ length: workers }, async () => (await get(issuer.pool, "/sign-in")).cookies.join("; ")),
  );
  const tokens = await Promise.all(cookies.map((cookie) => codeRound(issuer, cookie)));
  const refreshed = await Promise.all(cookies.map((cookie) => codeRound(issuer, cookie)));
  return { issuer, cookies, tokens, refreshed };
}
