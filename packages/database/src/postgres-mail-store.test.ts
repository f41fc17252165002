import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import {
  createPerson,
  type DatabaseFixture,
  emptyDatabase,
  openDatabaseFixture,
} from "./database-fixture.ts";
import type { MailStore, QueuedMail } from "./mail-store.ts";

let fixture: DatabaseFixture;
let mails: MailStore;
beforeAll(async () => {
  fixture = await openDatabaseFixture();
});
beforeEach(async () => {
  await emptyDatabase(fixture.database);
  mails = fixture.database.mails;
});
afterAll(() => fixture.close());

const rendered = { subject: "Hello", text: "Hello, Ada", html: "<p>Hello, Ada</p>", link: null };

const queue = (recipient = "ada@example.com") => mails.queue({ kind: "sign-up", recipient });

async function claimOne(): Promise<QueuedMail> {
  const [mail] = await mails.claim(1, 60);
  if (!mail) throw new Error("nothing is due");
  return mail;
}

const states = async () => (await mails.list(10)).map(({ state, detail }) => [state, detail]);

describe("queueing", () => {
  test("a mail has its template, recipient, user and facts", async () => {
    const { id: personId } = await createPerson(fixture.database);
    await mails.queue({
      kind: "new-browser",
      recipient: "ada@example.com",
      personId,
      facts: { at: ["a", 1] },
    });
    expect(await claimOne()).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      kind: "new-browser",
      recipient: "ada@example.com",
      personId,
      facts: { at: ["a", 1] },
      createdAt: expect.any(Date),
      attempts: 0,
    });
  });

  test("characters that PostgreSQL does not store are replaced", async () => {
    await mails.queue({
      kind: "sign-up",
      recipient: "a\0@example.com",
      facts: { name: "A\0\ud800 \\u0000" },
    });
    expect(await claimOne()).toMatchObject({
      recipient: "a\ufffd@example.com",
      facts: { name: "A\ufffd\ufffd \\u0000" },
    });
  });
});

describe("claiming", () => {
  test("50 concurrent claims of one mail: exactly one gets it", async () => {
    await queue();
    const claims = await Promise.all(Array.from({ length: 50 }, () => mails.claim(10, 60)));
    expect(claims.flat()).toHaveLength(1);
  });

  test("concurrent dispatchers share the queue, and none gets a mail of another", async () => {
    for (let number = 0; number < 20; number += 1) await queue(`p${number}@example.com`);
    const claims = await Promise.all(Array.from({ length: 8 }, () => mails.claim(2, 60)));
    const rest = await mails.claim(20, 60);
    const recipients = [...claims.flat(), ...rest].map(({ recipient }) => recipient);
    expect(recipients).toHaveLength(20);
    expect(new Set(recipients).size).toBe(20);
    expect(claims.map((claimed) => claimed.length)).toEqual(Array(8).fill(2));
  });

  test("the mail that has been due for longest comes first", async () => {
    await queue("first@example.com");
    await queue("second@example.com");
    expect(await claimOne()).toMatchObject({ recipient: "first@example.com" });
  });

  test("a mail without a recorded result is due again after its lease, as a second attempt", async () => {
    await queue();
    await claimOne();
    await fixture.clock.advance(58);
    expect(await mails.claim(10, 60)).toEqual([]);
    await fixture.clock.advance(3);
    expect(await claimOne()).toMatchObject({ attempts: 1 });
  });
});

