import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createTicketId } from "./ticket-id.ts";
import type { ConsumeResult, ServiceTicket, TicketRegistry } from "./ticket-registry.ts";

/** A registry under test with its environment. */
export interface TicketRegistryUnderTest {
  readonly registry: TicketRegistry;
  /** A registered site that tickets may be issued to. */
  readonly siteId: string;
  /** Starts a central session; returns its id. */
  startSession(): Promise<string>;
  endSession(sessionId: string): Promise<void>;
  /** Moves the registry's clock ahead. */
  advance(seconds: number): Promise<void>;
  /** Opens the same store again, as after a restart. */
  reopen(): Promise<TicketRegistry>;
  /** Session indexes of a session that single logout knows. */
  sessionIndexes(sessionId: string): Promise<readonly string[]>;
  /** All stored data of issued tickets, as text. */
  dump(): Promise<string>;
  close(): Promise<void>;
}

const service = "https://shop.example/callback?state=a";

/**
 * Contract tests of `TicketRegistry`; every implementation runs them in its own test file.
 *
 * @param title name of the implementation
 * @param open opens an empty registry before each test; `close` is called after it
 * @see CAS protocol 3.0.3, sections 3.1.1 and 3.2.1
 */
export function ticketRegistryLaws(title: string, open: () => Promise<TicketRegistryUnderTest>): void {
  describe(`${title} passes the contract tests of a ticket registry`, () => {
    let underTest: TicketRegistryUnderTest;
    let sessionId: string;

    beforeEach(async () => {
      underTest = await open();
      sessionId = await underTest.startSession();
    });
    afterEach(() => underTest.close());

    async function issue(changes: Partial<ServiceTicket> = {}): Promise<string> {
      const { id = createTicketId("ST") } = changes;
      const { siteId } = underTest;
      await underTest.registry.issue({
        id,
        service,
        siteId,
        sessionId,
        fromNewLogin: false,
        proxies: [],
        lifeSeconds: 60,
        ...changes,
      });
      return id;
    }
    const consume = (
      id: string,
      changes: { service?: string; renew?: boolean } = {},
    ): Promise<ConsumeResult> => underTest.registry.consume(id, { service, renew: false, ...changes });
    const outcomeOf = async (result: Promise<ConsumeResult>): Promise<string> => (await result).outcome;

    const fixture = { underTest: () => underTest, sessionId: () => sessionId, issue, consume, outcomeOf };
    lawsOfOnce(fixture);
    lawsOfConditions(fixture);
    lawsOfProxies(fixture);
    lawsOfKeeping(fixture);
  });
}

/** Functions that the contract tests share. */
interface Fixture {
  readonly underTest: () => TicketRegistryUnderTest;
  readonly sessionId: () => string;
  readonly issue: (changes?: Partial<ServiceTicket>) => Promise<string>;
  readonly consume: (id: string, changes?: { service?: string; renew?: boolean }) => Promise<ConsumeResult>;
  readonly outcomeOf: (result: Promise<ConsumeResult>) => Promise<string>;
}

function lawsOfOnce({ underTest, issue, consume, outcomeOf }: Fixture): void {
  test("3.1.1 of 50 concurrent attempts to consume a ticket one wins, and the others find nothing", async () => {
    for (const id of [await issue(), await issue(), await issue()]) {
      const outcomes = await Promise.all(Array.from({ length: 50 }, () => outcomeOf(consume(id))));
      expect(outcomes.filter((outcome) => outcome === "valid")).toHaveLength(1);
      expect(outcomes.filter((outcome) => outcome === "unknown")).toHaveLength(49);
    }
  });

  test("3.1.1 of concurrent attempts with right and wrong services exactly one finds the ticket", async () => {
    const id = await issue();
    const outcomes = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        outcomeOf(consume(id, index % 2 === 0 ? { service: "https://other.example/" } : {})),
      ),
    );
    const [first, ...others] = outcomes.filter((outcome) => outcome !== "unknown");
    expect([first, others]).toEqual([expect.stringMatching(/^(valid|other-service)$/), []]);
  });

  test("3.1.1 consumed tickets stay consumed and others stay valid, also after a restart", async () => {
    const [consumed, waiting] = [await issue(), await issue()];
    expect(await outcomeOf(consume(consumed))).toBe("valid");
    expect(await outcomeOf(consume(consumed))).toBe("unknown");
    const registry = await underTest().reopen();
    expect(await outcomeOf(registry.consume(consumed, { service, renew: false }))).toBe("unknown");
    expect(await outcomeOf(registry.consume(waiting, { service, renew: false }))).toBe("valid");
  });
}

