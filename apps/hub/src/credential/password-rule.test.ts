/** A password that can be set can be used: whatever the rule lets through signs in at every place that takes one. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openTestHub, TestBrowser, type TestHub, type TestPerson, testDoorKey } from "../test-hub.ts";
import { estimateGuesses } from "./guessability.ts";
import { knownPhrases } from "./known-phrases.ts";
import { hashPassword } from "./password.ts";
import { createPasswordRule, standsAlone, wordsOfUser } from "./password-rule.ts";

let opened: TestHub;
let person: TestPerson;
beforeAll(async () => {
  opened = await openTestHub({
    sites: ({ shop }) => ({ shop: shop.registration({ cas: { services: [shop.service], rest: true } }) }),
  });
  person = await opened.createPerson({ username: "pia" });
});
afterAll(() => opened.close());

const lengths = { alone: 15, withFactor: 8 };
const passwordFault = createPasswordRule({
  lengths,
  commonWords: () => ["Gatehouse", "Corner Shop", "shop.localhost"],
  estimateGuesses,
  isBreached: async (password) => password === "a password of another service",
});
const pia = {
  about: wordsOfUser({ username: "pia", name: "Pia Zoë Blomqvist", email: "p.blomqvist@example.com" }),
  isOnlyFactor: true,
};
const withFactor = { ...pia, isOnlyFactor: false };
const form = { "content-type": "application/x-www-form-urlencoded" };

async function signsInByForm(password: string): Promise<boolean> {
  const { location } = await new TestBrowser(opened).signIn({ username: "pia", password });
  return location === "/account";
}
async function signsInByRest(password: string): Promise<boolean> {
  const body = new URLSearchParams({ username: "pia", password }).toString();
  return (await new TestBrowser(opened).send("POST", "/cas/v1/tickets", form, body)).status === 201;
}

/** Numbers that look random and are the same in each run. @see Lehmer's generator */
function numbersFrom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 48_271) % 2_147_483_647;
    return state % below;
  };
}

const alphabets = [
  "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789",
  " +%&=;:/?#[]@!$'()*,\"\\<>^`{|}~-_.",
  "äöüßéèñçÅ\u0041\u030a\u0065\u0301\u1e9b\u0323",
  "日本語パスワード密碼ひらがな",
  "كلمةالسرسيسمهמילהסוד",
  "🔑👩🏽‍🚀🏳️‍🌈\u{1f9ff}",
  "\u00a0\u200b\u200d\ufeff\u00ad\u202e\u2067",
  "\t\n\r\u0000\u0007\u0085\u2028",
].map((letters) => [...letters]);

const next = numbersFrom(20_261_130);
const made = Array.from({ length: 60 }, (_, index) => {
  const length = [15, 16, 24, 64, 65, 128, 300, 512, 513, 700][next(10)] ?? 15;
  const mixed = next(3) === 0 ? alphabets : [alphabets[index % alphabets.length] ?? []];
  return Array.from({ length }, () => {
    const letters = mixed[next(mixed.length)] ?? [];
    return letters[next(letters.length)] ?? "x";
  }).join("");
});

const chosen: Record<string, string> = {
  "blanks at both ends": "  two blanks before and after  ",
  "what a form encodes": "100% +plus & <b>&amp;</b> = ;%00%zz",
  "64 characters": "kettle 17 orbit velvet ".repeat(3).slice(0, 64),
  "72 bytes and one, where bcrypt stopped": `kettle 17 orbit velvet ${"x".repeat(49)}y`,
  "512 wide characters, the longest": `日本語パスワード密碼ひらがな${"密".repeat(498)}`,
  "512 of four bytes each": `🔑🚀🧿🌈👩🏽🏳🎈🧊🦊🥝🛶🪁🧵${"🔑".repeat(498)}`,
  "words of another language": "zwölf Boxkämpfer jagen Viktor",
  "a byte order mark first": "\ufeffa password with a mark",
};

