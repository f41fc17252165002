import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { createMemoryLog } from "../test-support/memory-log.ts";
import { createUpkeepTask, startUpkeep, type UpkeepTaskNeeds } from "./upkeep.ts";

const { log, lines } = createMemoryLog();
const endExpired = vi.fn<UpkeepTaskNeeds["sessions"]["endExpired"]>();
const sweep = vi.fn<UpkeepTaskNeeds["sweep"]>();
const drain = vi.fn<UpkeepTaskNeeds["logout"]["drain"]>();
const wake = vi.fn<UpkeepTaskNeeds["mail"]["wake"]>();
const chainAudit = vi.fn<UpkeepTaskNeeds["chainAudit"]>();
const dueForDeletion = vi.fn<UpkeepTaskNeeds["profiles"]["dueForDeletion"]>();
const removeDue = vi.fn<UpkeepTaskNeeds["people"]["removeDue"]>();
const runUpkeep = createUpkeepTask({
  sessions: { endExpired },
  profiles: { dueForDeletion },
  people: { removeDue },
  chainAudit,
  logout: { drain },
  mail: { wake },
  sweep,
  log,
});
const parts = { runUpkeep, refreshKeys: async () => undefined, log };

beforeEach(() => {
  lines.length = 0;
  endExpired.mockReset().mockResolvedValue(0);
  sweep.mockReset().mockResolvedValue(0);
  dueForDeletion.mockReset().mockResolvedValue([]);
  removeDue.mockReset().mockResolvedValue(true);
  drain.mockReset().mockResolvedValue();
  chainAudit.mockReset().mockResolvedValue();
  wake.mockReset();
});

describe("a round of upkeep", () => {
  test("ends expired sessions in small batches, then chains the audit trail, notifies sites and sends mails, then sweeps", async () => {
    endExpired.mockResolvedValueOnce(200).mockResolvedValueOnce(200).mockResolvedValueOnce(3);
    await runUpkeep();
    expect(endExpired.mock.calls).toEqual([[200], [200], [200]]);
    const order = [endExpired, chainAudit, drain, sweep].map(
      ({ mock }) => mock.invocationCallOrder.at(-1) ?? 0,
    );
    expect(order).toEqual(order.toSorted((a, b) => a - b));
    expect([drain.mock.calls.length, wake.mock.calls.length, sweep.mock.calls]).toEqual([1, 1, [[200]]]);
    expect(lines.map((line) => JSON.parse(line).count)).toEqual([200, 200, 3]);
  });

  test("sweeps until a batch is not full, and leaves the rest to the next round after many batches", async () => {
    sweep.mockResolvedValueOnce(200).mockResolvedValueOnce(230).mockResolvedValueOnce(199);
    await runUpkeep();
    expect(sweep.mock.calls).toEqual([[200], [200], [200]]);
    sweep.mockClear().mockResolvedValue(200);
    await runUpkeep();
    expect(sweep).toHaveBeenCalledTimes(50);
  });

  test("deletes accounts that are due before it notifies sites, and logs only those that it deleted", async () => {
    dueForDeletion.mockResolvedValue(["p1", "kept"]);
    removeDue.mockImplementation(async (id) => id === "p1");
    await runUpkeep();
    expect(removeDue.mock.calls.map(([id]) => id)).toEqual(["p1", "kept"]);
    expect(removeDue.mock.calls[0]?.[1]()).toMatchObject({
      events: [{ kind: "account-deleted", personId: "p1" }],
    });
    expect(lines.map((line) => JSON.parse(line)).map(({ event, person }) => [event, person])).toEqual([
      ["account.deleted", "p1"],
    ]);
    expect(removeDue.mock.invocationCallOrder[1]).toBeLessThan(drain.mock.invocationCallOrder[0] ?? 0);
  });

  test("logs nothing if there was nothing to do", async () => {
    await runUpkeep();
    expect(lines).toEqual([]);
  });
});

describe("upkeep every few seconds", () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  test("runs rounds until it is closed", async () => {
    const upkeep = startUpkeep(parts);
    await vi.advanceTimersByTimeAsync(15_000);
    expect(sweep).toHaveBeenCalledTimes(3);
    await upkeep.close();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(sweep).toHaveBeenCalledTimes(3);
  });

  test("logs a failed round and runs the next one", async () => {
    endExpired.mockRejectedValueOnce(new Error("database gone"));
    const upkeep = startUpkeep(parts);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(lines.join()).toContain("database gone");
    expect(sweep).toHaveBeenCalledTimes(1);
    await upkeep.close();
  });

  test("waits for a slow round, and starts no other meanwhile", async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    drain.mockReturnValueOnce(promise);
    const upkeep = startUpkeep(parts);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(drain).toHaveBeenCalledTimes(1);
    const closed = upkeep.close();
    resolve();
    await closed;
    expect([drain.mock.calls.length, sweep.mock.calls.length]).toEqual([1, 1]);
  });
});
