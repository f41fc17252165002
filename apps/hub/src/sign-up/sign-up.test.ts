/** Sign-up and invitation, over HTTP. */

import { poolOf } from "@gatehouse/database/test-pool";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type BrowserAnswer, openTestHub, TestBrowser, type TestHub } from "../test-hub.ts";
import { mailedLink, sendForm } from "../test-support/mailed-link.ts";
import { mailsTo } from "../test-support/read-mails.ts";
import { makeLink, makeLinkPath } from "./link.ts";

let opened: TestHub;
beforeAll(async () => {
  opened = await openTestHub();
});
afterAll(() => opened.close());

const password = "seven green boats at noon";
const dora = { name: "Dora Example", username: "dora", password };
let count = 0;
const newEmail = () => `new${++count}@example.com`;

async function requestLink(browser: TestBrowser, email: string, query = ""): Promise<BrowserAnswer> {
  return sendForm(browser, await browser.get(`/sign-up${query}`), "sign-up", { email });
}

/** Opens the page behind the link that was mailed to a new address. */
async function openLink(browser = new TestBrowser(opened), email = newEmail(), query = "") {
  await requestLink(browser, email, query);
  const path = await mailedLink(opened.hub, email);
  return { browser, email, path, page: await browser.get(path) };
}

const errorsOf = (answer: BrowserAnswer) =>
  Object.fromEntries(answer.screen("new-account").errors.map(({ field, text }) => [field, text]));

