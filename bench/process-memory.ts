/** Memory of processes, as Linux counts it. */
import { readdir, readFile } from "node:fs/promises";

/** Memory in MB, pages shared with others counted in part (PSS), of a process and of those below it by name. */
export async function processMemory(
  pid: number,
): Promise<{ readonly own: number; readonly postgres: number }> {
  const processes = await Promise.all(
    (await readdir("/proc")).filter((name) => /^\d+$/.test(name)).map(readProcess),
  );
  const below = (candidate: number): boolean => {
    const parent = processes.find((one) => one?.pid === candidate)?.parent ?? 0;
    return parent === pid || (parent > 1 && below(parent));
  };
  const postgres = processes.filter((one) => one !== undefined && one.name === "postgres" && below(one.pid));
  const sizes = await Promise.all(postgres.map((one) => pss(one?.pid ?? 0)));
  return { own: await pss(pid), postgres: sizes.reduce((sum, size) => sum + size, 0) };
}

async function readProcess(name: string) {
  try {
    const stat = await readFile(`/proc/${name}/stat`, "utf8");
    const end = stat.lastIndexOf(")");
    return {
      pid: Number(name),
      name: stat.slice(stat.indexOf("(") + 1, end),
      parent: Number(stat.slice(end + 2).split(" ")[1]),
    };
  } catch {
    return undefined; // gone since the folder was read
  }
}

async function pss(pid: number): Promise<number> {
  const rollup = await readFile(`/proc/${pid}/smaps_rollup`, "utf8");
  return Math.round(Number(/^Pss:\s+(\d+) kB/m.exec(rollup)?.[1] ?? 0) / 1024);
}
