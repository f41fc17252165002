/** Signing in with a password, over HTTP. */
import { ageAttempts } from "@gatehouse/database/test-clock";
import { hash } from "@node-rs/argon2";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { hashPassword } from "../credential/password.ts";
import { type BrowserAnswer, openTestHub, TestBrowser, type TestHub, type TestPerson } from "../test-hub.ts";
import { startVerifiedSession, verifyCredentials } from "./sign-in.ts";

let opened: TestHub;
beforeAll(async () => {
  opened = await openTestHub();
});
afterAll(() => opened.close());

describe("ASVS 6.3.8 unknown user, wrong password and disabled account are indistinguishable", () => {
  interface Seen {
    readonly status: number;
    readonly location: string;
    readonly headers: readonly string[];
    readonly noteLength: number;
    readonly error: unknown;
  }

  async function look(username: string, password: string): Promise<Seen> {
    const browser = new TestBrowser(opened);
    const answer: BrowserAnswer = await browser.signIn(
      { username, password },
      `?service=${encodeURIComponent(opened.shop.service)}`,
    );
    const noteLength = browser.cookies.get("gatehouse-note")?.length ?? 0;
    const { error } = (await browser.follow(answer)).screen("login");
    const { status, location, headers } = answer;
    return {
      status,
      location,
      headers: Object.keys(headers),
      noteLength,
      error: { ...error, reference: "" },
    };
  }

  test("in status, address, headers, length of the note and text", async () => {
    const bob = await opened.createPerson({ username: "bobby" });
    const carl = await opened.createPerson({ username: "carly" });
    await opened.hub.database.people.setDisabled(carl.id, true);
    const wrong = await look(bob.username, "wrong");
    expect(wrong).toMatchObject({ status: 303, error: { code: "credentials_wrong" } });
    expect(wrong.noteLength).toBeGreaterThan(0);
    expect(await look("nobod", "wrong")).toEqual(wrong);
    expect(await look(carl.username, "wrong")).toEqual(wrong);
    expect(await look(carl.username, carl.password)).toEqual(wrong);
  });
});

async function createWithOutdatedHash(username: string): Promise<TestPerson> {
  const person = await opened.createPerson({ username });
  const outdated = await hash(person.password, { memoryCost: 8192, timeCost: 1 });
  await opened.hub.database.people.setPassword(person.id, { hash: outdated, standsAlone: true });
  return person;
}

test("a hash with older parameters is renewed when its user signs in", async () => {
  const { people } = opened.hub.database;
  const dan = await createWithOutdatedHash("dan");
  await new TestBrowser(opened).signIn({ ...dan, password: "wrong" });
  expect((await people.findForSignIn("dan"))?.passwordHash).toContain("m=8192");
  expect((await new TestBrowser(opened).signIn(dan)).location).toBe("/account");
  expect((await people.findForSignIn("dan"))?.passwordHash).toContain("m=8,t=1,p=1");
  expect((await new TestBrowser(opened).signIn(dan)).location).toBe("/account");
});

describe("a sign-in that waits in the queue", () => {
  /** Verifies the right password; `meanwhile` runs while the attempt waits. */
  async function verifyLater(person: TestPerson, meanwhile: () => Promise<unknown>) {
    const recorded: unknown[] = [];
    const result = await verifyCredentials(
      {
        people: opened.hub.database.people,
        throttle: {
          attempt: async (_, __, { make }) => {
            await meanwhile();
            return { allowed: true, result: await make() };
          },
        },
        recordAudit: async ({ outcome }) => void recorded.push(outcome),
      },
      {
        identifier: person.username,
        password: person.password,
        address: "192.0.2.7",
        userAgent: "",
        knownBrowserOf: () => undefined,
      },
    );
    return { result, recorded };
  }
  const start = ({ result }: Awaited<ReturnType<typeof verifyLater>>) =>
    result.outcome === "verified"
      ? startVerifiedSession({ sessions: opened.hub.database.sessions }, result, {
          userAgent: "",
          address: "192.0.2.7",
          previousToken: undefined,
          longTerm: false,
          askBefore: false,
        })
      : null;

  test("starts no session if the password is changed meanwhile, or the account disabled", async () => {
    const { people } = opened.hub.database;
    const erin = await opened.createPerson();
    const hash = await hashPassword("another password of hers");
    const changed = await verifyLater(erin, () => people.setPassword(erin.id, { hash, standsAlone: true }));
    expect(await start(changed)).toBeNull();
    const fay = await opened.createPerson();
    const disabled = await verifyLater(fay, () => people.setDisabled(fay.id, true));
    expect(await start(disabled)).toBeNull();
    const gil = await opened.createPerson();
    expect(await start(await verifyLater(gil, async () => undefined))).not.toBeNull();
  });

  test("succeeds if another sign-in renews an outdated hash meanwhile, and not if the password is changed", async () => {
    const { people } = opened.hub.database;
    const [ira, jo] = [await createWithOutdatedHash("ira"), await createWithOutdatedHash("jo")];
    const set = async (person: TestPerson, password: string) =>
      people.setPassword(person.id, { hash: await hashPassword(password), standsAlone: true });
    expect(await start(await verifyLater(ira, () => set(ira, ira.password)))).not.toBeNull();
    const changed = await verifyLater(jo, () => set(jo, "another password of theirs"));
    expect(changed.result).toEqual({ outcome: "refused", code: "credentials_wrong" });
    expect(changed.recorded).toEqual(["credentials_wrong"]);
  });
});

