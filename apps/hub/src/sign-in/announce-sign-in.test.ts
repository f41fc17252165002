/** Mails about sign-ins, with a whole hub around them. */
import { ageAttempts } from "@gatehouse/database/test-clock";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { openTestHub, TestBrowser, type TestHub, type TestPerson } from "../test-hub.ts";
import { eventually } from "../test-support/eventually.ts";
import { codeOf, createPersonWithCodes, enterFactor } from "../test-support/factor-fixture.ts";
import { mailsTo } from "../test-support/read-mails.ts";

let opened: TestHub;
beforeAll(async () => {
  opened = await openTestHub({ environment: { LOGIN_THROTTLE: "on" } });
});
afterAll(() => opened.close());

const emailOf = ({ username }: TestPerson) => `${username}@example.com`;
const kindsTo = async (person: TestPerson) =>
  (await mailsTo(opened.hub, emailOf(person))).map(({ kind }) => kind);
const firefox = { "user-agent": "Mozilla/5.0 (Windows NT 10.0; rv:140.0) Gecko/20100101 Firefox/140.0" };

async function signIn(person: TestPerson, browser = new TestBrowser(opened, firefox)): Promise<TestBrowser> {
  expect((await browser.signIn(person)).location).toBe("/account");
  return browser;
}

describe("ASVS 6.3.5 a sign-in with a new browser", () => {
  test("the first sign-in ever and further ones with the same browser send no mail", async () => {
    const person = await opened.createPerson();
    const browser = await signIn(person);
    await browser.get("/cas/logout");
    await signIn(person, browser);
    expect(await kindsTo(person)).toEqual([]);
  });

  test("the first one with another browser sends a mail that names it, and the next one does not", async () => {
    const person = await opened.createPerson();
    await signIn(person);
    const other = await signIn(person);
    await other.get("/cas/logout");
    await signIn(person, other);
    const [mail, ...more] = await mailsTo(opened.hub, emailOf(person));
    expect(more).toEqual([]);
    expect(mail).toMatchObject({ kind: "new-browser", link: `${opened.origin}/account` });
    expect(mail?.text).toContain("With: Firefox on Windows");
    expect(mail?.text).toContain("From: 127.0.0.1");
  });

  test("a browser that another user has used before is new to this user, and stays known to both", async () => {
    const [first, second] = [await opened.createPerson(), await opened.createPerson()];
    await signIn(second);
    const browser = await signIn(first);
    await browser.get("/cas/logout");
    await signIn(second, browser);
    expect(await kindsTo(second)).toEqual(["new-browser"]);
    await browser.get("/cas/logout");
    await signIn(first, browser);
    expect(await kindsTo(first)).toEqual([]);
  });

  test("once the password is changed, every browser but the one that changed it is new", async () => {
    const person = await opened.createPerson();
    const thief = await signIn(person);
    await thief.get("/cas/logout");
    const browser = await signIn(person, thief.carryOver());
    const form = (await browser.get("/account/password")).screen("change-password");
    const password = "seven yellow submarines";
    const answer = await browser.post("/account/password", {
      ...Object.fromEntries(form.hidden.map(({ name, value }) => [name, value])),
      current: person.password,
      password,
    });
    expect(answer.location).toBe("/account/security");
    await browser.get("/cas/logout");
    await signIn({ ...person, password }, browser);
    expect(await kindsTo(person)).toEqual(["password-changed"]);
    await signIn({ ...person, password }, thief);
    expect((await kindsTo(person)).toSorted()).toEqual(["new-browser", "password-changed"]);
  });

  test("a wrong password with a new browser sends none", async () => {
    const person = await opened.createPerson();
    await signIn(person);
    await new TestBrowser(opened).signIn({ ...person, password: "wrong" });
    expect(await kindsTo(person)).toEqual([]);
  });
});

