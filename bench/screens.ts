/** CPU time of the hub per answer, screen by screen. */
import type { Pool } from "undici";
import { type Answered, get, hiddenFields, postForm, signIn } from "./browser.ts";
import { type Contender, type Measured, secondsEach, sum, type Turn, takeTurn } from "./compare.ts";
import { contenderOf, type ServedRound, workers } from "./compare-rounds.ts";
import { type BenchedHub, startBareServer, startHub } from "./hub.ts";
import { type Measurement, perSecond } from "./measurement.ts";
import { authorizationPath } from "./oidc-site.ts";
import { onStage } from "./stage.ts";

/** Most CPU time of the hub per answer, in milliseconds. */
const aims = { gate: 1, account: 2 };
const turns = 5;
/** Enough for Node to have compiled what is hot. */
const warmUpSeconds = 0.7;
/** Share of a comparison's duration that a screen is measured for, as there are many of them. */
const share = 1 / 4;

interface NamedContender {
  readonly name: string;
  readonly aim?: { readonly atMost: number };
  readonly contender: Contender;
}

interface Screen {
  readonly kind: keyof typeof aims;
  readonly heading: string;
  readonly load: () => Promise<Answered>;
}

export function measureScreens(): Promise<Measurement> {
  return onStage(async (stage) => {
    const hub = await startHub(stage);
    const pool = stage.connect(hub.url);
    const bare = await startBareServer(stage, hub);
    const barePool = stage.connect(bare.url);
    const screens = await findScreens(pool, hub);
    const contenders = [
      ...Object.entries(screens).map(
        ([name, screen]): NamedContender => ({
          name,
          aim: { atMost: aims[screen.kind] },
          contender: contenderOf(roundOf(name, screen, hub), workers),
        }),
      ),
      {
        name: "for scale: a page of the bare server",
        contender: contenderOf(
          {
            round: async () => void (await get(barePool, "/page")),
            processes: { hub: { pid: bare.pid } },
          },
          workers,
        ),
      },
    ];
    const seconds = (secondsEach * share) / turns;
    for (const { contender } of contenders) await contender.run(warmUpSeconds);
    const taken = new Map<string, Turn[]>(contenders.map(({ name }) => [name, []]));
    for (let turn = 0; turn < turns; turn++)
      for (const { name, contender } of contenders) taken.get(name)?.push(await takeTurn(contender, seconds));
    const measured: Record<string, Measured> = {};
    const lines = contenders.map(({ name, aim }) => {
      const all = sum(taken.get(name) ?? []);
      measured[name] = all;
      const { hub: figure = Number.NaN, database = 0 } = all.cpu;
      const detail = `database ${database.toFixed(2)} ms, ${perSecond(all)}`;
      return { name, figure, detail, ...(aim && { aim }) };
    });
    return { title: "CPU time of the hub per screen, 16 at once, in ms", lines, measured };
  });
}

function roundOf(name: string, { heading, load }: Screen, { processes }: BenchedHub): ServedRound {
  return {
    async round() {
      const { status, body } = await load();
      if (!headingOf(body).includes(heading))
        throw new Error(`instead of "${name}" came an answer ${status}: ${body.slice(0, 2000)}`);
    },
    processes,
  };
}

function headingOf(page: string): string {
  return /<h1\b[^>]*>(.*?)<\/h1>/s.exec(page)?.[1] ?? "";
}

/**
 * All screens that a request draws again and again. Missing are those that an answer draws once: the end of a device's
 * sign-in, and a new app password.
 */
async function findScreens(pool: Pool, { service }: BenchedHub): Promise<Readonly<Record<string, Screen>>> {
  const { cookie } = await signIn(pool);
  const { cookie: askedBefore } = await signIn(pool, "/cas/login", { warn: "true" });
  const query = `service=${encodeURIComponent(service)}`;
  const gate = (heading: string, path: string, as?: string): Screen => ({
    kind: "gate",
    heading,
    load: () => get(pool, path, as === undefined ? {} : { cookie: as }),
  });
  const account = (heading: string, path: string): Screen => ({
    ...gate(heading, path, cookie),
    kind: "account",
  });
  /** A form that names another user, which the hub answers by a question. */
  const nameAnother = () => postForm(pool, `/cas/login?${query}`, { username: "bob" }, { cookie });
  const asked = await nameAnother();
  const choice = { ...hiddenFields(asked.body), answer: "stay" };
  const asBrowser = { cookie: [cookie, ...asked.cookies].join("; "), "sec-fetch-mode": "navigate" };
  return {
    "sign-in": gate("Sign in", `/cas/login?${query}`),
    "front page of the hub": gate("Sign in once", "/"),
    "refused service": gate("not registered", "/cas/login?service=https://unknown.example/"),
    "no such page": gate("no such page", "/nowhere"),
    "signed out": gate("You are signed out", "/cas/logout"),
    "asked before a site": gate("Corner Shop?", `/cas/login?${query}`, askedBefore),
    "choice of account (POST)": { kind: "gate", heading: "Which account?", load: nameAnother },
    "on the way to a site (POST)": {
      kind: "gate",
      heading: "Going to Corner Shop",
      load: () => postForm(pool, "/cas/login/choose", choice, asBrowser),
    },
    "ticket form": gate("Going to Corner Shop", `/cas/login?${query}&method=POST`, cookie),
    "asked whether to sign out": gate("Sign out?", "/oidc/session/end", cookie),
    consent: await consentScreen(pool, cookie),
    "code of a device": gate("Enter the code", "/oidc/device", cookie),
    account: account("Alice", "/account"),
    "where you are signed in": account("Where you are signed in", "/account/sessions"),
    "form for an app password": account("Make an app password", "/account/app-passwords/new"),
  };
}

async function consentScreen(pool: Pool, session: string): Promise<Screen> {
  const issuer = { pool, prefix: "/oidc", secret: "" };
  const asked = await get(pool, authorizationPath(issuer, { prompt: "consent" }), { cookie: session });
  const { pathname, search } = new URL(asked.location, "http://hub.localhost");
  const cookie = [...new Set([session, ...asked.cookies])].join("; ");
  return { kind: "gate", heading: "Allow Portal?", load: () => get(pool, pathname + search, { cookie }) };
}