function lawsOfConditions({ underTest, sessionId, issue, consume, outcomeOf }: Fixture): void {
  test("2.5.3 a wrong service consumes the ticket", async () => {
    const id = await issue();
    expect(await outcomeOf(consume(id, { service: "https://shop.example/callback?state=b" }))).toBe(
      "other-service",
    );
    expect(await outcomeOf(consume(id))).toBe("unknown");
  });

  test("3.1.1 a ticket is valid until it expires, then refused and deleted", async () => {
    const [early, late] = [await issue({ lifeSeconds: 60 }), await issue({ lifeSeconds: 60 })];
    // Real time passes as well, so a few seconds are left.
    await underTest().advance(50);
    expect(await outcomeOf(consume(early))).toBe("valid");
    await underTest().advance(11);
    expect(await outcomeOf(consume(late))).toBe("expired");
    expect(await outcomeOf(consume(late))).toBe("unknown");
  });

  test("3.1.1 a lifetime is more than 0 and at most 300 seconds", async () => {
    expect(await outcomeOf(consume(await issue({ lifeSeconds: 300 })))).toBe("valid");
    for (const lifeSeconds of [0, -1, Number.NaN, 301]) {
      await expect(issue({ lifeSeconds })).rejects.toThrow(RangeError);
    }
  });

  test("2.5.1 renew refuses a ticket from single sign-on and consumes it", async () => {
    const id = await issue({ fromNewLogin: false });
    expect(await outcomeOf(consume(id, { renew: true }))).toBe("not-from-credentials");
    expect(await outcomeOf(consume(id))).toBe("unknown");
  });

  test("2.5.1 renew accepts a ticket from credentials", async () => {
    expect(await outcomeOf(consume(await issue({ fromNewLogin: true }), { renew: true }))).toBe("valid");
  });

  test("3.8.1 a ticket of an ended session is refused and deleted", async () => {
    const id = await issue();
    await underTest().endSession(sessionId());
    expect(await outcomeOf(consume(id))).toBe("session-ended");
    expect(await outcomeOf(consume(id))).toBe("unknown");
  });

  test("2.5.3 a ticket that was never issued is unknown", async () => {
    expect(await outcomeOf(consume(createTicketId("ST")))).toBe("unknown");
  });

  test("2.5.2 a valid ticket names the user, the session and the site", async () => {
    const result = await consume(await issue({ fromNewLogin: true }));
    expect(result).toMatchObject({
      outcome: "valid",
      siteId: underTest().siteId,
      sessionId: sessionId(),
      fromNewLogin: true,
      proxies: [],
      principal: {
        user: expect.stringMatching(/./),
        attributes: expect.any(Object),
        longTerm: expect.any(Boolean),
      },
    });
    expect(result.outcome === "valid" && result.principal.authenticationDate).toBeInstanceOf(Date);
  });
}

function lawsOfProxies({ underTest, sessionId, issue, consume, outcomeOf }: Fixture): void {
  const proxies = ["https://near.example/pgt?b=1", "https://far.example/pgt"];
  const issueProxied = () => issue({ id: createTicketId("PT"), proxies });

  test("2.6.2 a proxy ticket has its chain, the latest proxy first, also after a restart", async () => {
    const [early, late] = [await issueProxied(), await issueProxied()];
    expect(await consume(early)).toMatchObject({ outcome: "valid", proxies });
    const registry = await underTest().reopen();
    const result = await registry.consume(late, { service, renew: false });
    expect(result).toMatchObject({ outcome: "valid", proxies });
  });

  test("3.2.1 of 50 concurrent attempts to consume a proxy ticket one wins", async () => {
    const id = await issueProxied();
    const outcomes = await Promise.all(Array.from({ length: 50 }, () => outcomeOf(consume(id))));
    expect(outcomes.filter((outcome) => outcome === "valid")).toHaveLength(1);
    expect(outcomes.filter((outcome) => outcome === "unknown")).toHaveLength(49);
  });

  test("3.2.1 a wrong service consumes a proxy ticket", async () => {
    const id = await issueProxied();
    expect(await outcomeOf(consume(id, { service: "https://other.example/" }))).toBe("other-service");
    expect(await outcomeOf(consume(id))).toBe("unknown");
  });

  test("2.3 a proxy ticket of an ended session is refused and deleted", async () => {
    const id = await issueProxied();
    await underTest().endSession(sessionId());
    expect(await outcomeOf(consume(id))).toBe("session-ended");
    expect(await outcomeOf(consume(id))).toBe("unknown");
  });

  test.each([
    ["PT", "ST"],
    ["ST", "PT"],
  ] as const)("3.2 a %s is not the %s with the same characters", async (kind, other) => {
    const id = await issue({ id: createTicketId(kind) });
    expect(await outcomeOf(consume(id.replace(kind, other)))).toBe("unknown");
    expect(await outcomeOf(consume(id))).toBe("valid");
  });
}

function lawsOfKeeping({ underTest, sessionId, issue, consume }: Fixture): void {
  test("2.3.3 a valid attempt makes the site a participant, a failed one does not", async () => {
    const [good, bad] = [await issue(), await issue()];
    await consume(bad, { service: "https://other.example/" });
    await consume(good);
    expect(await underTest().sessionIndexes(sessionId())).toEqual([good]);
  });

  test("3.1.1 only hashes of unused tickets are stored, which are no valid tickets", async () => {
    const id = await issue();
    const kept = await underTest().dump();
    expect(kept).toContain(sessionId());
    expect(kept).not.toContain(id);
    expect(kept).not.toContain(id.slice("ST-".length));
  });
}
