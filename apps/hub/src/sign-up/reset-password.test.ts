/** Forgotten passwords, over HTTP. */
import { poolOf } from "@gatehouse/database/test-pool";
import { testRecord } from "@gatehouse/database/test-record";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { type BrowserAnswer, openTestHub, TestBrowser, type TestHub, type TestPerson } from "../test-hub.ts";
import { mailedLink, sendForm } from "../test-support/mailed-link.ts";
import { mailsTo } from "../test-support/read-mails.ts";

let opened: TestHub;
beforeAll(async () => {
  opened = await openTestHub();
});
afterAll(() => opened.close());

const password = "seven green boats at noon";

async function requestLink(identifier: string, browser = new TestBrowser(opened), query = "") {
  const page = await browser.get(`/forgot-password${query}`);
  return sendForm(browser, page, "forgot-password", { identifier });
}

/** A user with a link. */
async function withLink(username: string, query = "") {
  const person = await opened.createPerson({ username });
  await requestLink(username, undefined, query);
  return { person, path: await mailedLink(opened.hub, `${username}@example.com`) };
}

async function reset(path: string, typed: Readonly<Record<string, string>> = {}): Promise<BrowserAnswer> {
  const browser = new TestBrowser(opened);
  return sendForm(browser, await browser.get(path), "reset-password", { password, ...typed });
}
const signsIn = async (person: Pick<TestPerson, "username">, typed: string) =>
  (await new TestBrowser(opened).signIn({ username: person.username, password: typed })).location ===
  "/account";

test("the link changes the password, ends the sessions, signs nobody in and tells the user", async () => {
  const { person, path } = await withLink("ada");
  const signedIn = new TestBrowser(opened);
  await signedIn.signIn(person);
  const browser = new TestBrowser(opened);
  const page = await browser.get(path);
  expect(page.screen("reset-password").person).toEqual({ name: "Person ada", username: "ada" });
  const done = await sendForm(browser, page, "reset-password", { password });
  expect(done).toMatchObject({ status: 303, location: "/cas/login?prompt=login" });
  expect((await browser.follow(done)).screen("login")).toMatchObject({
    reason: "password-reset",
    username: "ada",
  });
  expect((await browser.get("/account")).status).toBe(303);
  expect((await signedIn.get("/account")).status).toBe(303);
  expect(await signsIn(person, person.password)).toBe(false);
  expect(await signsIn(person, password)).toBe(true);
  expect((await mailsTo(opened.hub, "ada@example.com")).map(({ kind }) => kind)).toEqual(
    expect.arrayContaining(["password-changed", "password-reset"]),
  );
});

test("a change of address that waits for the mail server is void after it", async () => {
  const { person, path } = await withLink("abel");
  const thief = new TestBrowser(opened);
  await thief.signIn(person);
  const { token } = (await thief.get("/account/email")).screen("account-email");
  await thief.post("/account/email", { token, email: "thief@example.org" });
  await opened.hub.mail.drain();
  // As after an attempt that the mail server refused for now.
  const pool = poolOf(opened.hub.database);
  await pool.query(
    "UPDATE mails SET state = 'pending', content = NULL, settled_at = NULL WHERE recipient = 'thief@example.org'",
  );
  expect((await reset(path)).status).toBe(303);
  expect(await mailsTo(opened.hub, "thief@example.org")).toEqual([]);
});

test("a browser that was known and used the link stays known, any other is new after it", async () => {
  const person = await opened.createPerson({ username: "agnes" });
  const known = new TestBrowser(opened);
  await known.signIn(person);
  const resetWith = async (browser: TestBrowser, chosen: string) => {
    await requestLink("agnes");
    const page = await browser.get(await mailedLink(opened.hub, "agnes@example.com"));
    await sendForm(browser, page, "reset-password", { password: chosen });
    await browser.signIn({ username: "agnes", password: chosen });
  };
  const announced = async () =>
    (await mailsTo(opened.hub, "agnes@example.com")).filter(({ kind }) => kind === "new-browser").length;
  await resetWith(known, password);
  expect(await announced()).toBe(0);
  await resetWith(new TestBrowser(opened), "nine red boats at dawn");
  expect(await announced()).toBe(1);
  await known.signIn({ username: "agnes", password: "nine red boats at dawn" });
  expect(await announced()).toBe(2);
});

test("the current password is refused with a sentence, and the link stays", async () => {
  const { person, path } = await withLink("anselm");
  const answer = await reset(path, { password: person.password });
  expect([answer.status, answer.screen("reset-password").error]).toEqual([
    400,
    "You have this password already. Sign in with it, or choose another one.",
  ]);
  expect(await signsIn(person, person.password)).toBe(true);
  expect((await reset(path)).status).toBe(303);
});