describe("passwords that can be set", () => {
  test.each([...Object.entries(chosen), ...made.map((password, index) => [`made ${index}`, password])])(
    "%s",
    async (_, password) => {
      const fault = await passwordFault(password, pia);
      if (fault !== undefined) {
        expect(Object.values(chosen), fault).not.toContain(password);
        return;
      }
      await opened.hub.database.people.setPassword(person.id, {
        hash: await hashPassword(password),
        standsAlone: true,
      });
      expect(await signsInByForm(password)).toBe(true);
      expect(await signsInByRest(password)).toBe(true);
      // Keyboards differ in how they write an accent: composed, or a letter and a mark.
      expect(await signsInByForm(password.normalize("NFD"))).toBe(true);
      expect(await signsInByRest(password.normalize("NFC"))).toBe(true);
      expect(await signsInByForm(`${password} `)).toBe(false);
    },
  );

  test("the generated passwords include allowed and refused ones", async () => {
    const faults = await Promise.all(made.map((password) => passwordFault(password, pia)));
    const accepted = faults.filter((fault) => fault === undefined);
    expect(accepted.length).toBeGreaterThan(20);
    expect(accepted.length).toBeLessThan(made.length - 5);
  });
});

describe("passwords that cannot be set", () => {
  test.each([
    ["too short", "x".repeat(14), "at least 15 characters"],
    ["short, though many bytes", "🔑".repeat(14), "at least 15 characters"],
    ["short once composed", "e\u0301".repeat(14), "at least 15 characters"],
    ["too long", "x".repeat(513), "at most 512 characters"],
    ["a megabyte", "e\u0301".repeat(350_000), "at most 512 characters"],
    ["a line break, which browsers drop", "one line\nand another one", "must not contain line breaks"],
    ["a TAB", "a\tpassword with a tab", "must not contain line breaks"],
    ["zero", "a\u0000password with a zero", "must not contain line breaks"],
    ["half a surrogate pair", `\ud83d${"x".repeat(20)}`, "text in UTF-8"],
    ["NIST 3.1.1.2 breached", "a password of another service", "known from a theft"],
  ])("%s", async (_, password, why) => {
    expect(await passwordFault(password, pia)).toContain(why);
  });

  test.each([
    "correct horse battery staple",
    "Correct-Horse-Battery-Staple",
    "correcthorsebatterystaple2026",
    "c0rrect h0rse b@ttery $taple!",
    "correct!horse!battery!staple",
    "correct@horse@battery@staple",
    "¡Correct, hörse. Battery: staple?",
    "To be, or not to be: that is the question",
    "the quick brown fox jumps over the lazy dog",
    "may_the_force_be_with_you_1977",
    "password! may the force be with you",
    "correct1horse2battery3staple",
    "correct0horse0battery0staple",
    "9correct9horse9battery9staple9",
    "correct²horse²battery²staple",
    "correct-1-horse-2-battery-3-staple-4",
    "correct horse to be or not to be battery staple",
  ])("ASVS 6.2.4 a phrase that everybody knows: %s", async (password) => {
    for (const use of [pia, withFactor])
      expect(await passwordFault(password, use)).toMatch(/phrase that everybody knows/);
  });

  test("a known phrase beside enough else is no fault, and neither are its words", async () => {
    expect(await passwordFault("correct horse battery staple kx7vq2mw9z", pia)).toBeUndefined();
    expect(await passwordFault("correct1horse2battery3staple48230917", pia)).toBeUndefined();
    expect(await passwordFault("a battery for the correct horse", pia)).toBeUndefined();
  });

  test("every known phrase is refused alone, where it is long enough to be chosen", async () => {
    for (const phrase of knownPhrases) expect(await passwordFault(phrase, withFactor), phrase).toBeDefined();
    expect(new Set(knownPhrases).size).toBe(knownPhrases.length);
  });

  test.each([
    "playstation1234",
    "passwordpassword",
    "qwertyuiopasdfgh",
    "123456789012345",
    "P@ssw0rd12345678",
    "1qaz2wsx3edc4rfv",
    "iloveyouiloveyou",
    " ".repeat(20),
    "密".repeat(512),
    "ab1".repeat(100),
    "q1w2e3r4t5y6u7i8o9p0",
  ])("ASVS 6.2.4 a common one, a repetition or a pattern: %s", async (password) => {
    expect(await passwordFault(password, pia)).toContain("one of the first that an attacker would try");
  });

  test("ASVS 6.2.4 the 3,000 most common passwords with 8 and more characters, of which every fifth is tried", async () => {
    const { dictionary } = await import("@zxcvbn-ts/language-common");
    const longEnough = dictionary["passwords-common"].filter((password) => password.length >= 8);
    const common = longEnough.slice(0, 3000).filter((_, index) => index % 5 === 0);
    expect(common).toHaveLength(600);
    const faults = await Promise.all(common.map((password) => passwordFault(String(password), withFactor)));
    expect(common.filter((_, index) => faults[index] === undefined)).toEqual([]);
  }, 60_000);

  test.each([
    ["pia-Blomqvist-2026", ["blomqvist", "pia"]],
    ["P1A.BL0MQV1ST!!1999", ["blomqvist", "pia"]],
    ["blomqvist1234567", ["blomqvist"]],
    ["Pia Zoe Blomqvist", ["pia zoë blomqvist"]],
    ["p.blomqvist@example.com", ["p.blomqvist@example.com"]],
    ["cornershop-1234567", ["cornershop"]],
    ["G4tehou$e2026!!!", ["gatehouse"]],
  ])(
    "ASVS 6.2.11 one that is built from the user's own data or the sites' names: %s",
    async (password, words) => {
      const fault = (await passwordFault(password, pia)) ?? "";
      expect(fault).toContain("too little of this password is left");
      for (const word of words) expect(fault).toContain(`“${word}”`);
    },
  );

  test("a password may contain such a word if enough else is in it", async () => {
    expect(await passwordFault("pia likes purple kangaroos", pia)).toBeUndefined();
    expect(await passwordFault("gatehouse umbrella trombone", pia)).toBeUndefined();
    // The same password is refused for the user whose words it is made of.
    const about = wordsOfUser({ username: "umbrella", name: "Trombone", email: "x@example.com" });
    expect(await passwordFault("gatehouse umbrella trombone", { about, isOnlyFactor: true })).toBeDefined();
  });
  test("the test door applies the same rule as the command line", async () => {
    const make = (password: string) =>
      new TestBrowser(opened).send(
        "POST",
        "/test/v1/people",
        { authorization: `Bearer ${testDoorKey}`, "content-type": "application/json" },
        JSON.stringify({ username: "dora", name: "Dora", email: "dora@example.com", password }),
      );
    for (const password of ["a\tpassword with a tab", "x".repeat(513), "short"])
      expect((await make(password)).status).toBe(400);
    expect((await make("x".repeat(512))).status).toBe(201);
  });
});

test("NIST 3.1.1.2 with a second factor 8 characters are enough, and such a password does not stand alone", async () => {
  expect(await passwordFault("kX4!vq9z", withFactor)).toBeUndefined();
  expect(await passwordFault("kX4!vq9", withFactor)).toContain("at least 8 characters");
  expect(await passwordFault("password1", withFactor)).toContain("one of the first");
  expect(await passwordFault("kX4!vq9z", pia)).toContain("at least 15 characters");
  expect(standsAlone("e\u0301".repeat(14), lengths)).toBe(false);
  expect(standsAlone("e\u0301".repeat(15), lengths)).toBe(true);
});

test("a typed password with a control character is a wrong password, not a bad request", async () => {
  const browser = new TestBrowser(opened);
  const answer = await browser.signIn({ username: "pia", password: "a\tpassword\u0000" });
  expect((await browser.follow(answer)).screen("login").error?.code).toBe("credentials_wrong");
});
