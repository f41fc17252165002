const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/**
 * Number of random base62 characters after each prefix. Old clients accept service tickets of 32 characters, so 29 random
 * ones (172 bits) follow `ST-`; they accept PGT and PGTIOU of 64. `LR` is for logout requests, whose XML ID may not begin
 * with a digit.
 */
const randomCharacters = { ST: 29, PT: 29, TGT: 43, LT: 43, PGT: 43, PGTIOU: 43, LR: 43 } as const;

/** Kind of a ticket. */
export type TicketPrefix = keyof typeof randomCharacters;

/** Largest multiple of 62 in a byte; higher bytes would favour the first letters. */
const fair = 256 - (256 % alphabet.length);

/**
 * Creates an unguessable ticket in base62: tickets and cookies may contain only `A–Z a–z 0–9 -`, which rules out base64url.
 *
 * @see CAS protocol 3.0.3, sections 3.1.1 and 3.7
 */
export function createTicketId(prefix: TicketPrefix): string {
  const length = randomCharacters[prefix];
  let random = "";
  while (random.length < length) {
    for (const byte of crypto.getRandomValues(new Uint8Array(length))) {
      if (byte < fair && random.length < length) random += alphabet.charAt(byte % alphabet.length);
    }
  }
  return `${prefix}-${random}`;
}

/**
 * Whether a value has the form of an issued ticket, which keeps other input out of database, cookies and logs.
 *
 * @see CAS protocol 3.0.3, section 3.7
 */
export function isTicketId(prefix: TicketPrefix, value: string): boolean {
  const random = value.slice(prefix.length + 1);
  return (
    value.startsWith(`${prefix}-`) &&
    random.length === randomCharacters[prefix] &&
    /^[A-Za-z0-9]+$/.test(random)
  );
}
