/** Many networks send passwords at once: more than can be hashed in a few seconds. */
import { availableParallelism } from "node:os";
import { afterAll, expect, test, vi } from "vitest";
import { isHashingBusy, verifyPassword } from "../credential/password.ts";
import { forgetModuleMock } from "../test-support/module-mock.ts";
import { verifyCredentials } from "./sign-in.ts";

const hashing = vi.hoisted(() => {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  return { started: [] as string[], isDone: promise, finish: () => resolve(true) };
});
// Earlier test files share the worker and have loaded the module.
vi.hoisted(() => vi.resetModules());
vi.mock("@node-rs/argon2", () => ({
  verify: (_: string, password: string) => {
    hashing.started.push(password);
    return hashing.isDone;
  },
}));
afterAll(() => {
  hashing.finish();
  forgetModuleMock("@node-rs/argon2");
});

const person = { id: "p1", username: "ann", disabled: false };
const people = {
  findForSignIn: async () => ({ person, passwordHash: "$argon2id$v=19$m=8,t=1,p=1$salt$hash" }),
  renewHash: async () => undefined,
} as unknown as Parameters<typeof verifyCredentials>[0]["people"];
const counted: (string | undefined)[] = [];
const throttle: Parameters<typeof verifyCredentials>[0]["throttle"] = {
  attempt: async (_, { knownBrowser }, { turnAway, make }) => {
    const retryInSeconds = turnAway?.() ?? 0;
    if (retryInSeconds > 0) return { allowed: false, retryInSeconds, refusedBy: [] };
    counted.push(knownBrowser);
    return { allowed: true, result: await make() };
  },
};
const attempt = { identifier: "ann", password: "of ann", address: "192.0.2.1", userAgent: "" };
const refusals: string[] = [];
const recordAudit: Parameters<typeof verifyCredentials>[0]["recordAudit"] = async ({ outcome = "" }) => {
  refusals.push(outcome);
};

test("strangers are turned away uncounted, and a known browser goes before all that wait", async () => {
  const cores = availableParallelism();
  const strangers = Array.from({ length: cores + 250 * cores - 1 }, () =>
    verifyPassword(null, "of a stranger"),
  );
  expect(isHashingBusy()).toBe(false);
  strangers.push(verifyPassword(null, "of a stranger"));
  expect(isHashingBusy()).toBe(true);

  expect(
    await verifyCredentials(
      { people, throttle, recordAudit },
      { ...attempt, knownBrowserOf: () => undefined },
    ),
  ).toEqual({
    outcome: "refused",
    code: "too_many_attempts",
    retryInSeconds: 3,
  });
  expect(counted).toEqual([]);
  expect(refusals).toEqual(["too_many_attempts"]);

  const known = verifyCredentials(
    { people, throttle, recordAudit },
    { ...attempt, knownBrowserOf: () => "browser" },
  );
  await vi.waitFor(() => expect(counted).toEqual(["browser"]));
  hashing.finish();
  expect(await known).toMatchObject({ outcome: "verified" });
  await Promise.all(strangers);
  expect(hashing.started.indexOf("of ann")).toBe(cores);
  expect(isHashingBusy()).toBe(false);
});