describe("a sign-up", () => {
  test("asks for the address, mails a link, creates the account behind it and signs in", async () => {
    const { browser, email, page } = await openLink();
    expect(page.screen("new-account")).toMatchObject({ kind: "sign-up", email, username: "", errors: [] });
    expect(await opened.hub.database.people.findForSignIn(email)).toBeNull();
    const done = await sendForm(browser, page, "new-account", dora);
    expect(done).toMatchObject({ status: 303, location: "/account" });
    expect((await browser.get("/account")).status).toBe(200);
    expect(await opened.hub.database.people.findForSignIn("dora")).toMatchObject({
      person: { name: "Dora Example", email },
    });
    const id = (await opened.hub.database.people.findForSignIn("dora"))?.person.id ?? "";
    expect(await opened.hub.database.passwords.find(id)).toMatchObject({ standsAlone: true });
    const other = new TestBrowser(opened);
    expect((await other.signIn({ username: email, password })).location).toBe("/account");
  });

  test("leads back to the site that the user came from, in another browser too", async () => {
    const { service } = opened.shop;
    const query = `?service=${encodeURIComponent(service)}`;
    const { path } = await openLink(new TestBrowser(opened), newEmail(), query);
    const phone = new TestBrowser(opened);
    const page = await phone.get(path);
    expect(page.screen("new-account").site).toMatchObject({ name: expect.any(String) });
    const done = await sendForm(phone, page, "new-account", { ...dora, username: "of-the-shop" });
    expect(done.location.startsWith(`${service}?ticket=ST-`)).toBe(true);
  });

  test("keeps neither a foreign service nor a foreign page", async () => {
    const browser = new TestBrowser(opened);
    const foreign = await browser.get("/sign-up?service=https%3A%2F%2Fevil.example%2F");
    expect(foreign.screen("refused").code).toBe("service_unknown");
    const page = await browser.get("/sign-up?return=https%3A%2F%2Fevil.example%2F");
    expect(page.screen("sign-up").hidden.map(({ name }) => name)).toEqual(["token"]);
  });

  test("ASVS 6.3.8 an address with an account gets the same answer, and a mail that says so", async () => {
    const ann = await opened.createPerson({ username: "ann" });
    const [known, unknown] = await Promise.all(
      ["ann@example.com", newEmail()].map((email) => requestLink(new TestBrowser(opened), email)),
    );
    const shape = (answer: BrowserAnswer | undefined) => ({
      status: answer?.status,
      headers: Object.keys(answer?.headers ?? {}),
      model: { ...answer?.screen("check-mail"), recipient: "" },
    });
    expect(shape(known)).toEqual(shape(unknown));
    const [mail] = await mailsTo(opened.hub, "ann@example.com");
    expect(mail?.subject).toBe("You have an account already");
    expect(mail?.link).toBe(`${opened.origin}/cas/login`);
    expect(mail?.text).toContain(`${opened.origin}/forgot-password`);
    expect((await opened.hub.database.people.findById(ann.id))?.name).toBe("Person ann");
  });

  test("refuses what cannot be an account, and keeps what was typed except the password", async () => {
    const { browser, email, page } = await openLink();
    const answer = await sendForm(browser, page, "new-account", { name: " ", username: "", password: "" });
    expect(answer.status).toBe(400);
    expect(errorsOf(answer)).toEqual({
      name: "Enter your name, as sites should show it.",
      username: "Choose a username.",
      password: "Choose a password.",
    });
    const typed = { name: "Eve", username: "eve", password: "short" };
    const again = await sendForm(browser, answer, "new-account", typed);
    expect(errorsOf(again)).toEqual({ password: "Use at least 15 characters." });
    expect(again.screen("new-account")).toMatchObject({
      name: "Eve",
      username: "eve",
      about: ["eve", "Eve", email],
    });
    expect(again.body.includes("short")).toBe(false);
    const own = await sendForm(browser, again, "new-account", { ...typed, password: "eve-eve-eve-eve-eve" });
    expect(Object.keys(errorsOf(own))).toEqual(["password"]);
  });

  test.each([
    ["Cyrillic letters", "аlice", /letters a to z/],
    ["an email address", "mallory@example.com", /letters, digits and/],
    ["a blank", "al ice", /letters, digits and/],
  ])("refuses a username with %s", async (_, username, words) => {
    const { browser, page } = await openLink();
    const answer = await sendForm(browser, page, "new-account", { ...dora, username });
    expect(errorsOf(answer)).toEqual({ username: expect.stringMatching(words) });
  });

  test("refuses a name with characters that turn the text around it", async () => {
    const { browser, page } = await openLink();
    const answer = await sendForm(browser, page, "new-account", {
      ...dora,
      username: "ann-of-the-name",
      name: "Ann \u202Enimda",
    });
    expect(errorsOf(answer)).toEqual({ name: expect.stringMatching(/invisible/) });
  });

  test("with a username that is taken asks for another one, and the link stays", async () => {
    await opened.createPerson({ username: "taken" });
    const { browser, page } = await openLink();
    const answer = await sendForm(browser, page, "new-account", { ...dora, username: "Taken" });
    expect(errorsOf(answer)).toEqual({ username: expect.stringMatching(/belongs to somebody else/) });
    const done = await sendForm(browser, answer, "new-account", { ...dora, username: "not-taken" });
    expect(done.location).toBe("/account");
  });

  test("a link asks for thirty usernames, and then tells of none whether it is taken", async () => {
    const strict = await openTestHub({ environment: { LOGIN_THROTTLE: "on" } });
    try {
      const taken = await strict.createPerson({ username: "taken-name" });
      const browser = new TestBrowser(strict);
      await requestLink(browser, "probe@example.com");
      const page = await browser.get(await mailedLink(strict.hub, "probe@example.com"));
      const send = (username: string) =>
        sendForm(browser, page, "new-account", { name: "Probe", username, use: "passkey" });
      for (let index = 0; index < 29; index++) expect((await send(`free-${index}`)).status).toBe(200);
      expect(errorsOf(await send(taken.username))).toEqual({
        username: expect.stringMatching(/belongs to somebody else/),
      });
      for (const username of [taken.username, "free"]) {
        const refused = await send(username);
        expect([refused.status, refused.screen("refused").code]).toEqual([429, "too_many_attempts"]);
        expect(Number(refused.headers["retry-after"])).toBeGreaterThan(0);
      }
    } finally {
      await strict.close();
    }
  });

  test("of two links to one address creates one account, and says so to the second", async () => {
    const email = newEmail();
    const [first, second] = [await openLink(undefined, email), await openLink(undefined, email)];
    const answers = await Promise.all(
      [first, second].map(({ browser, page }, index) =>
        sendForm(browser, page, "new-account", { ...dora, username: `twice${index}` }),
      ),
    );
    expect(answers.map(({ status }) => status).toSorted()).toEqual([303, 409]);
    const refused = answers.find(({ status }) => status === 409)?.screen("refused");
    expect(refused).toMatchObject({
      code: "email_taken",
      link: { label: "Go to sign in", href: "/cas/login" },
    });
  });

  test("in a browser in which somebody else is signed in says so first, and replaces the session", async () => {
    const fred = await opened.createPerson({ username: "fred" });
    const browser = new TestBrowser(opened);
    await browser.signIn(fred);
    const { page } = await openLink(browser);
    expect(page.screen("new-account").signedIn).toBe("Person fred");
    await sendForm(browser, page, "new-account", { ...dora, username: "after-fred" });
    expect((await browser.get("/account")).body).toContain("after-fred");
    const { rows } = await poolOf(opened.hub.database).query(
      "SELECT end_reason FROM sessions WHERE user_id = $1",
      [fred.id],
    );
    expect(rows).toEqual([{ end_reason: "replaced" }]);
  });
});

