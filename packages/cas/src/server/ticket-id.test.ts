import { afterEach, describe, expect, test, vi } from "vitest";
import { createTicketId, isTicketId } from "./ticket-id.ts";

afterEach(() => vi.restoreAllMocks());

describe("3.1.1 service tickets", () => {
  test("have 32 characters in all, which every client accepts", () => {
    expect(createTicketId("ST")).toHaveLength(32);
  });

  test("begin with ST-", () => {
    expect(createTicketId("ST")).toMatch(/^ST-/);
  });

  test("are unique", () => {
    expect(new Set(Array.from({ length: 2000 }, () => createTicketId("ST"))).size).toBe(2000);
  });
});

describe("3.2.1, 3.3.1, 3.4.1, 3.5.1 and 3.8.1 the other tickets", () => {
  test.each([
    ["PT", 32],
    ["PGT", 64],
    ["PGTIOU", 64],
    ["LT", 64],
    ["TGT", 64],
  ] as const)(
    "a %s begins with its prefix and has at most the %i characters that clients accept",
    (prefix, most) => {
      const id = createTicketId(prefix);
      expect(id.startsWith(`${prefix}-`)).toBe(true);
      expect(id.length).toBeLessThanOrEqual(most);
    },
  );

  test("a PGT cannot be computed from its PGTIOU: both are random", () => {
    const taken = vi.spyOn(crypto, "getRandomValues");
    const [pgt, pgtIou] = [createTicketId("PGT"), createTicketId("PGTIOU")];
    expect(taken.mock.calls.length).toBeGreaterThanOrEqual(2);
    expect(pgt.slice("PGT-".length)).not.toBe(pgtIou.slice("PGTIOU-".length));
  });
});

describe("3.7 ticket character set", () => {
  test.each(["ST", "PT", "TGT", "LT", "PGT", "PGTIOU", "LR"] as const)(
    "%s consists of letters, digits and hyphens",
    (prefix) => {
      expect(createTicketId(prefix)).toMatch(new RegExp(`^${prefix}-[A-Za-z0-9]+$`));
    },
  );

  test.each(["TGT", "LT"] as const)("%s has 43 random characters", (prefix) => {
    expect(createTicketId(prefix)).toHaveLength(prefix.length + 1 + 43);
  });

  test.each(["PGT", "PGTIOU"] as const)(
    "3.3.1 %s has at most the 64 characters that clients have to accept",
    (prefix) => {
      expect(createTicketId(prefix).length).toBeLessThanOrEqual(64);
    },
  );

  test("bytes that would favour some letters are discarded", () => {
    let call = 0;
    vi.spyOn(crypto, "getRandomValues").mockImplementation((array) => {
      call += 1;
      // First only bytes of 248 and above, which must be discarded; then the highest that may be used.
      (array as Uint8Array).fill(call === 1 ? 248 : 247);
      return array;
    });
    expect(createTicketId("ST")).toBe(`ST-${"9".repeat(29)}`);
    expect(call).toBe(2);
  });

  test("all 62 characters occur about equally often", () => {
    const counts = new Map<string, number>();
    for (let ticket = 0; ticket < 2000; ticket += 1) {
      for (const character of createTicketId("TGT").slice(4))
        counts.set(character, (counts.get(character) ?? 0) + 1);
    }
    const expected = (2000 * 43) / 62;
    expect(counts.size).toBe(62);
    // Seven standard deviations; modulo without rejection would put the first eight letters 25 % above.
    for (const count of counts.values())
      expect(Math.abs(count - expected)).toBeLessThan(7 * Math.sqrt(expected));
  });
});

describe("3.7 isTicketId", () => {
  test.each(["ST", "PT", "TGT", "LT", "PGT", "PGTIOU", "LR"] as const)(
    "accepts a %s of createTicketId",
    (prefix) => {
      expect(isTicketId(prefix, createTicketId(prefix))).toBe(true);
    },
  );

  test.each([
    ["another kind", createTicketId("PT")],
    ["nothing", ""],
    ["the prefix alone", "ST-"],
    ["too short", createTicketId("ST").slice(0, -1)],
    ["too long", `${createTicketId("ST")}a`],
    ["a line feed at the end", `${createTicketId("ST").slice(0, -1)}\n`],
    ["base64url", `ST-${"_".repeat(29)}`],
    ["another hyphen", `ST-${"-".repeat(29)}`],
    ["a letter that is not ASCII", `ST-${"é".repeat(29)}`],
    ["small prefix", createTicketId("ST").replace("ST", "st")],
    ["whitespace before", ` ${createTicketId("ST").slice(0, -1)}`],
  ])("refuses %s", (_, value) => {
    expect(isTicketId("ST", value)).toBe(false);
  });
});
