import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { root, script } from "@gatehouse/scripts/checkout";
import { terminalEnvironment } from "@gatehouse/scripts/terminal-environment";
import { expect } from "@gatehouse/testing";
import getPort from "get-port";
import { readGuide } from "./guide.ts";

/** An app as `create-next-app` makes it. */
export interface Recipe {
  readonly title: string;
  /** Version of create-next-app and of Next.js. */
  readonly version: string;
  /** Options of create-next-app that differ from its defaults. */
  readonly options: readonly string[];
  readonly protocol: "cas" | "oidc";
  /** Packages installed after create-next-app's, such as `react@18`. */
  readonly instead?: readonly string[];
}

/** Imports of every entry of the packages, for the type check. */
const everyEntry = `
import { contentSecurityPolicy, gatehouse, type SiteSession } from "@gatehouse/auth";
import { type Caller, protectApi } from "@gatehouse/auth/api";
import { createFormRoute, pageUserField } from "@gatehouse/auth/form-route";
import { PageGuard } from "@gatehouse/auth/page-guard";
import { securityHeaders } from "@gatehouse/auth/security-headers";
import { expectSignedInOn, gatehouseTest, signIn } from "@gatehouse/testing";

export const site = gatehouse({ site: "news", protocol: "cas", contentSecurityPolicy });
export const nameOf = (session: SiteSession): string => session.user.name;
export const protect = protectApi({ site: "news", realm: "news", path: "/api", scopes: ["read"] });
export const { GET } = protect({
  GET: { scope: "read", answer: (_request: Request, { personId }: Caller) => Response.json(personId) },
});
export const formRoute = createFormRoute({
  siteOrigin: () => "https://news.example",
  refuse: (code, status) => new Response(code, { status }),
});
export const rendered = [PageGuard({ userId: null }), pageUserField(null).value, securityHeaders.length];
gatehouseTest("signs in", async ({ page, people }) => {
  const person = await people.create();
  await signIn(page, person);
  await expectSignedInOn(page, "https://news.example", person);
});
`;

/** A site in a folder outside this repository, with the packages from their tarballs. */
export class OutsideSite {
  readonly recipe: Recipe;
  readonly folder: string;
  #process: ChildProcess | undefined;
  #words = "";

  private constructor(recipe: Recipe, folder: string) {
    this.recipe = recipe;
    this.folder = folder;
  }

