/**
 * Replaces `credential/hash-cost.ts` in unit tests (`vitest.config.ts`): the least that the library takes, because they hash
 * thousands of passwords. `password.test.ts` and hubs that run as a process have the cost of production.
 */
export const hashCost = { memoryCost: 8, timeCost: 1, parallelism: 1 } as const;