describe("an address for a sign-up", () => {
  test.each([
    ["empty", "", /Enter your email/],
    ["without a domain", "dora", /such as/],
    ["with Cyrillic letters", "аda@example.com", /can look like others/],
    ["with a header line", "dora@example.com\r\nBcc: all@example.com", /such as/],
    ["with two recipients", "a@example.com,b@example.com", /such as/],
    ["with a display name", "Dora <dora@example.com>", /such as/],
  ])("that is %s is refused, and no mail is queued", async (_, email, words) => {
    const before = (await opened.hub.database.mails.list(1))[0]?.id;
    const answer = await requestLink(new TestBrowser(opened), email);
    expect(answer.status).toBe(400);
    expect(answer.screen("sign-up").error).toMatch(words);
    expect((await opened.hub.database.mails.list(1))[0]?.id).toBe(before);
  });

  test("in capital letters with blanks around it is the same address", async () => {
    await requestLink(new TestBrowser(opened), "  Gisela@EXAMPLE.com ");
    expect(await mailedLink(opened.hub, "gisela@example.com")).toMatch(/^\/sign-up\/account\?link=/);
  });
});

describe("an invitation", () => {
  async function invite(username: string) {
    const { database, queueMail } = opened.hub;
    const email = `${username}@example.com`;
    const person = await database.people.create({
      username,
      name: username,
      email,
      operator: false,
      groups: ["staff"],
      password: null,
    });
    const send = () => queueMail({ kind: "invitation", recipient: email, personId: person.id, facts: {} });
    await send();
    return { person, email, send, path: await mailedLink(opened.hub, email) };
  }

  test("lets the user confirm the name and choose the password, but not another username", async () => {
    const { email, path, person } = await invite("ivan");
    const browser = new TestBrowser(opened);
    const page = await browser.get(path);
    expect(page.screen("new-account")).toMatchObject({ kind: "invitation", username: "ivan", name: "" });
    const typed = { name: "Ivan Example", username: "admin", password };
    const done = await sendForm(browser, page, "new-account", typed);
    expect(done.location).toBe("/account");
    expect(await opened.hub.database.people.findForSignIn(email)).toMatchObject({
      person: { ...person, name: "Ivan Example", emailVerified: true, knownBrowsersVersion: 2 },
      mustChange: false,
    });
    expect(await opened.hub.database.people.findForSignIn("admin")).toBeNull();
  });

  test("is not sent again once the user has a password, and the earlier link is void", async () => {
    const { email, send, path } = await invite("jana");
    const browser = new TestBrowser(opened);
    await sendForm(browser, await browser.get(path), "new-account", { ...dora, username: "jana" });
    await send();
    expect(await mailsTo(opened.hub, email)).toHaveLength(1);
    expect((await new TestBrowser(opened).get(path)).screen("refused").code).toBe("link_unusable");
  });

  test("comes again for an invited user who signs up", async () => {
    const { email } = await invite("karl");
    await requestLink(new TestBrowser(opened), email);
    expect((await mailsTo(opened.hub, email)).map(({ subject }) => subject)).toEqual([
      "You are invited to create your account",
      "You are invited to create your account",
    ]);
  });

  test("comes no more to a user who has signed in before and lost the only passkey", async () => {
    const { person, path, email } = await invite("kurt");
    await opened.hub.database.people.noteFirstSignIn(person.id);
    await requestLink(new TestBrowser(opened), email);
    const [mail] = await mailsTo(opened.hub, email);
    expect(mail?.subject).toBe("You have an account already");
    expect(await mailedLink(opened.hub, email)).toBe(path);
  });

  test("that an operator hands over does not verify the address, a mailed one does", async () => {
    const { hub, origin } = opened;
    const verified = async (id: string) =>
      (await poolOf(hub.database).query("SELECT email_verified FROM users WHERE id = $1", [id])).rows[0]
        .email_verified;
    const accept = async (path: string) => {
      const browser = new TestBrowser(opened);
      await sendForm(browser, await browser.get(path), "new-account", dora);
    };
    const [handed, mailed] = [await invite("lena"), await invite("mona")];
    const { verificationTokens } = hub.database;
    const link = await makeLink(
      { hubUrl: origin, verificationTokens },
      { purpose: "invitation", email: handed.email, personId: handed.person.id, mailed: false },
    );
    await accept(link.slice(origin.length));
    await accept(mailed.path);
    expect(await verified(handed.person.id)).toBeNull();
    expect(await verified(mailed.person.id)).toBeInstanceOf(Date);
  });
});