describe("recording", () => {
  test.each([
    { state: "sent", detail: "250 ok" },
    { state: "kept", content: rendered },
    { state: "dropped" },
    { state: "given-up", detail: "550 unknown" },
  ] as const)("$state: never due again", async (outcome) => {
    await queue();
    await mails.record((await claimOne()).id, outcome);
    await fixture.clock.advance(7 * 86_400);
    expect(await mails.claim(10, 60)).toEqual([]);
    expect(await states()).toEqual([[outcome.state, "detail" in outcome ? outcome.detail : ""]]);
  });

  test("pending: due again after the given seconds, not before", async () => {
    await queue();
    await mails.record((await claimOne()).id, { state: "pending", detail: "451", retryInSeconds: 300 });
    await fixture.clock.advance(295);
    expect(await mails.claim(10, 60)).toEqual([]);
    await fixture.clock.advance(6);
    expect(await claimOne()).toMatchObject({ attempts: 1 });
    expect(await states()).toEqual([["pending", "451"]]);
  });

  test("a detail has at most 200 characters, without NUL", async () => {
    await queue();
    const detail = `\0${"x".repeat(999)}`;
    await mails.record((await claimOne()).id, { state: "given-up", detail });
    expect(await states()).toEqual([["given-up", `\ufffd${"x".repeat(199)}`]]);
  });

  test("only a kept mail has content", async () => {
    await queue();
    const { id } = await claimOne();
    expect(await mails.find(id)).toMatchObject({ content: null });
    await mails.record(id, { state: "kept", content: rendered });
    expect(await mails.find(id)).toMatchObject({ recipient: "ada@example.com", content: rendered });
  });

  test("an attempt that found the address replaces the recipient", async () => {
    await queue();
    const { id } = await claimOne();
    await mails.record(id, { state: "kept", recipient: "found@example.com", content: rendered });
    expect(await mails.list(10, "found@example.com")).toMatchObject([{ id, content: rendered }]);
  });

  test("a slow attempt that reports late does not undo a sending", async () => {
    await queue();
    const { id } = await claimOne();
    await mails.record(id, { state: "sent", detail: "250" });
    await mails.record(id, { state: "pending", detail: "timeout", retryInSeconds: 1 });
    await mails.record(id, { state: "given-up", detail: "timeout" });
    expect(await states()).toEqual([["sent", "250"]]);
  });

  test("a mail that was given up and sent after all is sent", async () => {
    await queue();
    const { id } = await claimOne();
    await mails.record(id, { state: "given-up", detail: "timeout" });
    await mails.record(id, { state: "sent", detail: "250" });
    expect(await states()).toEqual([["sent", "250"]]);
  });
});

describe("listing", () => {
  test("newest first, of one recipient in any case, up to the limit", async () => {
    for (const recipient of ["ada@example.com", "bob@example.com", "Ada@example.com"]) {
      await queue(recipient);
      await fixture.clock.advance(1);
    }
    const recipients = async (...args: Parameters<MailStore["list"]>) =>
      (await mails.list(...args)).map(({ recipient }) => recipient);
    expect(await recipients(10)).toEqual(["ada@example.com", "bob@example.com", "ada@example.com"]);
    expect(await recipients(2)).toEqual(["ada@example.com", "bob@example.com"]);
    expect(await recipients(10, "ADA@example.com")).toEqual(["ada@example.com", "ada@example.com"]);
    expect(await recipients(10, "a_a@example.com")).toEqual([]);
    expect(await recipients(10, "\0")).toEqual([]);
  });

  test("an unknown id finds nothing", async () => {
    expect(await mails.find(randomUUID())).toBeNull();
    expect(await mails.find("none")).toBeNull();
  });
});

describe("keeping", () => {
  test("a mail survives the user: they are notified after their removal", async () => {
    const { id: personId } = await createPerson(fixture.database);
    await mails.queue({ kind: "deletion-due", recipient: "ada@example.com", personId });
    await fixture.database.people.remove(personId);
    expect(await claimOne()).toMatchObject({ personId });
  });

  test("a claimed mail survives kill -9, and is due again after its lease", async () => {
    await queue();
    await claimOne();
    mails = (await fixture.reopenAfterKill()).mails;
    expect(await mails.claim(10, 60)).toEqual([]);
    await fixture.clock.advance(61);
    expect(await claimOne()).toMatchObject({ recipient: "ada@example.com", attempts: 1 });
  });

  test("settled ones are deleted after a day, pending ones stay", async () => {
    await queue("sent@example.com");
    await mails.record((await claimOne()).id, { state: "sent", detail: "250" });
    await queue("pending@example.com");
    expect(await mails.sweep(10)).toBe(0);
    await fixture.clock.advance(25 * 3600);
    expect(await fixture.database.sweep(10)).toBe(1);
    expect((await mails.list(10)).map(({ recipient }) => recipient)).toEqual(["pending@example.com"]);
  });
});
