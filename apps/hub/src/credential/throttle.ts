/**
 * Slows down guessing and floods of mail, without letting strangers lock a user out (docs/decisions/0037). A table lists what is
 * limited, and its counters, which all processes of the hub share.
 */
import { createHash } from "node:crypto";
import type { AttemptCounter, AttemptCounterStore, AttemptLimit, GrowingWait } from "@gatehouse/database";
import { createAttemptQueue, TooManyWaiting } from "./attempt-queue.ts";

const minute = 60;
const hour = 60 * minute;
const day = 24 * hour;

/** Five attempts at once, then waits of 1, 2, 4 … seconds. An hour without attempts resets the count. */
const growing: GrowingWait = { free: 5, longestWait: 15 * minute, forgottenAfter: hour };
/** NIST's maximum for an account. @see NIST SP 800-63B-4, section 3.2.2 */
const hundredADay = { most: 100, within: day };
const hundredInAQuarter = { most: 100, within: 15 * minute };

/**
 * Counters of each limited thing. An attempt is refused if one of its counters refuses it, and then counts in none.
 *
 * - `pair`: one account from one address, or in one known browser, where the user has signed in before
 * - `account`: one account from everywhere else, or in all its known browsers: a thief can make any number of them
 * - `address`: all accounts from one address; known browsers are left out
 */
const limits = {
  /** Passwords: sign-in form, REST, and the current password before a change. */
  password: { pair: growing, account: hundredADay, address: hundredInAQuarter },
  /** One-time and recovery codes. Counted apart from passwords, so that a right password resets no count of wrong codes. */
  code: { pair: growing, account: hundredADay, address: hundredInAQuarter },
  /**
   * Wrong app passwords and site secrets. Right ones are never counted and never wait: 256 random bits cannot be guessed, and
   * a program with a revoked secret must not block others behind the same address (docs/decisions/0015, 0022).
   */
  "app-password": { address: hundredInAQuarter, site: hundredInAQuarter },
  "site-secret": { address: hundredInAQuarter },
  /** Typed codes of devices, one of 20^8. @see RFC 8628, section 5.1 */
  "device-code": { session: { ...growing, free: 10 }, address: { most: 50, within: 15 * minute } },
  /** Devices get an interval of 5 seconds; one second less allows for latency. @see RFC 8628, section 3.5 */
  "device-poll": { device: { most: 1, within: 4 } },
  /**
   * Mails that anybody can request. The counters of a recipient are kept by purpose: requests of another one cannot keep a link
   * from a user. A link to reset a password lives for ten minutes as well: while a stranger has used up the mails to a
   * recipient, one of the links in them still works.
   */
  mail: {
    pair: { ...growing, free: 10, forgottenAfter: day },
    account: { most: 5, within: 10 * minute },
    address: { most: 60, within: 15 * minute },
  },
  /** Usernames sent with a sign-up link, which tell whether they are taken. Free ones count too: a refusal must tell nothing. */
  "new-username": { link: { most: 30, within: day }, address: { most: 60, within: 15 * minute } },
  /** Mails about sign-ins that may not be the user's, which others can cause. The counters are kept by purpose. */
  "alert-mail": { account: { most: 1, within: day } },
} satisfies Record<string, Partial<Record<CounterKind, AttemptLimit>>>;

/** Wrong attempts on an account, in a row, after which its user is told. */
const announcedAfter = 10;

/** Concurrent attempts per process; far below the counters, so that several processes stay below them too. */
const queueLimits = {
  pair: { atOnce: 1, waiting: 500 },
  address: { atOnce: 16, waiting: 500 },
} as const;

type CounterKind = "pair" | "account" | "address" | "site" | "session" | "device" | "link";
type Limited = keyof typeof limits;
/** Proofs of a user, which are taken back if they are right. The others are only counted. */
type Proof = "password" | "code";

/** An attempt to prove that one is a certain user. */
export interface UserAttempt {
  /** Username, or the typed name if nobody has it. */
  readonly account: string;
  readonly address: string;
  /** Id of a browser that this user signed in with before; `undefined` for any other browser. */
  readonly knownBrowser: string | undefined;
}

/** Source of wrong secrets: an address, or a site that forwards credentials. */
export type AttemptSource = { readonly address: string } | { readonly site: string };

/** Purpose of a mail with a link that anybody can request. */
type MailPurpose = "sign-up" | "password-reset" | "email-change";

/** Purpose of a mail about a sign-in that may not be the user's. */
type AlertPurpose = "repeated-failures" | "sign-in-unfinished" | "rest-sign-in";

