/** The kept results: one file per benchmark in `results/`, and the tables of README.md, which are made from them. */
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { cpus, loadavg } from "node:os";
import { basename, join } from "node:path";
import { type Comparison, type Measured, round } from "./compare.ts";
import { pinning } from "./cores.ts";
import { type Aim, isMet, type Line, type Measurement, perSecond } from "./measurement.ts";
import { wordsOf } from "./print-table.ts";

const directory = join(import.meta.dirname, "results");
const readme = join(import.meta.dirname, "README.md");
/** The tables stand between these lines. */
const [begin, end] = ["<!-- begin of results -->", "<!-- end of results -->"];

interface Results extends Pick<Measurement, "title" | "measured"> {
  readonly machine: ReturnType<typeof describeMachine>;
  readonly figures: readonly Pick<Line, "name" | "figure" | "aim">[];
}

/** @returns the machine, and the load of others on it: with a high one only ratios mean anything */
export function describeMachine() {
  return {
    processor: cpus()[0]?.model ?? "unknown",
    cores: cpus().length,
    node: process.version,
    pinning,
    loadAtStart: round(loadavg()[0] ?? 0, 1),
  };
}

/** @param machine as it was before the benchmark */
export async function keepResults(
  name: string,
  { title, lines, measured }: Measurement,
  machine: ReturnType<typeof describeMachine>,
): Promise<void> {
  const figures = lines.map(({ name, figure, aim }) => ({ name, figure, aim }));
  await mkdir(directory, { recursive: true });
  const results = { title, machine, figures, measured };
  await writeFile(join(directory, `${name}.json`), `${JSON.stringify(results, null, 2)}\n`);
}

/** Makes the tables of README.md anew from the kept results. @param names of all benchmarks, in order */
export async function writeTables(names: readonly string[]): Promise<void> {
  await mkdir(directory, { recursive: true });
  const files = (await readdir(directory)).filter((file) => file.endsWith(".json"));
  const all = new Map<string, Results>();
  for (const file of files)
    all.set(basename(file, ".json"), JSON.parse(await readFile(join(directory, file), "utf8")) as Results);
  const text = await readFile(readme, "utf8");
  const [before, after] = [text.indexOf(begin), text.indexOf(end)];
  if (before === -1 || after === -1) throw new Error(`README.md lacks ${begin} or ${end}`);
  const tables = [...machines(all), "", ...overview(all), "", ...figuresTable(names, all)].join("\n");
  await writeFile(readme, `${text.slice(0, before + begin.length)}\n${tables}\n${text.slice(after)}`);
}

function machines(all: ReadonlyMap<string, Results>): readonly string[] {
  const lines = [...all.values()].map(
    ({ machine: { processor, cores, node, pinning } }) =>
      `${processor}, ${cores} cores, Node ${node}; ${pinning}.`,
  );
  const loads = [...all.values()].map(({ machine }) => machine.loadAtStart);
  return [
    ...new Set(lines),
    `Load average at the start of a benchmark: ${Math.min(...loads)} to ${Math.max(...loads)}.`,
  ];
}

/** Throughput at 16 concurrent, with CPU time per round, beside memory. */
function overview(all: ReadonlyMap<string, Results>): readonly string[] {
  const signIn = all.get("sign-in")?.measured as Record<string, Comparison | undefined> | undefined;
  const cas = all.get("cas-round")?.measured as
    | { readonly atSixteen: Comparison; readonly bareMegabytes: Megabytes }
    | undefined;
  const oidc = all.get("oidc-rounds")?.measured as
    | ({ readonly bareMegabytes: Megabytes } & Readonly<Record<string, Comparison>>)
    | undefined;
  const memory = all.get("memory")?.measured as
    | { readonly idle: { readonly hub: number }; readonly last: { readonly hub: number } }
    | undefined;
  const code = oidc?.["code round, 16 at once"];
  const rows = [
    ["Argon2id alone", rate(signIn?.toHash?.other), "", "", ""],
    [
      "bare Node and PostgreSQL, the same statements",
      rate(signIn?.bareToHash?.ours),
      rate(cas?.atSixteen.other),
      "",
      change(cas?.bareMegabytes),
    ],
    ["oidc-provider in memory", "", "", rate(code?.other), change(oidc?.bareMegabytes)],
    [
      "**Gatehouse**",
      rate(signIn?.toHash?.ours),
      rate(cas?.atSixteen.ours),
      rate(code?.ours),
      change(memory && { idle: memory.idle.hub, afterLoad: memory.last.hub }),
    ],
  ];
  return [
    "| 16 concurrent | password sign-in (page, form, ticket) | CAS round | OIDC code round | RSS idle → after load |",
    "|---|---|---|---|---|",
    ...rows.map((row) => `| ${row.join(" | ")} |`),
    "",
    "In brackets: CPU time per round, of the server and, behind the plus, of the database.",
  ];
}

interface Megabytes {
  readonly idle: number;
  readonly afterLoad: number;
}

function rate(measured: Measured | undefined): string {
  if (measured === undefined) return "";
  const cpu = Object.values(measured.cpu).map((milliseconds) => milliseconds.toFixed(2));
  return cpu.length === 0 ? perSecond(measured) : `${perSecond(measured)} (${cpu.join(" + ")} ms)`;
}

function change(megabytes: Megabytes | undefined): string {
  return megabytes === undefined ? "" : `${megabytes.idle} → ${megabytes.afterLoad} MB`;
}

/** All figures, with aims and whether they are met. */
function figuresTable(names: readonly string[], all: ReadonlyMap<string, Results>): readonly string[] {
  const verdict = (figure: number, aim: Aim | undefined) =>
    aim === undefined ? "" : isMet(figure, aim) ? wordsOf(aim) : `${wordsOf(aim)}: **missed**`;
  return names.flatMap((name) => {
    const results = all.get(name);
    if (results === undefined) return [];
    return [
      `**${name}**: ${results.title}`,
      "",
      "| figure | measured | aim |",
      "|---|---|---|",
      ...results.figures.map(
        (line) => `| ${line.name} | ${line.figure} | ${verdict(line.figure, line.aim)} |`,
      ),
      "",
    ];
  });
}
