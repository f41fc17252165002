import type { ValidTicket } from "./validation.ts";

/** What a site learns from a ticket that was good. */
export interface AuthenticationSuccess {
  readonly user: string;
  /** CAS 3; left out: none, as CAS 1 and 2 have it. */
  readonly attributes?: ReleasedAttributes;
}

/** The attributes block: three of the protocol, then what the site may know. */
export interface ReleasedAttributes {
  readonly authenticationDate: Date;
  readonly longTermAuthenticationRequestTokenUsed: boolean;
  readonly isFromNewLogin: boolean;
  readonly released: readonly (readonly [name: string, value: string | readonly string[]])[];
}

const protocolNames = ["authenticationDate", "longTermAuthenticationRequestTokenUsed", "isFromNewLogin"];

/**
 * Says what a site learns: the user, and of the person's attributes those that its registration names, in
 * that order. A name that is the protocol's own is never taken from the person, who could pass for
 * somebody who has just signed in.
 *
 * @param ticket a ticket that was good, from `judgeSpent`
 * @param released names of attributes; `null`: CAS 1 or 2, where the user is all
 * @see CAS protocol 3.0.3, sections 2.5.5 and 4.1.3
 */
export function authenticationSuccess(
  { principal, fromNewLogin }: ValidTicket,
  released: readonly string[] | null,
): AuthenticationSuccess {
  if (released === null) return { user: principal.user };
  const own = released.filter(
    (name) => Object.hasOwn(principal.attributes, name) && !protocolNames.includes(name),
  );
  return {
    user: principal.user,
    attributes: {
      authenticationDate: principal.authenticationDate,
      longTermAuthenticationRequestTokenUsed: principal.longTerm,
      isFromNewLogin: fromNewLogin,
      released: own.map((name) => [name, principal.attributes[name] ?? []]),
    },
  };
}
