/**
 * A whole sign-in with a password (page, form and validation of the ticket) against what the hash alone costs, and CAS
 * rounds of other people meanwhile.
 */
import { randomUUID } from "node:crypto";
import type { Pool } from "undici";
import { demoPerson, get, postForm, signIn } from "./browser.ts";
import { casRound, signInWorkers, validate, validateBare } from "./cas-round.ts";
import { type Comparison, type Contender, compare, round } from "./compare.ts";
import { contenderOf, type ServedRound, workers } from "./compare-rounds.ts";
import { type BenchedHub, startBareServer, startHub } from "./hub.ts";
import { runRounds, type Stretch } from "./load.ts";
import { type Aim, type Line, type Measurement, ratioLine } from "./measurement.ts";
import { createPeople } from "./people.ts";
import { onStage, type Stage } from "./stage.ts";
import { freePort } from "./start-server.ts";

/** Sixteen sign-ins take a third of a second on one core. */
const turnSeconds = 2;

export function measureSignIn(): Promise<Measurement> {
  return onStage(async (stage) => {
    const hub = await startHub(stage);
    const bareServer = await startBareServer(stage, hub);
    const hash = await startBareHash(stage);
    const pool = stage.connect(hub.url);
    const nextUser = await createPeople(hub);
    const signIns = signInAndValidate(pool, hub, nextUser);
    const bareSignIns = bareSignIn(stage.connect(bareServer.url), hub.service, nextUser);
    const toHash = await compare(contenderOf(signIns, workers), hash, turnSeconds);
    const inNewBrowsers = signInAndValidate(pool, hub, nextUser, { inNewBrowsers: true });
    const newToHash = await compare(contenderOf(inNewBrowsers, workers), hash, turnSeconds);
    const bareToHash = await compare(
      contenderOf({ round: bareSignIns, processes: bareServer.processes }, workers),
      hash,
      turnSeconds,
    );
    const rounds = casRound(pool, await signInWorkers(pool), hub);
    const signInsMeanwhile: Stretch[] = [];
    const whileSigningIn = (atOnce: number): Promise<Comparison> =>
      compare(alongside(rounds, signIns, atOnce, signInsMeanwhile), contenderOf(rounds, atOnce), turnSeconds);
    const one = await whileSigningIn(1);
    signInsMeanwhile.length = 0;
    const sixteen = await whileSigningIn(workers);
    const meanwhile = round(rate(signInsMeanwhile) / toHash.ours.perSecond, 2);
    return {
      title: "A sign-in with a password, page and ticket included, 16 at once",
      lines: [
        ratioLine("in ratio to bare Argon2id", toHash, { atLeast: 0.75 }),
        ratioLine("in a new browser, the mail included", newToHash),
        ratioLine("bare server to bare Argon2id", bareToHash),
        p99Line("p99 of 16 CAS rounds, to idle", sixteen, { atMost: 2 }),
        p99Line("p99 of one CAS round, to idle", one),
        {
          name: "sign-ins during 16 CAS rounds, to sign-ins alone",
          figure: meanwhile,
          detail: `${round(rate(signInsMeanwhile), 1)}/s`,
        },
      ],
      measured: { toHash, newToHash, bareToHash, roundsMeanwhile: { one, sixteen }, meanwhile },
    };
  });
}

/** @param options.inNewBrowsers whether each sign-in uses a new browser, so that the hub queues and composes a mail */
export function signInAndValidate(
  pool: Pool,
  { service, processes }: BenchedHub,
  nextUser: () => string,
  { inNewBrowsers = false } = {},
): ServedRound {
  const path = `/cas/login?service=${encodeURIComponent(service)}`;
  const browsers = new Map<string, string | undefined>();
  return {
    async round() {
      const username = nextUser();
      const { location, known } = await signIn(pool, path, { username }, browsers.get(username));
      if (!inNewBrowsers) browsers.set(username, known);
      await validate(pool, service, location, username);
    },
    processes,
  };
}

function bareSignIn(bare: Pool, service: string, nextUser: () => string): ServedRound["round"] {
  const path = `/login?service=${encodeURIComponent(service)}`;
  return async () => {
    const username = nextUser();
    await get(bare, "/page");
    const form = { ...demoPerson, username, lt: randomUUID() };
    const { location } = await postForm(bare, path, form);
    await validateBare(bare, service, location, username);
  };
}

async function startBareHash(stage: Stage): Promise<Contender> {
  const port = await freePort();
  const { url, pid } = await stage.start({
    command: ["node", "bare-hash.ts"],
    directory: "bench",
    port,
    path: "/?seconds=0",
    environment: { PORT: String(port) },
  });
  return {
    run: async (seconds) => (await (await fetch(`${url}/?seconds=${seconds}`)).json()) as Stretch,
    processes: { server: { pid } },
  };
}

/**
 * CAS rounds while sixteen other users sign in.
 *
 * @param counted receives the sign-ins of each turn
 */
function alongside(rounds: ServedRound, signIns: ServedRound, atOnce: number, counted: Stretch[]): Contender {
  return {
    async run(seconds) {
      const [stretch, signedIn] = await Promise.all([
        runRounds(rounds.round, atOnce, seconds),
        runRounds(signIns.round, workers, seconds),
      ]);
      counted.push(signedIn);
      return stretch;
    },
  };
}

/** Rounds a second of all together. */
function rate(stretches: readonly Stretch[]): number {
  const sum = (of: (stretch: Stretch) => number) => stretches.reduce((total, one) => total + of(one), 0);
  return sum(({ times }) => times.length) / sum(({ seconds }) => seconds);
}

function p99Line(name: string, { ours, other }: Comparison, aim?: Aim): Line {
  const detail = `${ours.p99} ms against ${other.p99} ms, p50 ${ours.p50} ms against ${other.p50} ms`;
  return { name, figure: round(ours.p99 / other.p99, 2), detail, ...(aim && { aim }) };
}
