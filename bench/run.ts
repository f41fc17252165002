/** `npm run bench`: measures in ratios within one run, prints them, and writes `results/`. */
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { hash, verify } from "@node-rs/argon2";
import { connect, get, openForm, signIn } from "./browser.ts";
import { compare, type Measured, measure } from "./load.ts";
import { freePort, memory, type Started, startServer } from "./servers.ts";

const seconds = Number(process.env.BENCH_SECONDS ?? 5);
const turns = 3;
const password = "correct horse battery staple";
const person = { username: "alice", password };
const secret = "bench".repeat(8);

const directory = await mkdtemp(join(tmpdir(), "gatehouse-bench-"));
const started: Started[] = [];
try {
  await run();
} finally {
  for (const server of started.reverse()) await server.stop();
  await rm(directory, { recursive: true, force: true });
}

async function run(): Promise<void> {
  const [hubPort, barePort, shopPort] = [await freePort(), await freePort(), await freePort()];
  const hubUrl = `http://hub.localhost:${hubPort}`;
  const shopUrl = `http://shop.localhost:${shopPort}`;
  const environment = { DATA_DIR: directory, HUB_URL: hubUrl };
  const hub = await start({
    command: ["node", "server.ts"],
    directory: "apps/hub",
    port: hubPort,
    path: "/readyz",
    environment: {
      ...environment,
      HUB_MODE: "demo",
      HUB_PORT: String(hubPort),
      HUB_SECRETS: secret,
      LOGIN_THROTTLE: "off",
      SHOP_URL: shopUrl,
      BANK_URL: "http://bank.localhost:1",
      SHOP_SITE_SECRET: secret,
      BANK_SITE_SECRET: secret,
      LOG_LEVEL: "warn",
    },
  });
  const idle = await memory(hub.pid);
  const bare = await start({
    command: ["node", "bare-server.ts"],
    directory: "bench",
    port: barePort,
    path: "/",
    environment: { ...environment, PORT: String(barePort) },
  });
  const shop = await start({
    command: [
      "node",
      "../../node_modules/next/dist/bin/next",
      "start",
      "-p",
      String(shopPort),
      "-H",
      "127.0.0.1",
    ],
    directory: "apps/shop",
    port: shopPort,
    path: "/healthz",
    environment: {
      ...environment,
      SITE_URL: shopUrl,
      SITE_SECRET: secret,
      NODE_OPTIONS: `--import=${join(import.meta.dirname, "../scripts/localhost-resolver.mjs")}`,
    },
  });

  const results = {
    machine: { cores: cpus().length, node: process.version },
    atOnce: 16,
    memory: { hubIdleMegabytes: idle.own, databaseMegabytes: idle.postgres },
    signIn: await measureSignIn(hub),
    casRound: await measureCasRound(hub, bare, `${shopUrl}/api/auth/callback/gatehouse?state=bench`),
    sitePage: await measureSitePage(hub, shop, bare),
  };
  print(results);
  await mkdir(join(import.meta.dirname, "results"), { recursive: true });
  await writeFile(
    join(import.meta.dirname, "results/sign-in-and-rounds.json"),
    `${JSON.stringify(results, null, 2)}\n`,
  );
}

async function start(options: Parameters<typeof startServer>[0]): Promise<Started> {
  const server = await startServer(options);
  started.push(server);
  return server;
}

/** The form is not part of it: a person reads it first. So the forms are fetched before the clock runs. */
async function measureSignIn(hub: Started) {
  const pool = connect(hub.url);
  const passwordHash = await hash(password, {
    algorithm: 2,
    memoryCost: 19_456,
    timeCost: 2,
    parallelism: 1,
  });
  const options = { atOnce: 16, seconds };
  return compare(
    async () => {
      // Twice what the processor could verify meanwhile.
      const forms = await fetchForms(pool, Math.ceil(seconds * 1.2 * 400));
      return measure(
        async () => void (await signIn(pool, forms.pop() ?? (await openForm(pool)), person)),
        options,
      );
    },
    () => measure(async () => void (await verify(passwordHash, password)), options),
    turns,
  );
}

async function fetchForms(pool: ReturnType<typeof connect>, count: number) {
  const forms: Awaited<ReturnType<typeof openForm>>[] = [];
  while (forms.length < count)
    forms.push(...(await Promise.all(Array.from({ length: 16 }, () => openForm(pool)))));
  return forms;
}