describe("SIGN_UP", () => {
  test("invitation: an unknown address gets no mail, an invited user another link", async () => {
    const hub = await openTestHub({ environment: { SIGN_UP: "invitation" } });
    try {
      const browser = new TestBrowser(hub);
      expect((await browser.get("/cas/login")).screen("login").otherWays.signUp).toEqual({
        mode: "invitation",
        href: "/sign-up",
      });
      await hub.hub.database.people.create({
        username: "nils",
        name: "Nils",
        email: "nils@example.com",
        operator: false,
        password: null,
      });
      for (const email of ["nobody@example.com", "nils@example.com"])
        expect((await requestLink(browser, email)).screen("check-mail")).toMatchObject({
          purpose: "invitation",
          recipient: email,
        });
      expect(await mailsTo(hub.hub, "nobody@example.com")).toEqual([]);
      expect(await mailedLink(hub.hub, "nils@example.com")).toMatch(/^\/invitation\?link=/);
      expect((await browser.get("/invitation?link=gone")).screen("refused").link).toEqual({
        label: "Ask for another link",
        href: "/sign-up",
      });
    } finally {
      await hub.close();
    }
  });

  test.each(["off", "invitation"])("%s: a link from before creates no account, and says so", async (mode) => {
    const hub = await openTestHub({ environment: { SIGN_UP: mode } });
    try {
      const { verificationTokens } = hub.hub.database;
      const link = { purpose: "sign-up", email: "late@example.com", personId: null, mailed: true } as const;
      const path = await makeLinkPath({ verificationTokens }, link);
      const browser = new TestBrowser(hub);
      const page = await browser.get(path);
      expect([page.status, page.screen("refused").code]).toEqual([403, "sign_up_closed"]);
    } finally {
      await hub.close();
    }
  });

  test("off: the page says so and takes no address", async () => {
    const hub = await openTestHub({ environment: { SIGN_UP: "off" } });
    try {
      const browser = new TestBrowser(hub);
      const answer = await requestLink(browser, "oskar@example.com");
      expect(answer.screen("sign-up").mode).toBe("off");
      expect(await hub.hub.database.mails.list(1)).toEqual([]);
      expect((await browser.get("/cas/login")).screen("login").otherWays.signUp).toBeNull();
    } finally {
      await hub.close();
    }
  });

  test("open: the sign-in page offers it with the destination of the sign-in", async () => {
    const { service } = opened.shop;
    const query = new URLSearchParams({ service, renew: "true" });
    const page = await new TestBrowser(opened).get(`/cas/login?${query}`);
    const there = new URLSearchParams({ service });
    expect(page.screen("login").otherWays).toEqual({
      forgotPassword: `/forgot-password?${there}`,
      signUp: { mode: "open", href: `/sign-up?${there}` },
    });
  });
});