/** Facts of an attempt that its counters count by. */
interface Attempts extends Record<Limited, object> {
  readonly password: UserAttempt;
  readonly code: UserAttempt;
  readonly "app-password": AttemptSource;
  readonly "site-secret": { readonly address: string };
  readonly "device-code": { readonly session: string; readonly address: string };
  readonly "device-poll": { readonly device: string };
  /** `account`: the recipient, as it was typed. */
  readonly mail: { readonly purpose: MailPurpose; readonly account: string; readonly address: string };
  readonly "new-username": { readonly link: string; readonly address: string };
  /** `account`: id of the user, and the network if each one counts apart. */
  readonly "alert-mail": { readonly purpose: AlertPurpose; readonly account: string };
}

/** The attempt has to wait. */
export interface Refusal {
  readonly allowed: false;
  readonly retryInSeconds: number;
  /** Kinds of the counters that refuse; empty if too many attempts wait already. */
  readonly refusedBy: readonly CounterKind[];
}

type Counted = { readonly allowed: true } | Refusal;

/**
 * Whether the recipient got several mails of the purpose just now, one of which still works. The request is then answered as if
 * another one had been sent. A refusal by `pair` alone or by `address` is answered as one.
 */
export function gotEnoughMails(counted: Counted): boolean {
  return !counted.allowed && counted.refusedBy.includes("account") && !counted.refusedBy.includes("address");
}

/** An attempt that shows whether it is right. */
export interface ProvingAttempt<Result> {
  /** Seconds to wait if the hub is too busy for the attempt, which then does not count; 0: it is not. */
  readonly turnAway?: () => number;
  readonly make: () => Promise<Result>;
  readonly isRight: (result: Result) => boolean;
}

type Attempted<Result> = { readonly allowed: true; readonly result: Result } | Refusal;

export interface Throttle {
  /**
   * Counts one attempt.
   *
   * @throws if the database fails: then nobody passes
   */
  count<Thing extends Exclude<Limited, Proof>>(thing: Thing, attempt: Attempts[Thing]): Promise<Counted>;
  /**
   * Makes an attempt. It counts as wrong until it has proved right, so that concurrent attempts cannot bypass the limits.
   * Attempts on one account from one address or known browser are made one after the other: a program that signs in twenty
   * times at once would otherwise use up its own limit.
   */
  attempt<Result>(thing: Proof, by: UserAttempt, proving: ProvingAttempt<Result>): Promise<Attempted<Result>>;
  /** Resets the counts of a user who proved the account in another way and chose another password. */
  forget(thing: "password", by: UserAttempt): Promise<void>;
}

/**
 * @param options.isOn false counts nothing but the polls of devices, which the protocol limits (`LOGIN_THROTTLE=off`)
 * @param options.announce called once when an account has had `announcedAfter` wrong attempts in a row
 */
export function createThrottle({
  attemptCounters,
  isOn,
  announce,
}: {
  readonly attemptCounters: AttemptCounterStore;
  readonly isOn: boolean;
  readonly announce: (by: UserAttempt) => void;
}): Throttle {
  const pairQueue = createAttemptQueue(queueLimits.pair);
  const addressQueue = createAttemptQueue(queueLimits.address);

  async function decide<Thing extends Limited>(thing: Thing, attempt: Attempts[Thing]) {
    const counters = countersOf(thing, attempt);
    const states = await attemptCounters.count(counters);
    const counted = counters.map(({ kind }, index) => ({ kind, ...(states[index] ?? uncounted()) }));
    const refusing = counted.filter(({ wait }) => wait > 0);
    return { counted, refusal: refusing.length === 0 ? null : refusalOf(refusing) };
  }

  async function attemptInTurn<Result>(
    thing: Proof,
    by: UserAttempt,
    { turnAway, make, isRight }: ProvingAttempt<Result>,
  ): Promise<Attempted<Result>> {
    const seconds = turnAway?.() ?? 0;
    if (seconds > 0) return turnedAway(seconds);
    if (!isOn) return { allowed: true, result: await make() };
    const { counted, refusal } = await decide(thing, by);
    if (refusal !== null) return refusal;
    const onAccount = counted.find(({ kind }) => kind === "account")?.attempts;
    if (onAccount === announcedAfter + 1) announce(by);
    const result = await make();
    if (isRight(result)) await attemptCounters.takeBack(takenBack(countersOf(thing, by)));
    return { allowed: true, result };
  }

  const attempt: Throttle["attempt"] = async (thing, by, proving) => {
    const make = () => attemptInTurn(thing, by, proving);
    if (!isOn) return make();
    // An attempt from a known browser does not wait for others from its address.
    const inTurn = by.knownBrowser === undefined ? () => addressQueue.run(networkOf(by.address), make) : make;
    try {
      return await pairQueue.run(keyOf(thing, "pair", by) ?? "", inTurn);
    } catch (error) {
      if (error instanceof TooManyWaiting) return turnedAway(1);
      throw error;
    }
  };

  return {
    attempt,
    async count(thing, counted) {
      if (!isOn && thing !== "device-poll") return { allowed: true };
      return (await decide(thing, counted)).refusal ?? { allowed: true };
    },
    async forget(thing, by) {
      if (!isOn) return;
      // The counter of all known browsers too, when the password is chosen in an unknown one: a thief may have filled it.
      const browsers = [by.knownBrowser ?? "", undefined];
      const all = browsers
        .map((knownBrowser) => ({ ...by, knownBrowser }))
        .flatMap((one) => countersOf(thing, one));
      await attemptCounters.takeBack({ forget: takenBack(all).forget });
    },
  };
}