describe("ASVS 6.3.5 repeated wrong passwords", () => {
  const guess = async (username: string, times: number) => {
    const browser = new TestBrowser(opened);
    for (let count = 0; count < times; count += 1) {
      await browser.signIn({ username, password: `guess ${count}` });
      await ageAttempts(opened.hub.database, 900);
    }
  };

  test("ten send no mail; at the eleventh the user gets one, and no second one that day", async () => {
    const person = await opened.createPerson();
    await guess(person.username, 10);
    expect(await kindsTo(person)).toEqual([]);
    await guess(person.username, 1);
    await eventually(async () => expect(await kindsTo(person)).toEqual(["repeated-failures"]));
    await signIn(person);
    const found = vi.spyOn(opened.hub.database.people, "findForSignIn");
    await guess(emailOf(person), 14);
    // 14 times to verify, once to announce.
    await eventually(() => expect(found).toHaveBeenCalledTimes(15));
    found.mockRestore();
    expect(await kindsTo(person)).toEqual(["repeated-failures"]);
    const [mail] = await mailsTo(opened.hub, emailOf(person));
    expect(mail?.text).toContain("From: 127.0.0.1");
  });

  test("wrong codes after a right password count as well", async () => {
    const { id, username, password } = await opened.createPerson();
    const wrong = { make: async () => null, isRight: () => false };
    for (let count = 0; count < 11; count += 1) {
      const by = { account: username, address: `192.0.2.${count}`, knownBrowser: undefined };
      await opened.hub.throttle.attempt("code", by, wrong);
    }
    const person = { id, username, password };
    await eventually(async () => expect(await kindsTo(person)).toEqual(["repeated-failures"]));
  });

  test("for a name that nobody has, and for a disabled user, send nothing", async () => {
    const [disabled, person] = [await opened.createPerson(), await opened.createPerson()];
    await opened.hub.database.people.setDisabled(disabled.id, true);
    const find = vi.spyOn(opened.hub.database.people, "findForSignIn");
    for (const username of ["nobody-of-this-name", disabled.username]) await guess(username, 11);
    // 22 times to verify, twice to announce.
    await eventually(() => expect(find).toHaveBeenCalledTimes(24));
    find.mockRestore();
    await guess(person.username, 11);
    await eventually(async () => expect(await kindsTo(person)).toEqual(["repeated-failures"]));
    expect(await kindsTo(disabled)).toEqual([]);
    expect((await opened.hub.database.mails.list(1))[0]?.recipient).toBe(emailOf(person));
  });
});

describe("ASVS 6.3.5 a right password that stops at the second step", () => {
  const stopAtFactor = async (person: TestPerson, browser = new TestBrowser(opened, firefox)) => {
    expect((await browser.signIn(person)).location).toBe("/cas/login/factor");
    return browser;
  };
  const signInsOf = async ({ id }: TestPerson) =>
    (
      await opened.hub.database.auditEvents.listOldest(
        { personId: id, kinds: ["sign-in"] },
        { limit: 99, after: 0 },
      )
    ).map(({ outcome, address, userAgent }) => [outcome, address, userAgent]);

  test("leaves one entry a minute, with address and browser", async () => {
    const person = await createPersonWithCodes(opened);
    const browser = await stopAtFactor(person);
    await stopAtFactor(person, browser);
    expect(await signInsOf(person)).toEqual([["factor_required", "127.0.0.1", firefox["user-agent"]]]);
    await opened.advance(60);
    await stopAtFactor(person, browser);
    expect(await signInsOf(person)).toHaveLength(2);
  });

  test.each([
    ["no factor", async () => undefined],
    [
      "a wrong factor",
      async (browser: TestBrowser) => {
        await enterFactor(browser, "/cas/login/factor", { code: "000000" });
      },
    ],
  ])(
    "and %s in an unknown browser: a mail after ten minutes, and no second one that day",
    async (_, after) => {
      const person = await createPersonWithCodes(opened);
      await after(await stopAtFactor(person));
      expect(await kindsTo(person)).toEqual([]);
      await opened.advance(600);
      const [mail, ...more] = await mailsTo(opened.hub, emailOf(person));
      expect([mail?.kind, more]).toEqual(["sign-in-unfinished", []]);
      expect(mail?.text).toContain("With: Firefox on Windows");
      expect(mail?.text).toContain("somebody knows your password");
      await stopAtFactor(person);
      await opened.advance(600);
      expect(await kindsTo(person)).toEqual(["sign-in-unfinished"]);
    },
  );

  test("and is finished then, or comes from a known browser: no mail", async () => {
    const person = await createPersonWithCodes(opened);
    const browser = await stopAtFactor(person);
    await enterFactor(browser, "/cas/login/factor", { code: codeOf(opened, person.secret) });
    await browser.get("/cas/logout");
    await stopAtFactor(person, browser);
    await opened.advance(600);
    expect(await kindsTo(person)).toEqual([]);
  });

  test("by another sign-in of the user: the stranger's is told all the same", async () => {
    const person = await createPersonWithCodes(opened);
    await stopAtFactor(person, new TestBrowser(opened, { "user-agent": "Stranger" }));
    const own = await stopAtFactor(person);
    await enterFactor(own, "/cas/login/factor", { code: codeOf(opened, person.secret) });
    await opened.advance(600);
    expect(await kindsTo(person)).toEqual(["sign-in-unfinished"]);
  });
});
