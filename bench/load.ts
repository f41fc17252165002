/** Runs something over and over, so many at once, for a while. */

export interface Measured {
  readonly perSecond: number;
  /** Milliseconds a round took. */
  readonly p50: number;
  readonly p99: number;
  readonly rounds: number;
}

/**
 * @param round one round; a failing round fails the measurement, or a broken server would win
 * @param options.atOnce rounds under way at any moment
 * @param options.seconds how long to measure, after a fifth of it to warm up
 */
export async function measure(
  round: (worker: number) => Promise<void>,
  options: { readonly atOnce: number; readonly seconds: number },
): Promise<Measured> {
  await run(round, options.atOnce, options.seconds / 5);
  const { times, elapsed } = await run(round, options.atOnce, options.seconds);
  times.sort((a, b) => a - b);
  const at = (share: number): number =>
    Math.round((times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0) * 100) / 100;
  return {
    perSecond: Math.round((times.length / elapsed) * 10) / 10,
    p50: at(0.5),
    p99: at(0.99),
    rounds: times.length,
  };
}

async function run(round: (worker: number) => Promise<void>, atOnce: number, seconds: number) {
  const times: number[] = [];
  const start = performance.now();
  const end = start + seconds * 1000;
  const worker = async (_: unknown, index: number): Promise<void> => {
    while (performance.now() < end) {
      const began = performance.now();
      await round(index);
      times.push(performance.now() - began);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return { times, elapsed: (performance.now() - start) / 1000 };
}

/** Measures two things in turns, so that a noisy machine is noisy for both; the medians of the turns count. */
export async function compare(
  ours: () => Promise<Measured>,
  bare: () => Promise<Measured>,
  turns: number,
): Promise<{ readonly ours: Measured; readonly bare: Measured; readonly ratio: number }> {
  const all: { ours: Measured; bare: Measured }[] = [];
  for (let turn = 0; turn < turns; turn++) all.push({ bare: await bare(), ours: await ours() });
  const ratios = all.map((turn) => turn.ours.perSecond / turn.bare.perSecond).sort((a, b) => a - b);
  const ratio = ratios[Math.floor(ratios.length / 2)] ?? 0;
  const turn = all.find((one) => one.ours.perSecond / one.bare.perSecond === ratio) ?? all[0];
  if (turn === undefined) throw new Error("nothing was measured");
  return { ...turn, ratio: Math.round(ratio * 100) / 100 };
}
