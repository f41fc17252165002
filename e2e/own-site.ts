import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "@gatehouse/testing";
import getPort from "get-port";
import { originOf } from "./own-origin.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const next = join(root, "node_modules", "next", "dist", "bin", "next");

/** Changes to the site's environment; `undefined` removes a setting. */
type SiteEnvironment = Readonly<Record<string, string | undefined>>;

/** Shop or bank, started by a test with its own settings. */
export class OwnSite {
  readonly origin: string;
  readonly #process: ChildProcess;
  readonly #words: string[] = [];

  private constructor(origin: string, started: ChildProcess) {
    this.origin = origin;
    this.#process = started;
    for (const stream of [started.stdout, started.stderr])
      stream?.on("data", (said) => this.#words.push(`${said}`));
  }

  /** @param settings changes to a valid environment, by the site's origin */
  static async start(
    site: "shop" | "bank",
    settings: (origin: string) => SiteEnvironment | Promise<SiteEnvironment>,
  ): Promise<OwnSite> {
    const port = await getPort({ host: "127.0.0.1" });
    const origin = originOf(site, port);
    const started = spawn("node", [next, "start", "-p", String(port), "-H", "127.0.0.1"], {
      cwd: join(root, "apps", site),
      env: { ...process.env, NODE_ENV: "production", SITE_URL: origin, ...(await settings(origin)) },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const own = new OwnSite(origin, started);
    const ready = () =>
      fetch(`${origin}/healthz`).then(
        ({ ok }) => ok,
        () => false,
      );
    await expect.poll(ready, { timeout: 60_000, message: `the ${site} answers` }).toBe(true);
    return own;
  }

  /** Its output. */
  get log(): string {
    return this.#words.join("");
  }

  /** By SIGKILL: `next start` would wait for idle connections that a browser opened in advance. */
  async stop(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const ended = once(this.#process, "exit");
    this.#process.kill("SIGKILL");
    await ended;
  }
}