/** Already signed in: the hub gives a ticket, the site spends it. */
async function measureCasRound(hub: Started, bare: Started, service: string) {
  const pools = { hub: connect(hub.url), bare: connect(bare.url) };
  const cookies = await Promise.all(
    Array.from({ length: 16 }, async () => signIn(pools.hub, await openForm(pools.hub), person)),
  );
  const encoded = encodeURIComponent(service);
  const ticketOf = (location: string): string => /ticket=(ST-[A-Za-z0-9-]+)/.exec(location)?.[1] ?? "none";
  const ours = async (worker: number): Promise<void> => {
    const { location } = await get(pools.hub, `/cas/login?service=${encoded}`, {
      cookie: cookies[worker] ?? "",
    });
    const { body } = await get(
      pools.hub,
      `/cas/p3/serviceValidate?service=${encoded}&ticket=${ticketOf(location)}`,
    );
    if (!body.includes("<cas:user>alice</cas:user>")) throw new Error(`the hub refused a ticket: ${body}`);
  };
  const bareRound = async (worker: number): Promise<void> => {
    const authorization = cookies[worker]?.split("=")[1] ?? "";
    const { location } = await get(pools.bare, `/login?service=${encoded}`, { authorization });
    const { body } = await get(pools.bare, `/validate?service=${encoded}&ticket=${ticketOf(location)}`);
    if (body !== "<user>alice</user>") throw new Error(`the bare server refused a ticket: ${body}`);
  };
  const options = { atOnce: 16, seconds };
  return compare(
    () => measure(ours, options),
    () => measure(bareRound, options),
    turns,
  );
}

/** The shop's front page for somebody who is signed in, against the same page for nobody, and a bare page. */
async function measureSitePage(hub: Started, shop: Started, bare: Started) {
  const pool = connect(shop.url);
  const cookie = await signInAtSite(hub, shop);
  const options = { atOnce: 16, seconds };
  const page = async (headers: Record<string, string>, expected: string): Promise<void> => {
    const { status, body } = await get(pool, "/cart", headers);
    if (status !== 200 || !body.includes(expected)) throw new Error(`the shop answered ${status}`);
  };
  const barePool = connect(bare.url);
  const signedIn = () => measure(() => page({ cookie }, "Alice"), options);
  const nobody = () => measure(() => page({}, "Sign in"), options);
  const bareTurn = () => measure(async () => void (await get(barePool, "/page")), options);
  return {
    toAnonymousPage: await compare(signedIn, nobody, turns),
    toBareServer: await compare(signedIn, bareTurn, turns),
  };
}

async function signInAtSite(hub: Started, shop: Started): Promise<string> {
  const [hubPool, shopPool] = [connect(hub.url), connect(shop.url)];
  const session = await signIn(hubPool, await openForm(hubPool), person);
  const begun = await get(shopPool, "/api/auth/sign-in?returnTo=/cart", { "sec-fetch-site": "same-origin" });
  const target = new URL(begun.location);
  const sent = await get(hubPool, target.pathname + target.search, { cookie: session });
  const callback = new URL(sent.location);
  const back = await get(shopPool, callback.pathname + callback.search, { cookie: begun.cookies.join("; ") });
  return [...begun.cookies, ...back.cookies].filter((cookie) => !cookie.endsWith("=")).join("; ");
}

function print(
  results: Record<string, unknown> & { memory: { hubIdleMegabytes: number; databaseMegabytes: number } },
): void {
  const line = (
    name: string,
    { ours, bare, ratio }: { ours: Measured; bare: Measured; ratio: number },
  ): void =>
    console.log(
      `${name.padEnd(42)} ${String(ratio).padStart(5)}   ${ours.perSecond}/s against ${bare.perSecond}/s, p50 ${ours.p50} ms, p99 ${ours.p99} ms`,
    );
  const { signIn, casRound, sitePage } = results as never as {
    signIn: never;
    casRound: never;
    sitePage: { toAnonymousPage: never; toBareServer: never };
  };
  console.log("16 at once; ratio to the bare counterpart in the same run");
  line("sign-in, to bare Argon2id", signIn);
  line("CAS round, to bare Node server", casRound);
  line("site page signed in, to the same for nobody", sitePage.toAnonymousPage);
  line("site page signed in, to a bare page", sitePage.toBareServer);
  console.log(
    `hub idle ${results.memory.hubIdleMegabytes} MB, its database ${results.memory.databaseMegabytes} MB`,
  );
}
