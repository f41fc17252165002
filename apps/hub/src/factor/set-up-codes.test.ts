/** Setting up, using and turning off one-time codes, over HTTP. */

import { poolOf } from "@gatehouse/database/test-pool";
import { testRecord } from "@gatehouse/database/test-record";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type BrowserAnswer, openTestHub, TestBrowser, type TestHub, type TestPerson } from "../test-hub.ts";
import { codeOf, createPersonWithCodes, enterFactor } from "../test-support/factor-fixture.ts";
import { givePasskey } from "../test-support/passkey-fixture.ts";

let opened: TestHub;
beforeAll(async () => {
  opened = await openTestHub({ environment: { OPERATORS_NEED_FACTOR: "on" } });
});
afterAll(() => opened.close());

const newCodesPage = "/account/security/codes/new";
const factorsOf = ({ id }: { readonly id: string }) => opened.hub.database.factors.of(id);
const sessionsOf = ({ id }: { readonly id: string }) => opened.hub.database.sessions.listOf(id);
const fieldsOf = (hidden: readonly { readonly name: string; readonly value: string }[]) =>
  Object.fromEntries(hidden.map(({ name, value }) => [name, value]));
const secretOf = (page: BrowserAnswer) => page.screen("set-up-codes").secret.replaceAll(" ", "");

async function signedIn(person: TestPerson) {
  const browser = new TestBrowser(opened);
  await browser.signIn(person);
  return browser;
}

function confirm(browser: TestBrowser, page: BrowserAnswer, code: string) {
  const { action, hidden } = page.screen("set-up-codes");
  return browser.post(action, { ...fieldsOf(hidden), code });
}

/** Sets codes up from the account. */
async function setUp(browser: TestBrowser, query = "") {
  const page = await browser.get(newCodesPage + query);
  const secret = secretOf(page);
  return { secret, answer: await confirm(browser, page, codeOf(opened, secret)) };
}

async function makeOperator({ id }: TestPerson) {
  await poolOf(opened.hub.database).query("UPDATE users SET operator = true WHERE id = $1", [id]);
}

describe("setting up", () => {
  test("shows a picture and the same secret as text, and counts only once a code confirms it", async () => {
    const person = await opened.createPerson();
    const browser = await signedIn(person);
    const page = await browser.get(newCodesPage);
    const { qrCode, because } = page.screen("set-up-codes");
    expect(because).toBe("wanted");
    expect(qrCode.path).toMatch(/^M\d+ \d+h1v1h-1z/);
    expect(page.headers["cache-control"]).toBe("no-store");
    expect(await factorsOf(person)).toMatchObject({ codesSince: null });
    const wrong = await confirm(browser, page, "000000");
    expect([wrong.status, wrong.screen("set-up-codes").error]).toEqual([400, "code_wrong"]);
    expect(secretOf(wrong)).toBe(secretOf(page));
    expect(await factorsOf(person)).toMatchObject({ codesSince: null, recoveryCodes: 0 });
    const done = await confirm(browser, wrong, codeOf(opened, secretOf(page)));
    expect(done.screen("recovery-codes").codes).toHaveLength(10);
    expect(await factorsOf(person)).toMatchObject({ codesSince: expect.any(Date), recoveryCodes: 10 });
  });

  test("makes the session stronger, under a new token", async () => {
    const person = await opened.createPerson();
    const browser = await signedIn(person);
    const [before] = await sessionsOf(person);
    await setUp(browser);
    const after = await sessionsOf(person);
    expect(after).toMatchObject([{ amr: ["pwd", "otp", "mfa"], uid: before?.uid }]);
    expect(after[0]?.id).not.toBe(before?.id);
    expect((await browser.get("/account")).status).toBeLessThan(400);
  });

  test("the secret is stored sealed, and the code that confirmed it is not accepted at sign-in", async () => {
    const person = await opened.createPerson();
    const { secret } = await setUp(await signedIn(person));
    const sealed = (await opened.hub.database.factors.sealedSecretOf(person.id)) ?? "";
    expect(sealed).not.toContain(secret);
    expect(opened.hub.keys.totp.open(sealed, person.id)).toBe(secret);
    const browser = new TestBrowser(opened);
    const { location } = await browser.signIn(person);
    const again = await enterFactor(browser, location, { code: codeOf(opened, secret) });
    expect(again.screen("second-factor").error).toMatchObject({ code: "code_used" });
    expect((await enterFactor(browser, location, { code: codeOf(opened, secret, 1) })).location).toBe(
      "/account",
    );
  });

  test("another user's secret cannot be confirmed", async () => {
    const [person, other] = [await opened.createPerson(), await opened.createPerson()];
    const page = await (await signedIn(person)).get(newCodesPage);
    const browser = await signedIn(other);
    const own = (await browser.get(newCodesPage)).screen("set-up-codes");
    const secret = fieldsOf(page.screen("set-up-codes").hidden).secret ?? "";
    const answer = await browser.post(own.action, {
      ...fieldsOf(own.hidden),
      secret,
      code: codeOf(opened, secretOf(page)),
    });
    expect([answer.status, answer.location]).toEqual([303, newCodesPage]);
    expect(await factorsOf(other)).toMatchObject({ codesSince: null });
  });

  test("a second set-up in another tab changes nothing", async () => {
    const person = await opened.createPerson();
    const browser = await signedIn(person);
    const tab = await browser.get(newCodesPage);
    const { secret } = await setUp(browser);
    const answer = await confirm(browser, tab, codeOf(opened, secretOf(tab)));
    expect([answer.status, answer.screen("refused").code]).toEqual([409, "codes_on_already"]);
    expect(
      opened.hub.keys.totp.open(
        (await opened.hub.database.factors.sealedSecretOf(person.id)) ?? "",
        person.id,
      ),
    ).toBe(secret);
  });

  test("needs a fresh sign-in; the scanned secret survives it", async () => {
    const person = await opened.createPerson();
    const browser = await signedIn(person);
    const page = await browser.get(newCodesPage);
    await opened.advance(301);
    const answer = await confirm(browser, page, codeOf(opened, secretOf(page)));
    expect(answer.location).toContain("reason=fresh-sign-in");
    expect(await factorsOf(person)).toMatchObject({ codesSince: null });
    const back = await browser.signIn(person, answer.location.slice("/cas/login".length));
    expect(secretOf(await browser.follow(back))).toBe(secretOf(page));
  });

  test("leads on to where the user came from", async () => {
    const browser = await signedIn(await opened.createPerson());
    const query = `?${new URLSearchParams({ service: opened.shop.service, site: "shop", acr: "urn:gatehouse:acr:factor" })}`;
    expect((await browser.get(newCodesPage + query)).screen("set-up-codes")).toMatchObject({
      because: "asked-for",
      site: { name: "The shop" },
      cancelTo: `${opened.shop.origin}/`,
    });
    const { answer } = await setUp(browser, query);
    const { continueTo } = answer.screen("recovery-codes");
    expect((await browser.get(continueTo)).location).toContain("ticket=ST-");
  });
});

