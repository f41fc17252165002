/** The second step of a sign-in, over HTTP. */
import { ageAttempts } from "@gatehouse/database/test-clock";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openTestHub, TestBrowser, type TestHub } from "../test-hub.ts";
import {
  codeOf,
  createPersonWithCodes,
  enterFactor,
  type PersonWithCodes,
  startWeakSession,
} from "../test-support/factor-fixture.ts";

let opened: TestHub;
beforeAll(async () => {
  opened = await openTestHub({
    sites: ({ shop }) => ({ shop: shop.registration({ cas: { services: [shop.service], rest: true } }) }),
  });
});
afterAll(() => opened.close());

const atShop = () => `?${new URLSearchParams({ service: opened.shop.service })}`;
const sessionsOf = ({ id }: { readonly id: string }) => opened.hub.database.sessions.listOf(id);
const newBrowser = () => new TestBrowser(opened);

/** Proves the password in a new browser; the sign-in is pending. */
async function begin(person: PersonWithCodes, query = "") {
  const browser = newBrowser();
  const answer = await browser.signIn(person, query);
  return { browser, answer, page: answer.location };
}
const errorAt = async (browser: TestBrowser, page: string, typed: Parameters<typeof enterFactor>[2]) =>
  (await enterFactor(browser, page, typed)).screen("second-factor").error?.code;

describe("ASVS 6.3.3 a password alone does not sign in a user with a factor", () => {
  test("the sign-in is pending: no session, no session cookie, no ticket", async () => {
    const person = await createPersonWithCodes(opened);
    const { browser, answer, page } = await begin(person, atShop());
    expect(answer.status).toBe(303);
    expect(page).toBe(`/cas/login/factor${atShop()}`);
    expect([...answer.cookies].some((cookie) => cookie.includes("TGC"))).toBe(false);
    expect(browser.cookies.get("gatehouse-pending")).toMatch(/^PSI-[0-9a-f]{64}$/);
    expect(await sessionsOf(person)).toEqual([]);
    expect((await browser.get("/account")).location).toContain("/cas/login?");
    expect((await browser.get(`/cas/login${atShop()}`)).screen("login").signedIn).toBeNull();
    expect((await browser.get(page)).screen("second-factor")).toMatchObject({
      person: { username: person.username },
      site: { name: "The shop" },
      isStepUp: false,
      codes: true,
      passkey: null,
      recoveryCodes: true,
      error: null,
    });
  });

  test("the code completes it: ticket, session with all methods", async () => {
    const person = await createPersonWithCodes(opened);
    const { browser, page } = await begin(person, atShop());
    const answer = await enterFactor(browser, page, { code: codeOf(opened, person.secret) });
    expect(answer.location).toContain(`${opened.shop.service}?ticket=ST-`);
    expect(await sessionsOf(person)).toMatchObject([{ amr: ["pwd", "otp", "mfa"] }]);
    expect(browser.cookies.get("gatehouse-pending")).toBeUndefined();
  });

  test('"keep me signed in" holds across the second step', async () => {
    const person = await createPersonWithCodes(opened);
    const browser = newBrowser();
    const form = await browser.get("/cas/login");
    const fields = { ...browser.hiddenFields(form), username: person.username, password: person.password };
    const { location } = await browser.post("/cas/login", { ...fields, rememberMe: "true", warn: "true" });
    await enterFactor(browser, location, { code: codeOf(opened, person.secret) });
    expect(await sessionsOf(person)).toMatchObject([{ longTerm: true, askBefore: true }]);
  });

  test("CAS REST refuses, and says why", async () => {
    const person = await createPersonWithCodes(opened);
    const { username, password } = person;
    const answer = await newBrowser().post("/cas/v1/tickets", { username, password });
    expect([answer.status, JSON.parse(answer.body).error]).toEqual([403, "factor_required"]);
    const wrong = await newBrowser().post("/cas/v1/tickets", { username, password: "wrong" });
    expect(wrong.status).toBe(401);
    expect(await sessionsOf(person)).toEqual([]);
  });

  test("3.1.2.1 prompt=login, renew and a fresh sign-in ask for both again", async () => {
    const person = await createPersonWithCodes(opened);
    const { browser, page } = await begin(person);
    await enterFactor(browser, page, { code: codeOf(opened, person.secret) });
    const again = await browser.signIn(person, `${atShop()}&renew=true`);
    expect(again.location).toBe(`/cas/login/factor${atShop()}&renew=true`);
    const done = await enterFactor(browser, again.location, { code: codeOf(opened, person.secret, 1) });
    expect(done.location).toContain("ticket=ST-");
    const ticket = new URL(done.location).searchParams.get("ticket") ?? "";
    const query = new URLSearchParams({ service: opened.shop.service, ticket, renew: "true" });
    expect((await newBrowser().get(`/cas/serviceValidate?${query}`)).body).toContain("authenticationSuccess");
  });

  test("with renew, a second step without the password leads to the form", async () => {
    const person = await createPersonWithCodes(opened);
    const browser = newBrowser();
    const session = await startWeakSession(opened, browser, person);
    const page = `/cas/login/factor${atShop()}&renew=true`;
    const answer = await enterFactor(browser, page, { code: codeOf(opened, person.secret) });
    expect(answer.location).toBe(`/cas/login${atShop()}&renew=true`);
    expect(session).toMatchObject({ amr: ["pwd"] });
  });
});

