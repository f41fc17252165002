/** The hub's clock when it was started for testing. */
export interface MovableClock {
  now(): Date;
  advance(seconds: number): void;
  reset(): void;
}

export function createMovableClock(): MovableClock {
  let offset = 0;
  return {
    now: () => new Date(Date.now() + offset),
    advance: (seconds) => {
      offset += seconds * 1000;
    },
    reset: () => {
      offset = 0;
    },
  };
}