describe("recovery codes", () => {
  test("are downloaded as text by a plain form, by their user only", async () => {
    const browser = await signedIn(await opened.createPerson());
    const { answer } = await setUp(browser);
    const { codes, download } = answer.screen("recovery-codes");
    const file = await browser.post(download.action, fieldsOf(download.hidden));
    expect(file.headers["content-disposition"]).toBe('attachment; filename="gatehouse-recovery-codes.txt"');
    expect(file.headers["content-type"]).toContain("text/plain");
    for (const code of codes) expect(file.body).toContain(code);
    const other = await signedIn(await opened.createPerson());
    const token = (await setUp(other)).answer.screen("recovery-codes").token;
    const stolen = await other.post(download.action, { ...fieldsOf(download.hidden), token });
    expect([stolen.status, stolen.location]).toEqual([303, "/account/security"]);
  });

  test("are renewed as a whole: the earlier ones no longer work", async () => {
    const person = await opened.createPerson();
    const browser = await signedIn(person);
    const first = (await setUp(browser)).answer.screen("recovery-codes");
    const { token } = first;
    const second = (await browser.post("/account/security/recovery-codes/new", { token })).screen(
      "recovery-codes",
    );
    expect(second.codes).toHaveLength(10);
    // A reload of the page with the codes sends the form again.
    const again = await browser.post("/account/security/recovery-codes/new", { token });
    expect([again.status, again.location]).toEqual([303, "/account/security"]);
    const { newCodesForm, notice } = (await browser.get("/account/security")).screen("account-security");
    expect(notice?.text).toMatch(/^That form was sent already/);
    expect(newCodesForm).toMatch(/^[0-9a-f-]{36}$/);
    const use = async (code = "") => {
      const fresh = new TestBrowser(opened);
      const { location } = await fresh.signIn(person);
      return (await enterFactor(fresh, location, { recovery_code: code })).location;
    };
    expect([await use(first.codes[0]), await use(second.codes[0])]).toEqual(["", "/account"]);
    await opened.advance(301);
    const stale = await browser.post("/account/security/recovery-codes/new", { token });
    expect(stale.location).toContain("reason=fresh-sign-in");
  });

  test("a user without a factor gets none", async () => {
    const person = await opened.createPerson();
    const browser = await signedIn(person);
    const [session] = await sessionsOf(person);
    const token = opened.hub.keys.form.sign("account-form", session?.uid ?? "");
    const answer = await browser.post("/account/security/recovery-codes/new", { token });
    expect(answer.location).toBe("/account/security");
    expect(await factorsOf(person)).toMatchObject({ recoveryCodes: 0 });
  });
});