  /**
   * Follows `docs/guides/add-a-site.md`.
   *
   * @param parent an empty folder
   */
  static async create(parent: string, recipe: Recipe): Promise<OutsideSite> {
    const { version, options, instead = [] } = recipe;
    const site = new OutsideSite(recipe, join(parent, "news"));
    const fixed = [
      "--ts",
      "--app",
      "--no-eslint",
      "--no-tailwind",
      "--skip-install",
      "--disable-git",
      "--yes",
    ];
    await site.#run(
      parent,
      "npm",
      ...[
        "exec",
        "--yes",
        "--",
        `create-next-app@${version}`,
        "news",
        "--import-alias",
        "@/*",
        ...fixed,
        ...options,
      ],
    );
    const vendor = join(site.folder, "vendor");
    await mkdir(vendor);
    const packages = ["auth", "testing"].flatMap((name) => ["-w", `packages/${name}`]);
    // turbo has built them; a second build would replace files that other tests load.
    await site.#run(
      root,
      "npm",
      "pack",
      "--silent",
      "--ignore-scripts",
      "--pack-destination",
      vendor,
      ...packages,
    );
    const quiet = ["--no-audit", "--no-fund", "--prefer-offline"];
    const tarballs = ["auth", "testing"].map((name) => `./vendor/gatehouse-${name}-0.1.0.tgz`);
    await site.#run(site.folder, "npm", "install", ...quiet, ...tarballs, "@playwright/test", ...instead);
    await site.#writeGuide();
    return site;
  }

  async #writeGuide(): Promise<void> {
    const { version, options, protocol } = this.recipe;
    const source = join(this.folder, options.includes("--src-dir") ? "src" : ".");
    const isNext15 = version.startsWith("15.");
    const cacheComponents = !isNext15 && !options.includes("--no-cache-components");
    const guide = readGuide();
    guide.delete(isNext15 ? "proxy.ts" : "middleware.ts");
    for (const [path, text] of guide) {
      // The changes that the guide leaves to its reader.
      const chosen = text.replace(/protocol: "cas",.*/, `protocol: "${protocol}",`);
      const written = cacheComponents
        ? chosen
        : chosen.replace(/^export const instant.*\n|^ *<\/?Suspense>\n/gm, "");
      await this.#write(join(source, path), written);
    }
    await this.#write(join(source, "every-entry.ts"), everyEntry);
  }

  async #write(file: string, text: string): Promise<void> {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
  }

  /** Writes the output of `site add`. */
  async writeSettings(settings: Readonly<Record<string, string>>): Promise<void> {
    const lines = Object.entries(settings).map(([name, value]) => `${name}=${value}\n`);
    await writeFile(join(this.folder, ".env.local"), lines.join(""));
  }

  /** `tsc` with its libraries checked too and the strictest options that concern a package's declarations. */
  async typeErrors(compiler: string): Promise<readonly string[]> {
    const strict = [
      "exactOptionalPropertyTypes",
      "noPropertyAccessFromIndexSignature",
      "noUncheckedIndexedAccess",
    ];
    const options = ["--noEmit", "--incremental", "false", "--skipLibCheck", "false"];
    const words = [...options, ...strict.flatMap((option) => [`--${option}`, "true"])];
    const found = await this.#run(this.folder, compiler, ...words).then(
      () => "",
      (error: Error) => (error.cause as { readonly stdout: string }).stdout,
    );
    // Next.js 16 names types of URLPattern that TypeScript 5 does not have.
    return found.split("\n").filter((line) => line !== "" && !line.startsWith("node_modules/next/"));
  }

  /** TypeScript as create-next-app chose it. */
  get ownCompiler(): string {
    return join(this.folder, "node_modules", ".bin", "tsc");
  }

  /** Runs a module with the Node of the machine. */
  async runModule(text: string, type: "module" | "commonjs"): Promise<string> {
    return this.#run(this.folder, "node", `--input-type=${type}`, "-e", text);
  }

  async build(): Promise<string> {
    return this.#run(this.folder, "npm", "run", "build");
  }

  /** Starts Next.js and waits until the site answers. */
  async start(command: "start" | "dev", port: number): Promise<void> {
    const resolver = pathToFileURL(script("localhost-resolver.mjs")).href;
    const next = join(this.folder, "node_modules", "next", "dist", "bin", "next");
    const turbopack = command === "dev" && this.recipe.version.startsWith("15.") ? ["--turbopack"] : [];
    const started = spawn("node", [next, command, ...turbopack, "-p", String(port), "-H", "127.0.0.1"], {
      cwd: this.folder,
      env: { ...environment(), NODE_OPTIONS: `--import ${resolver}` },
      stdio: ["ignore", "pipe", "pipe"],
      // A group of its own: `next dev` has a child that serves.
      detached: true,
    });
    this.#process = started;
    for (const stream of [started.stdout, started.stderr])
      stream.on("data", (said) => {
        this.#words += said;
      });
    const answers = () =>
      fetch(`http://127.0.0.1:${port}/api/auth/session`).then(
        ({ ok }) => ok,
        () => false,
      );
    await expect.poll(answers, { timeout: 90_000, message: "the site answers" }).toBe(true);
  }

  /** Output since it was created. */
  get log(): string {
    return this.#words;
  }

  async stop(): Promise<void> {
    const running = this.#process;
    if (running?.exitCode !== null || running.signalCode !== null) return;
    const ended = once(running, "exit");
    if (running.pid !== undefined) process.kill(-running.pid, "SIGKILL");
    await ended;
  }

  async readFile(path: string): Promise<string> {
    return readFile(join(this.folder, path), "utf8");
  }

  async #run(cwd: string, program: string, ...words: readonly string[]): Promise<string> {
    const options = { cwd, env: environment(), maxBuffer: 2 ** 24 };
    const failed = (error: { readonly stdout: string; readonly stderr: string }) => {
      throw new Error(`${program} ${words.join(" ")} failed:\n${error.stdout}${error.stderr}`, {
        cause: error,
      });
    };
    const { stdout, stderr } = await promisify(execFile)(program, words, options).catch(failed);
    return stdout + stderr;
  }
}

/** That of a terminal, with nothing of this repository on the path. */
function environment(): NodeJS.ProcessEnv {
  const { NEXT_TELEMETRY_DISABLED = "1", ...rest } = terminalEnvironment();
  return { ...rest, CI: "1", NEXT_TELEMETRY_DISABLED } as NodeJS.ProcessEnv;
}

export const freePort = (): Promise<number> => getPort({ host: "127.0.0.1" });
