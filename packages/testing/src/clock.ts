import { callTestDoor } from "./test-door.ts";

const secondsOf = { s: 1, m: 60, h: 3_600, d: 86_400 } as const;

/** The hub's clock, shared by all tests: put `@clock` into the title of a test that moves it, so that it runs alone. */
export class Clock {
  #moved = false;

  /**
   * Moves the clock forward and runs the work that is due by then.
   *
   * @param duration `90s`, `31m`, `24h`, `7d`
   */
  async advance(duration: string): Promise<void> {
    this.#moved = true;
    await callTestDoor("POST", "/clock", { advanceSeconds: parseDuration(duration) });
    await callTestDoor("POST", "/sweep");
  }

  /** Returns to real time. */
  async reset(): Promise<void> {
    if (this.#moved) await callTestDoor("DELETE", "/clock");
    this.#moved = false;
  }
}

function parseDuration(duration: string): number {
  const match = /^([1-9]\d*)([smhd])$/.exec(duration);
  if (!match) throw new Error(`"${duration}" is not a duration like 90s, 31m, 24h or 7d.`);
  return Number(match[1]) * secondsOf[match[2] as keyof typeof secondsOf];
}