describe("errors", () => {
  test("a missing, wrong, old or foreign code is refused with a reason, and the right one still works", async () => {
    const [person, other] = [await createPersonWithCodes(opened), await createPersonWithCodes(opened)];
    const { browser, page } = await begin(person);
    expect(await errorAt(browser, page, { code: " " })).toBe("code_missing");
    expect(await errorAt(browser, page, { code: "12345" })).toBe("code_wrong");
    expect(await errorAt(browser, page, { code: codeOf(opened, person.secret, -3) })).toBe("code_wrong");
    expect(await errorAt(browser, page, { code: codeOf(opened, other.secret) })).toBe("code_wrong");
    expect(await errorAt(browser, page, { recovery_code: "" })).toBe("recovery_code_missing");
    expect(await errorAt(browser, page, { recovery_code: "abc" })).toBe("recovery_code_wrong");
    const foreign = other.recoveryCodes[0] ?? "";
    expect(await errorAt(browser, page, { recovery_code: foreign })).toBe("recovery_code_wrong");
    expect(await sessionsOf(person)).toEqual([]);
    const code = codeOf(opened, person.secret);
    const spaced = `${code.slice(0, 3)} ${code.slice(3)}`;
    expect((await enterFactor(browser, page, { code: spaced })).location).toBe("/account");
    expect(await opened.hub.database.factors.of(other.id)).toMatchObject({ recoveryCodes: 10 });
  });

  test("RFC 6238 5.2 a code that was used is refused in another sign-in", async () => {
    const person = await createPersonWithCodes(opened);
    const code = codeOf(opened, person.secret);
    const [first, second] = [await begin(person), await begin(person)];
    expect((await enterFactor(first.browser, first.page, { code })).location).toBe("/account");
    expect(await errorAt(second.browser, second.page, { code })).toBe("code_used");
    expect(await sessionsOf(person)).toHaveLength(1);
  });

  test("a recovery code works once, in any spelling", async () => {
    const person = await createPersonWithCodes(opened);
    const [code = ""] = person.recoveryCodes;
    const [first, second] = [await begin(person), await begin(person)];
    const typed = code.toUpperCase().replaceAll(/(.{4})/g, "$1-");
    expect((await enterFactor(first.browser, first.page, { recovery_code: typed })).location).toBe(
      "/account",
    );
    expect(await errorAt(second.browser, second.page, { recovery_code: code })).toBe("recovery_code_wrong");
    expect(await opened.hub.database.factors.of(person.id)).toMatchObject({ recoveryCodes: 9 });
    expect(await sessionsOf(person)).toMatchObject([{ amr: ["pwd", "otp", "mfa"] }]);
  });

  test.each(["code", "recovery code"])(
    "of 50 concurrent sign-ins with one %s exactly one succeeds",
    async (kind) => {
      const person = await createPersonWithCodes(opened);
      const begun = await Promise.all(Array.from({ length: 50 }, () => begin(person)));
      const typed =
        kind === "code"
          ? { code: codeOf(opened, person.secret) }
          : { recovery_code: person.recoveryCodes[0] ?? "" };
      const answers = await Promise.all(begun.map(({ browser, page }) => enterFactor(browser, page, typed)));
      expect(answers.filter(({ location }) => location === "/account")).toHaveLength(1);
      expect(answers.filter(({ status }) => status === 400)).toHaveLength(49);
      expect(await sessionsOf(person)).toHaveLength(1);
    },
  );
});