test("the sign-in after it leads to the site that the user came from", async () => {
  const { service } = opened.shop;
  const { path } = await withLink("berta", `?service=${encodeURIComponent(service)}`);
  const { location } = await reset(path);
  expect(new URL(location, opened.origin).searchParams.get("service")).toBe(service);
});

test("ASVS 6.4.3 the sign-in after it asks for the second factor", async () => {
  const { person, path } = await withLink("cora");
  const { factors } = opened.hub.database;
  await factors.turnOnCodes(
    { personId: person.id, sealed: "sealed", step: 1, recoveryCodes: [] },
    testRecord,
  );
  await reset(path);
  const signIn = await new TestBrowser(opened).signIn({ username: "cora", password });
  expect(signIn.location).toMatch(/^\/cas\/login\/factor/);
});

test("a password that is too short to be the only factor is stored as such", async () => {
  const { factors, passwords } = opened.hub.database;
  const [short, long] = [await withLink("clara"), await withLink("conny")];
  for (const { person } of [short, long])
    await factors.turnOnCodes(
      { personId: person.id, sealed: "sealed", step: 1, recoveryCodes: [] },
      testRecord,
    );
  expect((await reset(short.path, { password: "kX4!vq9z" })).status).toBe(303);
  expect((await reset(long.path)).status).toBe(303);
  expect(await passwords.find(short.person.id)).toMatchObject({ standsAlone: false });
  expect(await passwords.find(long.person.id)).toMatchObject({ standsAlone: true });
});

test("ASVS 6.3.8 an unknown, a known and a disabled user get the same answer, and one mail is queued for each", async () => {
  const [known, disabled] = [
    await opened.createPerson({ username: "dina" }),
    await opened.createPerson({ username: "edda" }),
  ];
  await opened.hub.database.people.setDisabled(disabled.id, true);
  const answers = await Promise.all(
    [known.username, "nobody", disabled.username].map((one) => requestLink(one)),
  );
  const shapes = answers.map(({ status, headers, screen }) => ({
    status,
    headers: Object.keys(headers),
    model: { ...screen("check-mail"), recipient: "" },
  }));
  expect(shapes[1]).toEqual(shapes[0]);
  expect(shapes[2]).toEqual(shapes[0]);
  await opened.hub.mail.drain();
  const states = await Promise.all(
    ["dina@example.com", "nobody", disabled.username].map(async (one) =>
      (await opened.hub.database.mails.list(5, one)).map(({ state }) => state),
    ),
  );
  expect(states).toEqual([["kept"], ["dropped"], ["dropped"]]);
});

test("a link can be requested by email address, in any case, and goes to the address of the account", async () => {
  await opened.createPerson({ username: "fanny" });
  await requestLink(" Fanny@Example.com ");
  expect(await mailedLink(opened.hub, "fanny@example.com")).toMatch(
    /^\/reset-password\?link=LINK-[0-9a-f]{64}$/,
  );
});