describe("turning off", () => {
  test("needs a fresh sign-in; afterwards the password alone signs in", async () => {
    const person = await opened.createPerson();
    const browser = await signedIn(person);
    const { token } = (await setUp(browser)).answer.screen("recovery-codes");
    const off = () => browser.post("/account/security/codes/off", { token });
    await opened.advance(301);
    expect((await off()).location).toContain("reason=fresh-sign-in");
    expect(await factorsOf(person)).toMatchObject({ codesSince: expect.any(Date) });
    await opened.hub.database.factors.turnOffCodes(person.id, { operatorsNeedFactor: false }, testRecord);
    expect((await new TestBrowser(opened).signIn(person)).location).toBe("/account");
  });

  test("works once, and voids links that the second step kept from opening the account", async () => {
    const person = await opened.createPerson();
    const browser = await signedIn(person);
    const { token } = (await setUp(browser)).answer.screen("recovery-codes");
    const link = { token: "mailed before", purpose: "password-reset", email: "a@example.com" } as const;
    const { verificationTokens } = opened.hub.database;
    await verificationTokens.create({ ...link, personId: person.id, lifeSeconds: 600 });
    const statusOfLink = async () =>
      (await new TestBrowser(opened).get("/reset-password?link=mailed+before")).status;
    expect(await statusOfLink()).toBe(200);
    const answer = await browser.post("/account/security/codes/off", { token });
    expect(await statusOfLink()).toBe(410);
    expect(answer.location).toBe("/account/security");
    const page = (await browser.get(answer.location)).screen("account-security");
    expect(page).toMatchObject({
      notice: { at: "codes", text: "One-time codes are off.", offersEnding: true },
      factors: { codesSince: null, recoveryCodes: 0 },
    });
    expect(await factorsOf(person)).toEqual({ codesSince: null, passkeys: 0, recoveryCodes: 0 });
  });
});

describe("an operator, where the policy requires a factor", () => {
  test("sets one up before a session starts, and keeps it", async () => {
    const person = await opened.createPerson();
    await makeOperator(person);
    const browser = new TestBrowser(opened);
    const service = new URLSearchParams({ service: opened.shop.service });
    const pending = await browser.signIn(person, `?${service}`);
    expect(pending.location).toBe(`/cas/login/set-up?${service}`);
    expect(await sessionsOf(person)).toEqual([]);
    const page = await browser.follow(pending);
    expect(page.screen("set-up-codes").because).toBe("operator");
    expect((await browser.get("/account")).location).toContain("/cas/login?");
    const done = await confirm(browser, page, codeOf(opened, secretOf(page)));
    const { continueTo, token } = done.screen("recovery-codes");
    expect(await sessionsOf(person)).toMatchObject([{ amr: ["pwd", "otp", "mfa"] }]);
    expect((await browser.get(continueTo)).location).toContain("ticket=ST-");
    const off = await browser.post("/account/security/codes/off", { token });
    expect([off.status, off.screen("refused").code]).toEqual([409, "operator_needs_factor"]);
    const next = new TestBrowser(opened);
    expect((await next.signIn(person)).location).toBe("/cas/login/factor");
  });

  test("whose sign-in has ended starts again", async () => {
    const person = await opened.createPerson();
    await makeOperator(person);
    const browser = new TestBrowser(opened);
    const page = await browser.follow(await browser.signIn(person));
    await opened.advance(601);
    const answer = await confirm(browser, page, codeOf(opened, secretOf(page)));
    expect((await browser.follow(answer)).screen("login").error).toMatchObject({ code: "sign_in_expired" });
    expect(await factorsOf(person)).toMatchObject({ codesSince: null });
  });
});

test("a user with one-time codes is not asked to set them up", async () => {
  const person = await createPersonWithCodes(opened);
  const browser = new TestBrowser(opened);
  await browser.signIn(person);
  const answer = await browser.get("/cas/login/set-up");
  expect((await browser.follow(answer)).screen("login").error).toMatchObject({ code: "sign_in_expired" });
});

describe("ASVS 6.3.3 a pending sign-in of a user with a passkey", () => {
  test("is not completed by setting up one-time codes", async () => {
    const person = await opened.createPerson();
    await givePasskey(opened, person);
    const browser = new TestBrowser(opened);
    await browser.signIn(person);
    const answer = await browser.get("/cas/login/set-up");
    expect((await browser.follow(answer)).screen("login").error).toMatchObject({ code: "sign_in_expired" });
    expect(await sessionsOf(person)).toEqual([]);
  });

  test("neither by a form that was opened before the passkey was added", async () => {
    const person = await opened.createPerson();
    await makeOperator(person);
    const browser = new TestBrowser(opened);
    const page = await browser.follow(await browser.signIn(person));
    await givePasskey(opened, person);
    const answer = await confirm(browser, page, codeOf(opened, secretOf(page)));
    expect((await browser.follow(answer)).screen("login").error).toMatchObject({ code: "sign_in_expired" });
    expect(await factorsOf(person)).toEqual({ codesSince: null, passkeys: 1, recoveryCodes: 0 });
    expect(await sessionsOf(person)).toEqual([]);
  });
});
