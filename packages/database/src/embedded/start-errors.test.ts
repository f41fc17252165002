import { expect, test } from "vitest";
import { explainFailedStart, explainFolderError, relevantLogLine } from "./start-errors.ts";

const ended = (said: string) => ({ pid: 1, ended: () => true, said: () => said });

test.each([
  'FATAL:  lock file "postmaster.pid" already exists',
  "FATAL:  pre-existing shared memory block (key 1, ID 2) is still in use",
  'LOG:  could not bind IPv4 address "127.0.0.1"\nFATAL:  could not create any TCP/IP sockets',
])("a temporary reason is retried: %s", (said) => {
  expect(() => explainFailedStart(ended(said))).not.toThrow();
});

test("a server that was not started did not fail", () => {
  expect(() => explainFailedStart(undefined)).not.toThrow();
});

test("a full disk is reported as such, whichever error shows it", () => {
  const said = "FATAL:  could not write lock file: No space left on device";
  expect(() => explainFailedStart(ended(said))).toThrow(expect.objectContaining({ code: "disk-full" }));
  const error = Object.assign(new Error("write"), { code: "ENOSPC" });
  expect(explainFolderError(error, "/data")).toMatchObject({ code: "disk-full" });
});

test("any other reason is reported with the server's message", () => {
  const said = "LOG:  starting\nFATAL:  database files are incompatible with server\nLOG:  bye";
  expect(() => explainFailedStart(ended(said))).toThrow(
    expect.objectContaining({
      code: "start-failed",
      message: expect.stringContaining("files are incompatible"),
    }),
  );
  expect(relevantLogLine("")).toBe("");
});

test("other errors stay unchanged", () => {
  const error = new TypeError("a bug");
  expect(explainFolderError(error, "/data")).toBe(error);
});
