import type { ChangeRecord } from "./change-record.ts";

/** Record of a change that a test makes itself. */
export function testRecord(): ChangeRecord {
  return { events: [{ kind: "test", actor: { kind: "hub", id: "" } }] };
}