describe("with throttling on", () => {
  let strict: TestHub;
  let bob: TestPerson;
  beforeAll(async () => {
    strict = await openTestHub({ environment: { LOGIN_THROTTLE: "on" } });
    bob = await strict.createPerson({ username: "bob" });
  });
  afterAll(() => strict.close());

  const codeAfter = async (browser: TestBrowser, password: string, username = bob.username) => {
    const answer = await browser.signIn({ username, password });
    if (answer.location === "/account") return "signed-in";
    return (await browser.follow(answer)).screen("login").error;
  };

  test("guesses are throttled, for known and unknown names, and the form says how long to wait", async () => {
    for (const username of [bob.username, "nobody"]) {
      const guesser = new TestBrowser(strict);
      for (let index = 0; index < 5; index++)
        expect(await codeAfter(guesser, "wrong", username)).toMatchObject({ code: "credentials_wrong" });
      await ageAttempts(strict.hub.database, -600);
      expect(await codeAfter(guesser, "wrong", username)).toEqual({
        code: "too_many_attempts",
        reference: expect.any(String),
        retryInSeconds: expect.any(Number),
      });
    }
    // The right password is not looked at any more: it would tell the guesser that he found it.
    expect(await codeAfter(new TestBrowser(strict), bob.password)).toMatchObject({
      code: "too_many_attempts",
    });
  });

  test("ASVS 6.1.1 a stranger who uses up a user's attempts does not lock the user out of a known browser", async () => {
    const carol = await strict.createPerson({ username: "carol" });
    const known = new TestBrowser(strict);
    expect(await codeAfter(known, carol.password, "carol")).toBe("signed-in");
    await known.get("/cas/logout");
    for (let index = 0; index < 6; index++) await codeAfter(new TestBrowser(strict), "wrong", "carol");
    await ageAttempts(strict.hub.database, -600);
    expect(await codeAfter(new TestBrowser(strict), carol.password, "carol")).toMatchObject({
      code: "too_many_attempts",
    });
    expect(await codeAfter(known, carol.password, "carol")).toBe("signed-in");
  });

  test("another user's cookie does not make a stranger's browser known", async () => {
    const dora = await strict.createPerson({ username: "dora" });
    const eve = await strict.createPerson({ username: "eve" });
    const eves = new TestBrowser(strict);
    expect(await codeAfter(eves, eve.password, "eve")).toBe("signed-in");
    await eves.get("/cas/logout");
    for (let index = 0; index < 6; index++) await codeAfter(new TestBrowser(strict), "wrong", "dora");
    await ageAttempts(strict.hub.database, -600);
    expect(await codeAfter(eves, dora.password, "dora")).toMatchObject({ code: "too_many_attempts" });
  });

  test("of fifty concurrent attempts five are verified, and no more than the waits allow", async () => {
    const fred = await strict.createPerson({ username: "fred" });
    const forms = await Promise.all(
      Array.from({ length: 50 }, async () => {
        const browser = new TestBrowser(strict);
        return [browser, browser.hiddenFields(await browser.get("/cas/login"))] as const;
      }),
    );
    const began = Date.now();
    const codes = await Promise.all(
      forms.map(async ([browser, fields]) => {
        const answer = await browser.post("/cas/login", { ...fields, ...fred, password: "wrong" });
        return (await browser.follow(answer)).screen("login").error?.code;
      }),
    );
    const verified = codes.filter((code) => code === "credentials_wrong").length;
    expect(codes.filter((code) => code === "too_many_attempts")).toHaveLength(50 - verified);
    expect(verified).toBeGreaterThanOrEqual(5);
    // The waits of 1, 2, 4 … seconds allow a sixth attempt after one second, a seventh after three.
    expect(verified).toBeLessThanOrEqual(5 + Math.log2(1 + (Date.now() - began) / 1000));
  });
});
