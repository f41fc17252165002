import type { AuditEvent } from "@gatehouse/database";
import { describe, expect, test } from "vitest";
import { createAuditRecorder, createThinning, type HubAuditEvent } from "./record-audit.ts";

const event = (id: string): HubAuditEvent => ({ kind: "sign-in", actor: { kind: "user", id } });

/** A store whose writes end when the test says so. */
function slowStore() {
  const writes: { readonly ids: string[]; end(): void; fail(error: Error): void }[] = [];
  const write = (events: readonly AuditEvent[]) =>
    new Promise<void>((end, fail) => {
      writes.push({ ids: events.map(({ actor }) => actor.id), end, fail });
    });
  return { writes, record: createAuditRecorder({ write }, () => false) };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

test("events that arrive while one is written are written together, and each waits for its own", async () => {
  const { writes, record } = slowStore();
  const done: string[] = [];
  const recorded = (id: string) => record(event(id)).then(() => done.push(id));
  const first = recorded("1");
  await turn();
  const others = [recorded("2"), recorded("3")];
  await turn();
  expect(writes.map(({ ids }) => ids)).toEqual([["1"]]);
  writes[0]?.end();
  await first;
  await turn();
  expect([writes.map(({ ids }) => ids), done]).toEqual([[["1"], ["2", "3"]], ["1"]]);
  writes[1]?.end();
  await Promise.all(others);
  expect(done).toEqual(["1", "2", "3"]);
});

test("an event that cannot be written rejects, and the next one is written", async () => {
  const { writes, record } = slowStore();
  const lost = record(event("1"));
  await turn();
  const next = record(event("2"));
  writes[0]?.fail(new Error("no trail"));
  await expect(lost).rejects.toThrow("no trail");
  await turn();
  writes[1]?.end();
  await expect(next).resolves.toBeUndefined();
});

test.each([
  "too_many_attempts",
  "code_missing",
  "recovery_code_missing",
  "passkey_invalid",
  "factor_required",
])("an attempt that ends with %s is recorded once a minute for each user and address", async (cheap) => {
  let now = 0;
  const written: (string | undefined)[] = [];
  const write = async (events: readonly AuditEvent[]) => {
    written.push(...events.map(({ personId }) => personId));
  };
  const record = createAuditRecorder(
    { write },
    createThinning(() => new Date(1_800_000_000_000 + now)),
  );
  const attempt = (personId: string, outcome: string) =>
    record({ kind: "sign-in", outcome, actor: { kind: "user", id: "", address: "192.0.2.7" }, personId });
  await attempt("alice", cheap);
  await attempt("alice", cheap);
  await attempt("bob", cheap);
  now = 60_000;
  await attempt("alice", cheap);
  await attempt("bob", "credentials_wrong");
  await attempt("bob", "credentials_wrong");
  expect(written).toEqual(["alice", "bob", "alice", "bob", "bob"]);
});

describe("cheap attempts from many addresses", () => {
  let now = 1_800_000_000_000;
  const start = () => {
    const isRepeated = createThinning(() => new Date(now));
    return (personId: string, address: string) => {
      const actor = { kind: "user", id: "", address } as const;
      return !isRepeated({ kind: "sign-in", outcome: "too_many_attempts", actor, personId });
    };
  };
  const count = (total: number, isRecorded: (index: number) => boolean) =>
    Array.from({ length: total }, (_, index) => isRecorded(index)).filter(Boolean).length;

  test("of one IPv6 network are recorded as those of one address", () => {
    const isRecorded = start();
    expect(count(50, (index) => isRecorded("alice", `2001:db8:1:2::${index}`))).toBe(1);
    expect(isRecorded("alice", "2001:db8:1:3::1")).toBe(true);
  });

  test("of many networks are bounded for each user and minute", () => {
    const isRecorded = start();
    const flood = () => count(500, (index) => isRecorded("alice", `2001:db8:${index}::1`));
    expect(flood()).toBe(20);
    expect(flood()).toBe(0);
    expect(isRecorded("bob", "2001:db8::1")).toBe(true);
    now += 60_000;
    expect(flood()).toBe(20);
  });

  test("of more users than are remembered forget the oldest only", () => {
    const isRecorded = start();
    for (let user = 0; user < 10_001; user += 1) isRecorded(`user ${user}`, "192.0.2.7");
    expect(isRecorded("user 10000", "192.0.2.7")).toBe(false);
    expect(isRecorded("user 5000", "192.0.2.7")).toBe(false);
    expect(isRecorded("user 0", "192.0.2.7")).toBe(true);
  });
});