describe("a link", () => {
  test("that a mail scanner opens stays usable", async () => {
    const { person, path } = await withLink("gina");
    for (let index = 0; index < 3; index++)
      expect((await new TestBrowser(opened).get(path)).status).toBe(200);
    expect((await new TestBrowser(opened).send("HEAD", path)).status).toBe(200);
    await reset(path);
    expect(await signsIn(person, password)).toBe(true);
  });

  test("used twice changes nothing the second time, also from a page opened before", async () => {
    const { person, path } = await withLink("hella");
    const late = new TestBrowser(opened);
    const page = await late.get(path);
    await reset(path);
    const answer = await sendForm(late, page, "reset-password", { password: "nine blue trees at night" });
    expect(answer.status).toBe(410);
    expect(answer.screen("refused")).toMatchObject({
      code: "link_unusable",
      link: { label: "Ask for another link", href: "/forgot-password" },
    });
    expect((await late.get(path)).screen("refused").code).toBe("link_unusable");
    expect(await signsIn(person, password)).toBe(true);
  });

  test("by fifty concurrent forms is used once", async () => {
    const { path } = await withLink("inga");
    const pages = await Promise.all(
      Array.from({ length: 50 }, async () => {
        const browser = new TestBrowser(opened);
        return { browser, page: await browser.get(path) };
      }),
    );
    const answers = await Promise.all(
      pages.map(({ browser, page }) => sendForm(browser, page, "reset-password", { password })),
    );
    expect(answers.filter(({ status }) => status === 303)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 410)).toHaveLength(49);
  });

  test("answers one wrong guess of the current password, by its use: a concurrent right one is told nothing", async () => {
    const { person, path } = await withLink("ines");
    const pool = poolOf(opened.hub.database);
    const other = await pool.connect();
    await other.query("BEGIN");
    await other.query("SELECT FROM users WHERE id = $1 FOR UPDATE", [person.id]);
    const waits = (count: number) =>
      vi.waitFor(async () => {
        const { rowCount } = await other.query("SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock'");
        expect(rowCount).toBe(count);
      }, 5_000);
    const wrong = reset(path);
    await waits(1);
    const right = reset(path, { password: person.password });
    await waits(2).finally(() => other.query("COMMIT"));
    other.release();
    expect([(await wrong).status, (await right).status]).toEqual([303, 410]);
  });

  test("ASVS 6.5.5 works for ten minutes", async () => {
    const { path } = await withLink("jule");
    await opened.advance(599);
    expect((await new TestBrowser(opened).get(path)).status).toBe(200);
    await opened.advance(2);
    expect((await new TestBrowser(opened).get(path)).status).toBe(410);
  });

  test("serves no other purpose", async () => {
    const { path } = await withLink("kira");
    const query = path.slice(path.indexOf("?"));
    for (const other of ["/sign-up/account", "/invitation", "/email-change"])
      expect((await new TestBrowser(opened).get(other + query)).screen("refused").code).toBe("link_unusable");
    expect((await new TestBrowser(opened).get(path)).status).toBe(200);
  });

  test("of one user leaves the password and the session of another one alone", async () => {
    const { person: lara, path } = await withLink("lara");
    const mara = await opened.createPerson({ username: "mara" });
    const browser = new TestBrowser(opened);
    await browser.signIn(mara);
    const page = await browser.get(path);
    expect(page.screen("reset-password").person.username).toBe("lara");
    const done = await sendForm(browser, page, "reset-password", { password });
    expect((await browser.follow(done)).screen("login").signedIn?.username).toBe("mara");
    expect((await browser.get("/account")).status).toBe(200);
    expect(await signsIn(mara, mara.password)).toBe(true);
    expect(await signsIn(lara, password)).toBe(true);
  });

  test("voids the earlier ones of the same user", async () => {
    const { path: first } = await withLink("nora");
    await requestLink("nora@example.com");
    await reset(await mailedLink(opened.hub, "nora@example.com"));
    expect((await new TestBrowser(opened).get(first)).status).toBe(410);
  });

  test.each(["", "?link=", "?link=unknown", `?link=${"x".repeat(4000)}`, "?link=%00"])(
    "that is none is refused: %j",
    async (query) => {
      const { status } = await new TestBrowser(opened).get(`/reset-password${query}`);
      expect([400, 410]).toContain(status);
    },
  );
});

describe("a form", () => {
  test("of another browser is refused, and the link stays", async () => {
    const { path } = await withLink("olga");
    const page = await new TestBrowser(opened).get(path);
    const answer = await sendForm(new TestBrowser(opened), page, "reset-password", { password });
    expect(answer.status).toBe(403);
    expect(answer.screen("refused")).toMatchObject({ code: "form_token_wrong", link: { href: path } });
    expect((await new TestBrowser(opened).get(path)).status).toBe(200);
  });

  test("that another site posts is refused", async () => {
    const { path } = await withLink("paula");
    const browser = new TestBrowser(opened);
    const { hidden } = (await browser.get(path)).screen("reset-password");
    const fields = Object.fromEntries(hidden.map(({ name, value }) => [name, value]));
    const headers = { origin: "https://evil.example", "sec-fetch-site": "cross-site" };
    const answer = await browser.post("/reset-password", { ...fields, password }, headers);
    expect(answer.screen("refused").code).toBe("cross_site_request");
  });

  test("with a password of a megabyte, or of 600 characters, is refused and the link stays", async () => {
    const { path } = await withLink("quentin");
    expect((await reset(path, { password: "x".repeat(1_048_576) })).screen("refused").code).toBe(
      "body_too_large",
    );
    const long = await reset(path, { password: "long words ".repeat(60) });
    expect(long.status).toBe(400);
    expect(long.screen("reset-password").error).toBe("Use at most 512 characters.");
    expect((await reset(path)).status).toBe(303);
  });

  test("with the user's own name as password is refused with the reason", async () => {
    const { path } = await withLink("rosalind");
    const answer = await reset(path, { password: "Person rosalind ok7!" });
    expect(answer.screen("reset-password").error).toMatch(/rosalind/);
  });

  test.each([
    ["nothing", "", /Enter your username/],
    ["a line break", "sara\r\nBcc: all@example.com", /no username and no email/],
    ["300 characters", "s".repeat(300), /no username and no email/],
  ])("with %s instead of a name is refused, and no mail is queued", async (_, identifier, words) => {
    const before = (await opened.hub.database.mails.list(1))[0]?.id;
    const answer = await requestLink(identifier);
    expect([answer.status, answer.screen("forgot-password").error]).toEqual([
      400,
      expect.stringMatching(words),
    ]);
    expect((await opened.hub.database.mails.list(1))[0]?.id).toBe(before);
  });
});