function uncounted(): never {
  throw new Error("the database did not answer for each counter");
}

function refusalOf(refusing: readonly { readonly kind: CounterKind; readonly wait: number }[]): Refusal {
  const retryInSeconds = Math.max(...refusing.map(({ wait }) => wait));
  return { allowed: false, retryInSeconds, refusedBy: refusing.map(({ kind }) => kind) };
}

const turnedAway = (retryInSeconds: number): Refusal => ({ allowed: false, retryInSeconds, refusedBy: [] });

/** A right attempt resets the counts of its account. It says nothing about other attempts from its address. */
function takenBack(counters: readonly CounterOfKind[]) {
  const keys = (of: (kind: CounterKind) => boolean) =>
    counters.filter(({ kind }) => of(kind)).map(({ key }) => key);
  return { forget: keys((kind) => kind !== "address"), giveBack: keys((kind) => kind === "address") };
}

interface CounterOfKind extends AttemptCounter {
  readonly kind: CounterKind;
}

function countersOf<Thing extends Limited>(thing: Thing, attempt: Attempts[Thing]): readonly CounterOfKind[] {
  const counters = Object.entries(limits[thing]).flatMap(([name, limit]) => {
    const kind = name as CounterKind;
    const key = keyOf(thing, kind, attempt);
    return key === undefined ? [] : [{ kind, key, limit }];
  });
  // No attempt passes uncounted.
  if (counters.length === 0)
    throw new Error(`an attempt on ${thing} has no facts that its counters count by`);
  return counters;
}

/** @returns `undefined`: this counter does not count the attempt */
function keyOf(thing: Limited, kind: CounterKind, attempt: object): string | undefined {
  const facts: { readonly [fact in keyof UserAttempt | CounterKind | "purpose"]?: string | undefined } =
    attempt;
  const { address, knownBrowser, site, session, device, link, purpose } = facts;
  const account =
    purpose === undefined || facts.account === undefined
      ? facts.account
      : `${purpose} ${facts.account.trim()}`;
  const isKnown = knownBrowser !== undefined;
  const values: Readonly<Record<CounterKind, readonly (string | undefined)[]>> = {
    pair: [digest(account), isKnown ? digest(knownBrowser) : networkOf(address)],
    account: [digest(account), isKnown ? "known-browsers" : "elsewhere"],
    address: [isKnown ? undefined : networkOf(address)],
    site: [site],
    session: [session],
    device: [digest(device)],
    link: [digest(link)],
  };
  return values[kind].includes(undefined) ? undefined : [thing, kind, ...values[kind]].join(" ");
}

/** Hashes the typed username, which may be a password typed into the wrong field. */
function digest<Text extends string | undefined>(text: Text): Text {
  if (text === undefined) return text;
  return createHash("sha256").update(text.trim().toLowerCase()).digest("hex").slice(0, 32) as Text;
}

/**
 * Network of a household or an office: the unit that is throttled.
 *
 * @param address in any notation
 * @returns an IPv4 address as it is, or the first 64 bits of an IPv6 address
 */
export function networkOf<Address extends string | undefined>(address: Address): Address {
  if (address === undefined || !address.includes(":")) return address;
  const [before = [], after = []] = address.split("::").map((half) => half.split(":").filter(Boolean));
  const zeros = Array<string>(Math.max(0, 8 - before.length - after.length)).fill("0");
  const groups = [...before, ...zeros, ...after].slice(0, 4).map((group) => Number.parseInt(group, 16));
  return `${groups.map((group) => group.toString(16)).join(":")}::/64` as Address;
}
