/**
 * What a password hash costs: OWASP's first choice for Argon2id. After a change, each hash is renewed at its user's next
 * sign-in.
 */
export const hashCost = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;