describe("with throttling on", () => {
  let strict: TestHub;
  beforeAll(async () => {
    strict = await openTestHub({ environment: { LOGIN_THROTTLE: "on", TRUST_PROXY: "127.0.0.1" } });
  });
  afterAll(() => strict.close());

  async function requestFrom(address: string, identifier: string): Promise<BrowserAnswer> {
    const browser = new TestBrowser(strict, { "x-forwarded-for": address });
    const page = await browser.get("/forgot-password");
    return sendForm(browser, page, "forgot-password", { identifier });
  }

  test("a recipient, known or not, gets five mails in ten minutes, and one of them works at any time", async () => {
    await strict.createPerson({ username: "tina" });
    for (const identifier of ["tina", "unknown"]) {
      for (let index = 0; index < 5; index++) {
        const answer = await requestFrom("192.0.2.1", identifier);
        expect(answer.screen("check-mail").enough).toBe(false);
      }
      expect((await requestFrom("192.0.2.2", identifier)).screen("check-mail").enough).toBe(true);
    }
    expect(await mailsTo(strict.hub, "tina@example.com")).toHaveLength(5);
  });

  test("requests for another purpose keep no link from a user", async () => {
    const ulla = await strict.createPerson({ username: "ulla" });
    const email = `${ulla.username}@example.com`;
    const stranger = new TestBrowser(strict, { "x-forwarded-for": "192.0.2.31" });
    for (let index = 0; index < 5; index++)
      await sendForm(stranger, await stranger.get("/sign-up"), "sign-up", { email });
    expect((await requestFrom("192.0.2.32", email)).screen("check-mail").enough).toBe(false);
    expect(await mailedLink(strict.hub, email)).toMatch(/^\/reset-password\?link=/);
  });

  test("a network that requests many mails waits, and others do not", async () => {
    const ask = (address: string, index: number) => requestFrom(address, `someone${index}`);
    for (let index = 0; index < 60; index++) expect((await ask("192.0.2.9", index)).status).toBe(200);
    const refused = await ask("192.0.2.9", 60);
    expect(refused.status).toBe(429);
    expect(Number(refused.headers["retry-after"])).toBeGreaterThan(800);
    expect(refused.screen("refused").link).toEqual({ label: "Back to sign in", href: "/cas/login" });
    expect((await ask("192.0.2.10", 61)).status).toBe(200);
  });

  test("a new password works at once, after many wrong ones", async () => {
    const uma = await strict.createPerson({ username: "uma" });
    const browser = new TestBrowser(strict);
    for (let index = 0; index < 12; index++) await browser.signIn({ ...uma, password: "wrong" });
    await requestFrom("192.0.2.20", "uma");
    const page = await browser.get(await mailedLink(strict.hub, "uma@example.com"));
    await sendForm(browser, page, "reset-password", { password });
    expect((await browser.signIn({ ...uma, password })).location).toBe("/account");
  });

  test("without attempts left the page does not tell the current password from others, and accepts any", async () => {
    const vera = await strict.createPerson({ username: "vera" });
    const browser = new TestBrowser(strict);
    for (let index = 0; index < 6; index++) await browser.signIn({ ...vera, password: "wrong" });
    await requestFrom("192.0.2.21", "vera");
    const page = await browser.get(await mailedLink(strict.hub, "vera@example.com"));
    expect((await sendForm(browser, page, "reset-password", { password: vera.password })).status).toBe(303);
    expect((await browser.signIn(vera)).location).toBe("/account");
  });
});

test("without a mail server, production says that operators have links", async () => {
  const hub = await openTestHub({
    environment: { HUB_MODE: "production", HUB_URL: "https://hub.example", LOGIN_THROTTLE: "on" },
  });
  try {
    const page = await new TestBrowser(hub).get("/forgot-password");
    expect(page.screen("forgot-password").mailIsOff).toBe(true);
  } finally {
    await hub.close();
  }
});
