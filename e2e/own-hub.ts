import { type ChildProcess, execFile, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect } from "@gatehouse/testing";
import getPort from "get-port";
import { originOf } from "./own-origin.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const folder = join(root, "apps", "hub");
const secret = randomBytes(32).toString("hex");

/** A hub of one test, which may be killed: its data is in a folder, and its port stays the same. */
export class OwnHub {
  readonly origin: string;
  readonly #environment: NodeJS.ProcessEnv;
  #process: ChildProcess | undefined;

  private constructor(
    port: number,
    dataDirectory: string,
    settings: Readonly<Record<string, string>>,
    app: Parameters<typeof originOf>[0],
  ) {
    this.origin = originOf(app, port);
    const { DATABASE_URL: _, ...environment } = process.env;
    this.#environment = {
      ...environment,
      NODE_ENV: "production",
      HUB_MODE: "test",
      HUB_PORT: String(port),
      HUB_URL: this.origin,
      HUB_SECRETS: secret,
      TEST_DOOR_KEY: secret,
      SHOP_SITE_SECRET: secret,
      BANK_SITE_SECRET: secret,
      LOGIN_THROTTLE: "off",
      // Over https it is behind the proxy of the journeys.
      TRUST_PROXY: "127.0.0.1",
      CA_FILE: environment.NODE_EXTRA_CA_CERTS,
      DATA_DIR: dataDirectory,
      ...settings,
    };
  }

  /**
   * @param settings additions to its environment, such as `SITES_DIR`
   * @param app app whose domain the hub uses
   */
  static async inFolder(
    dataDirectory: string,
    settings: Readonly<Record<string, string>> = {},
    app: Parameters<typeof originOf>[0] = "hub",
  ): Promise<OwnHub> {
    return new OwnHub(await getPort({ host: "127.0.0.1" }), dataDirectory, settings, app);
  }

  /** `npm run hub -- <words> --json`, with this hub's settings; returns its output. */
  async runCommand(...words: readonly string[]): Promise<unknown> {
    const command = [join(root, "scripts", "hub.mjs"), ...words, "--json"];
    const { stdout } = await promisify(execFile)("node", command, { cwd: root, env: this.#environment });
    return JSON.parse(stdout);
  }

  /** Creates a user of this hub. */
  async createPerson(
    username: string,
    password: string,
    { groups = [], name = username }: { readonly groups?: readonly string[]; readonly name?: string } = {},
  ): Promise<void> {
    const person = { username, name, email: `${username}@example.com`, password, groups };
    expect((await this.#callTestDoor("/people", person)).status).toBe(201);
  }

  /** The link in the newest mail to an address. */
  async readMailedLink(recipient: string): Promise<string> {
    const mails = await (await this.#callTestDoor("/mails", { recipient })).json();
    const found = (mails as readonly { readonly link: string | null }[]).find(({ link }) => link !== null);
    return found?.link ?? "";
  }

  #callTestDoor(path: string, body: object): Promise<Response> {
    const headers = { authorization: `Bearer ${secret}`, "content-type": "application/json" };
    return fetch(`${this.origin}/test/v1${path}`, { method: "POST", headers, body: JSON.stringify(body) });
  }

  async start(): Promise<void> {
    const stdio = ["ignore", "ignore", "pipe"] as const;
    const started = spawn("node", ["server.ts"], { cwd: folder, env: this.#environment, stdio: [...stdio] });
    this.#process = started;
    const ended = Promise.all([started.stderr ? text(started.stderr) : "", once(started, "exit")]);
    const early = ended.then(([words]) => Promise.reject(new Error(`The hub did not start: ${words}`)));
    // Later its exit code does not matter.
    early.catch(() => null);
    const ready = expect.poll(() => this.#isReady(), { timeout: 60_000, message: "the hub is ready" });
    await Promise.race([early, ready.toBe(true)]);
  }

  /** kill -9 of the hub. Its database then shuts down cleanly. */
  async kill(): Promise<void> {
    await this.#end("SIGKILL");
  }

  /** kill -9 of the database and the hub: the database recovers what was acknowledged from its log. */
  async killWithDatabase(): Promise<void> {
    process.kill(await this.#readDatabasePid(), "SIGKILL");
    await this.kill();
  }

  async stop(): Promise<void> {
    await this.#end("SIGTERM");
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const running = this.#process;
    if (running?.exitCode !== null || running.signalCode !== null) return;
    const ended = once(running, "exit");
    running.kill(signal);
    await ended;
  }

  /** @see https://www.postgresql.org/docs/18/storage-file-layout.html (postmaster.pid: its first line) */
  async #readDatabasePid(): Promise<number> {
    const { DATA_DIR = "" } = this.#environment;
    const file = await readFile(join(DATA_DIR, "postgres", "postmaster.pid"), "utf8");
    return Number.parseInt(file, 10);
  }

  async #isReady(): Promise<boolean> {
    return fetch(`${this.origin}/readyz`).then(
      ({ ok }) => ok,
      () => false,
    );
  }
}