describe("a flow that is restarted to skip the factor", () => {
  const expectStartAgain = async (browser: TestBrowser, answer: { readonly location: string }) => {
    expect(answer.location.startsWith("/cas/login")).toBe(true);
    expect(answer.location).not.toContain("factor");
    const { error } = (await browser.get(answer.location)).screen("login");
    expect(error).toMatchObject({ code: "sign_in_expired" });
  };

  test("without a pending sign-in the page leads to the first step", async () => {
    const browser = newBrowser();
    await expectStartAgain(browser, await browser.get(`/cas/login/factor${atShop()}`));
  });

  test("after ten minutes", async () => {
    const person = await createPersonWithCodes(opened);
    const { browser, page } = await begin(person);
    await opened.advance(601);
    await expectStartAgain(browser, await browser.get(page));
  });

  test("after a change of the password, also while the page is open", async () => {
    const person = await createPersonWithCodes(opened);
    const { browser, page } = await begin(person);
    const { hidden, action } = (await browser.get(page)).screen("second-factor");
    await opened.hub.database.people.setPassword(person.id, {
      hash: "$argon2id$another",
      standsAlone: true,
    });
    const fields = Object.fromEntries(hidden.map(({ name, value }) => [name, value]));
    const answer = await browser.post(action, { ...fields, code: codeOf(opened, person.secret) });
    await expectStartAgain(browser, answer);
    expect(await sessionsOf(person)).toEqual([]);
  });

  test("the form of another user's pending sign-in is refused", async () => {
    const [person, other] = [await createPersonWithCodes(opened), await createPersonWithCodes(opened)];
    const { browser, page } = await begin(person);
    const { hidden, action } = (await browser.get(page)).screen("second-factor");
    await browser.signIn(other);
    const fields = Object.fromEntries(hidden.map(({ name, value }) => [name, value]));
    await expectStartAgain(
      browser,
      await browser.post(action, { ...fields, code: codeOf(opened, other.secret) }),
    );
    expect([await sessionsOf(person), await sessionsOf(other)]).toEqual([[], []]);
  });

  test("another user's session in the browser does not complete it, and stays until it is completed", async () => {
    const person = await createPersonWithCodes(opened);
    const bob = await opened.createPerson();
    const browser = newBrowser();
    await browser.signIn(bob);
    const choose = await browser.signIn(person, "?prompt=login");
    const model = choose.screen("choose-account");
    const fields = Object.fromEntries(model.hidden.map(({ name, value }) => [name, value]));
    const pending = await browser.post(model.action, { ...fields, answer: "switch" });
    expect(pending.location).toBe("/cas/login/factor");
    expect(await sessionsOf(bob)).toHaveLength(1);
    await enterFactor(browser, pending.location, { code: codeOf(opened, person.secret) });
    expect([(await sessionsOf(bob)).length, (await sessionsOf(person)).length]).toEqual([0, 1]);
  });
});

describe("step-up of a session", () => {
  test("asks for the factor only, and replaces the session", async () => {
    const person = await createPersonWithCodes(opened);
    const browser = newBrowser();
    const weak = await startWeakSession(opened, browser, person);
    const page = `/cas/login/factor${atShop()}`;
    expect((await browser.get(page)).screen("second-factor")).toMatchObject({ isStepUp: true });
    const answer = await enterFactor(browser, page, { code: codeOf(opened, person.secret) });
    expect(answer.location).toContain("ticket=ST-");
    const [session] = await sessionsOf(person);
    expect(session).toMatchObject({ amr: ["pwd", "otp", "mfa"], uid: weak.uid });
    expect(session?.id).not.toBe(weak.id);
    expect(session?.authenticatedAt).toEqual(weak.authenticatedAt);
    // The page that was left open leads on.
    expect((await browser.get(page)).location).toBe(`/cas/login${atShop()}`);
  });

  test("a wrong code leaves the session as it is", async () => {
    const person = await createPersonWithCodes(opened);
    const browser = newBrowser();
    const weak = await startWeakSession(opened, browser, person);
    expect(await errorAt(browser, "/cas/login/factor", { code: "000000" })).toBe("code_wrong");
    expect(await sessionsOf(person)).toMatchObject([{ id: weak.id, amr: ["pwd"] }]);
  });
});

describe("with throttling on", () => {
  let strict: TestHub;
  beforeAll(async () => {
    strict = await openTestHub({ environment: { LOGIN_THROTTLE: "on" } });
  });
  afterAll(() => strict.close());

  test("ASVS 6.6.3 five wrong codes make the user wait; right passwords in between change nothing", async () => {
    const person = await createPersonWithCodes(strict);
    for (let index = 0; index < 5; index++) {
      const browser = new TestBrowser(strict);
      const { location } = await browser.signIn(person);
      expect(await errorAt(browser, location, { code: "000000" })).toBe("code_wrong");
    }
    await ageAttempts(strict.hub.database, -600);
    const browser = new TestBrowser(strict);
    const { location } = await browser.signIn(person);
    const answer = await enterFactor(browser, location, { code: codeOf(strict, person.secret) });
    expect(answer.status).toBe(429);
    expect(Number(answer.headers["retry-after"])).toBeGreaterThan(0);
    expect(answer.screen("second-factor").error).toMatchObject({ code: "too_many_attempts" });
  });
});
