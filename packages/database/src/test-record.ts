import type { ChangeRecord } from "./change-record.ts";

/** Record of a change that a test makes through a store: one event of the kind `test`, no mail. */
export function testRecord(): ChangeRecord {
  return { events: [{ kind: "test", actor: { kind: "hub", id: "" } }] };
}
