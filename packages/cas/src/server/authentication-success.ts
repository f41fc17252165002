import type { ValidTicket } from "./validation.ts";

/** Content of a successful validation. */
export interface AuthenticationSuccess {
  readonly user: string;
  /** Absent for CAS 1 and 2. */
  readonly attributes?: ReleasedAttributes;
  /** PGTIOU of the delivered proxy-granting ticket. */
  readonly proxyGrantingTicket?: string;
  /** Chain of proxies, the latest first; absent for a service ticket. */
  readonly proxies?: readonly string[];
}

/** Attribute of the user (`from`) that is released under another name (`name`). */
export interface ReleasedAttribute {
  readonly name: string;
  readonly from: string;
}

/** Attributes of a response: three of the protocol, then the released ones. */
export interface ReleasedAttributes {
  readonly authenticationDate: Date;
  readonly longTermAuthenticationRequestTokenUsed: boolean;
  readonly isFromNewLogin: boolean;
  readonly released: readonly (readonly [name: string, value: string | readonly string[]])[];
}

/** Lower case, because clients that use regular expressions may ignore case. */
const protocolNames: ReadonlySet<string> = new Set([
  "authenticationdate",
  "longtermauthenticationrequesttokenused",
  "isfromnewlogin",
  "user",
  "attributes",
  "attribute",
  "proxygrantingticket",
  "proxies",
  "proxy",
  "serviceresponse",
  "authenticationsuccess",
  "authenticationfailure",
  "proxysuccess",
  "proxyfailure",
  "proxyticket",
]);

/**
 * Whether the protocol itself uses a name. No attribute of a user is released under it: a client that searches for the first
 * `<cas:user>`, or merges attributes with the rest, would confuse the two.
 *
 * @see CAS protocol 3.0.3, sections 2.5.2 and 2.5.5, appendix A
 */
export function isProtocolName(name: string): boolean {
  return protocolNames.has(name.toLowerCase());
}

/**
 * Builds the content of a successful validation: the user and the attributes that the registration releases, in its order
 * and under its names. Names of the protocol (`isProtocolName`) are left out: a user could otherwise forge
 * `isFromNewLogin`.
 *
 * @param ticket result of `requireValidTicket`
 * @param released attributes to release; `null` for CAS 1 and 2, which have none
 * @param proxyGrantingTicket PGTIOU, if a proxy-granting ticket was delivered
 * @see CAS protocol 3.0.3, sections 2.5.5, 2.6.2 and 4.1.3
 */
export function authenticationSuccess(
  { principal, fromNewLogin, proxies }: ValidTicket,
  released: readonly ReleasedAttribute[] | null,
  proxyGrantingTicket?: string,
): AuthenticationSuccess {
  const proxied = {
    ...(proxyGrantingTicket === undefined ? {} : { proxyGrantingTicket }),
    ...(proxies.length === 0 ? {} : { proxies }),
  };
  if (released === null) return { user: principal.user, ...proxied };
  const own = released.filter(
    ({ name, from }) => Object.hasOwn(principal.attributes, from) && !isProtocolName(name),
  );
  return {
    user: principal.user,
    ...proxied,
    attributes: {
      authenticationDate: principal.authenticationDate,
      longTermAuthenticationRequestTokenUsed: principal.longTerm,
      isFromNewLogin: fromNewLogin,
      released: own.map(({ name, from }) => [name, principal.attributes[from] ?? []]),
    },
  };
}
