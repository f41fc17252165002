import type { ValidTicket } from "./validation.ts";

/** What a site learns from a ticket that was good. */
export interface AuthenticationSuccess {
  readonly user: string;
  /** CAS 3; left out: none, as CAS 1 and 2 have it. */
  readonly attributes?: ReleasedAttributes;
  /** The PGTIOU that stands for the proxy-granting ticket handed over. */
  readonly proxyGrantingTicket?: string;
  /** Through whom the ticket came, the latest proxy first; left out: through nobody. */
  readonly proxies?: readonly string[];
}

/** Under which name on the wire which attribute of the person is released. */
export interface ReleasedAttribute {
  readonly name: string;
  readonly from: string;
}

/** The attributes block: three of the protocol, then what the site may know. */
export interface ReleasedAttributes {
  readonly authenticationDate: Date;
  readonly longTermAuthenticationRequestTokenUsed: boolean;
  readonly isFromNewLogin: boolean;
  readonly released: readonly (readonly [name: string, value: string | readonly string[]])[];
}

/** In lower case: clients that read answers by regular expression may not care for it. */
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
 * Whether a name has a meaning in an answer of the protocol. No attribute of a person goes under it: a client that
 * looks for the first `<cas:user>`, or takes attributes and the rest into one object, would take hers for the protocol's.
 *
 * @see CAS protocol 3.0.3, sections 2.5.2 and 2.5.5, appendix A
 */
export function isProtocolName(name: string): boolean {
  return protocolNames.has(name.toLowerCase());
}

/**
 * Says what a site learns: the user, and of the person's attributes those that its registration names, in
 * that order and under its names. A name that is the protocol's own is never given to one of the person's, who
 * could pass for somebody who has just signed in.
 *
 * @param ticket a ticket that was good, from `judgeSpent`
 * @param released which attributes; `null`: CAS 1 or 2, where the user is all
 * @param proxyGrantingTicket the PGTIOU, when a proxy-granting ticket was handed over
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
