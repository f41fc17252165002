import { availableParallelism } from "node:os";
import { hash } from "@node-rs/argon2";
import { afterAll, expect, test, vi } from "vitest";
import { hashCost } from "../credential/hash-cost.ts";
import { forgetModuleMock } from "../test-support/module-mock.ts";
import { hashPassword, isOutdated, verifyPassword } from "./password.ts";

const library = vi.hoisted(() => ({ verified: [] as string[], running: 0, mostRunning: 0 }));
// Earlier test files share the worker and have loaded the module.
vi.hoisted(() => vi.resetModules());
vi.mock("@node-rs/argon2", async (original) => {
  const argon2 = await original<typeof import("@node-rs/argon2")>();
  return {
    ...argon2,
    verify: async (hashed: string, password: string) => {
      library.verified.push(hashed);
      library.running += 1;
      library.mostRunning = Math.max(library.mostRunning, library.running);
      return argon2.verify(hashed, password).finally(() => {
        library.running -= 1;
      });
    },
  };
});

afterAll(() => forgetModuleMock("@node-rs/argon2"));

test("ASVS 11.4.2 passwords are stored as Argon2id with OWASP's parameters and a salt", async () => {
  // By this path it is not the cheap one, which `hashPassword` has in unit tests.
  expect(hashCost).toEqual({ memoryCost: 19_456, timeCost: 2, parallelism: 1 });
  const [first, second] = await Promise.all([hashPassword("p"), hashPassword("p")]);
  expect(first).toMatch(/^\$argon2id\$v=19\$m=8,t=1,p=1\$[A-Za-z0-9+/]{22,}\$[A-Za-z0-9+/]{43}$/);
  expect(first).not.toBe(second);
});

test("ASVS 6.2.8 a password is verified exactly as typed", async () => {
  const hashed = await hashPassword(" Correct horse ");
  expect(await verifyPassword(hashed, " Correct horse ")).toBe(true);
  for (const wrong of ["Correct horse", " correct horse ", " Correct horse", "", " Correct horse \0"])
    expect(await verifyPassword(hashed, wrong), JSON.stringify(wrong)).toBe(false);
});

test("NIST SP 800-63B-4 3.1.1.2 composed and decomposed characters are the same password", async () => {
  const composed = "Zo\u00eb caf\u00e9 \ud55c";
  const decomposed = composed.normalize("NFD");
  expect(decomposed).not.toBe(composed);
  expect(await verifyPassword(await hashPassword(composed), decomposed)).toBe(true);
  expect(await verifyPassword(await hashPassword(decomposed), composed)).toBe(true);
  // Compatibility characters stay different ones.
  expect(await verifyPassword(await hashPassword("\ufb01ne"), "fine")).toBe(false);
});

test("ASVS 6.2.9 all of a long password counts", async () => {
  const long = "a".repeat(300);
  const hashed = await hashPassword(`${long}1`);
  expect(await verifyPassword(hashed, `${long}1`)).toBe(true);
  expect(await verifyPassword(hashed, `${long}2`)).toBe(false);
});

test("ASVS 6.3.8 an unknown user costs one verification with the same parameters, which fails", async () => {
  library.verified.length = 0;
  expect(await verifyPassword(null, "anything")).toBe(false);
  expect(await verifyPassword(null, "")).toBe(false);
  expect(library.verified).toHaveLength(2);
  for (const hashed of library.verified) expect(isOutdated(hashed)).toBe(false);
});

test("a text that is longer than any password is wrong without a hash, for every user", async () => {
  const hashed = await hashPassword("p");
  library.verified.length = 0;
  for (const long of ["x".repeat(513), "x".repeat(1_000_000), "e\u0301".repeat(500_000)])
    expect([await verifyPassword(hashed, long), await verifyPassword(null, long)]).toEqual([false, false]);
  expect(library.verified).toEqual([]);
  // The longest password is verified, however it is composed.
  const longest = "\u1e69".repeat(512);
  expect(await verifyPassword(await hashPassword(longest), longest.normalize("NFD"))).toBe(true);
});

test("a hash made with other parameters is outdated", async () => {
  expect(isOutdated(await hashPassword("p"))).toBe(false);
  const weaker = { memoryCost: 8192, timeCost: 2, parallelism: 1 };
  expect(isOutdated(await hash("p", weaker))).toBe(true);
  expect(isOutdated(await hash("p", { memoryCost: 19_456, timeCost: 3, parallelism: 1 }))).toBe(true);
  expect(isOutdated((await hashPassword("p")).replace("argon2id", "argon2i"))).toBe(true);
});

test("as many hashes are computed at once as there are cores; the others wait their turn", async () => {
  const hashed = await hashPassword("p");
  library.mostRunning = 0;
  const cores = availableParallelism();
  const all = Array.from({ length: 2 * cores + 1 }, () => verifyPassword(hashed, "p"));
  expect(await Promise.all(all)).toEqual(all.map(() => true));
  expect(library.mostRunning).toBe(cores);
});
