const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/**
 * What a ticket may begin with and how many base62 characters follow. A service ticket has 32
 * characters in all because old clients promise to take no more; 29 of them are 172 random bits.
 * Of PGT and PGTIOU they take 64. `LR` names a logout request: its XML ID may not begin with a digit, as a bare random value could.
 */
const randomCharacters = { ST: 29, PT: 29, TGT: 43, LT: 43, PGT: 43, PGTIOU: 43, LR: 43 } as const;

/** The kind of a ticket, as its first characters say. */
export type TicketPrefix = keyof typeof randomCharacters;

/** The largest multiple of 62 in a byte: higher bytes would favour the first letters. */
const fair = 256 - (256 % alphabet.length);

/**
 * Makes a ticket that cannot be guessed.
 *
 * Base62 and not base64url: tickets and cookies are made of `A–Z a–z 0–9 -` alone. Bytes past the last
 * multiple of 62 are thrown away, so that every character is as likely as every other.
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
 * Decides whether a value has the shape of a ticket we issue. Says nothing about whether it was
 * issued; it keeps rubbish out of the store, the cookie and the log.
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
