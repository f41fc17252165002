import type { Database } from "@gatehouse/database";
import { testClockOf } from "@gatehouse/database/test-clock";
import { poolOf } from "@gatehouse/database/test-pool";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import type { Dispatcher } from "../outbox/dispatcher.ts";
import { eventually } from "../test-support/eventually.ts";
import { freePort } from "../test-support/free-port.ts";
import { type MailCatcher, openMailCatcher } from "../test-support/mail-catcher.ts";
import { createMemoryLog } from "../test-support/memory-log.ts";
import { openTestDatabase } from "../test-support/test-database.ts";
import type { MailComposers } from "./compose.ts";
import { createMailDispatcher, type MailTransport } from "./mail-dispatcher.ts";
import { createMailServer, smtpOptions } from "./mail-server.ts";

const hubUrl = "https://login.example.com";
const { log, lines } = createMemoryLog();
let database: Database;
let catcher: MailCatcher;
const dispatchers: Dispatcher[] = [];

beforeAll(async () => {
  database = await openTestDatabase();
});
beforeEach(async () => {
  catcher = await openMailCatcher();
  await testClockOf(database).reset();
  await poolOf(database).query("TRUNCATE mails");
  lines.length = 0;
});
afterEach(async () => {
  vi.restoreAllMocks();
  await Promise.all(dispatchers.splice(0).map((dispatcher) => dispatcher.close()));
  await catcher.close();
});
afterAll(() => database.close());

const content = {
  subject: "Hello",
  paragraphs: ["A paragraph."],
  button: { label: "Go on", href: `${hubUrl}/on` },
  why: "you asked.",
  ifNotYou: "ignore it.",
};
const composers: MailComposers = {
  "sign-up": async () => content,
  "password-reset": async () => null,
  invitation: async () => {
    throw new Error("the composer failed");
  },
};

function serverAt(port: number): MailTransport {
  const server = { host: "127.0.0.1", port, implicitTls: false, from: "Gatehouse <login@example.com>" };
  return createMailServer(smtpOptions(server, undefined), { sender: server.from, hubUrl });
}

function openDispatcher(transport: MailTransport = serverAt(catcher.port)): Dispatcher {
  const dispatcher = createMailDispatcher({ mails: database.mails, composers, transport, hubUrl, log });
  dispatchers.push(dispatcher);
  return dispatcher;
}

const queue = (recipient = "ada@example.com", kind = "sign-up") => database.mails.queue({ kind, recipient });
const outcomes = async () =>
  (await database.mails.list(100)).map(({ recipient, state, detail }) => [recipient, state, detail]);
const advance = (seconds: number) => testClockOf(database).advance(seconds);

test("a queued mail goes to its recipient, and no second time", async () => {
  await queue();
  const dispatcher = openDispatcher();
  await dispatcher.drain();
  await advance(86_400);
  await dispatcher.drain();
  expect(catcher.caught.map(({ from, to, parsed }) => [from, to, parsed.subject])).toEqual([
    ["login@example.com", ["ada@example.com"], "Hello"],
  ]);
  expect(await outcomes()).toEqual([["ada@example.com", "sent", "250"]]);
});

test("a composer that has nothing to send ends the mail", async () => {
  await queue("nobody@example.com", "password-reset");
  await openDispatcher().drain();
  expect(catcher.attempts).toBe(0);
  expect(await outcomes()).toEqual([["nobody@example.com", "dropped", ""]]);
});

describe("temporary failures", () => {
  test.each(["sender", "recipient", "data"] as const)(
    "a 4xx reply to the %s: sent at a later attempt",
    async (step) => {
      catcher.refuse(step, { code: 451, text: "4.7.1 try again later" });
      await queue();
      const dispatcher = openDispatcher();
      await dispatcher.drain();
      await dispatcher.drain();
      expect(await outcomes()).toEqual([["ada@example.com", "pending", "451 4.7.1"]]);
      catcher.refuse(step, undefined);
      await advance(11);
      await dispatcher.drain();
      expect(catcher.caught.map(({ to }) => to)).toEqual([["ada@example.com"]]);
      expect(await outcomes()).toEqual([["ada@example.com", "sent", "250"]]);
    },
  );

  test("a server that is down: queueing succeeds, and the mail goes out when it is back", async () => {
    const port = await freePort();
    await queue();
    const dispatcher = openDispatcher(serverAt(port));
    await dispatcher.drain();
    expect(await outcomes()).toEqual([["ada@example.com", "pending", "ESOCKET ECONNREFUSED"]]);
    await advance(11);
    await openDispatcher().drain();
    expect(catcher.caught).toHaveLength(1);
  });

  test("a sender that the server refuses is the operator's to mend: the mail waits", async () => {
    catcher.refuse("sender", { code: 553, text: "5.7.1 not your address" });
    await queue();
    await openDispatcher().drain();
    expect(await outcomes()).toEqual([["ada@example.com", "pending", "553 5.7.1"]]);
  });

  test("pauses grow, and the mail is given up after a day", async () => {
    catcher.refuse("recipient", { code: 450, text: "4.2.0 mailbox busy" });
    await queue();
    const dispatcher = openDispatcher();
    const attempts: number[] = [];
    for (const [hours, step] of [
      [1, 30],
      [23, 1800],
      [24, 1800],
    ] as const) {
      for (let second = 0; second < hours * 3600; second += step) {
        await dispatcher.drain();
        await advance(step);
      }
      attempts.push(catcher.attempts);
    }
    expect(attempts).toEqual([7, 11, 12]);
    expect(await outcomes()).toEqual([["ada@example.com", "given-up", "450 4.2.0"]]);
  });

  test("a composer that fails is logged, and asked again", async () => {
    await queue("ada@example.com", "invitation");
    await openDispatcher().drain();
    expect(await outcomes()).toEqual([["ada@example.com", "pending", "not composed"]]);
    expect(lines.join("\n")).toContain("the composer failed");
  });

  test("a kind of a newer version waits for it", async () => {
    await queue("ada@example.com", "new-in-next-version");
    await openDispatcher().drain();
    expect(await outcomes()).toEqual([["ada@example.com", "pending", "not composed"]]);
  });
});

describe("permanent failures", () => {
  test.each(["recipient", "data"] as const)("a 5xx reply to the %s ends the mail at once", async (step) => {
    catcher.refuse(step, { code: 550, text: "5.1.1 <ada@example.com> unknown" });
    await queue();
    const dispatcher = openDispatcher();
    await dispatcher.drain();
    await advance(86_400);
    await dispatcher.drain();
    expect(catcher.attempts).toBe(1);
    expect(await outcomes()).toEqual([["ada@example.com", "given-up", "550 5.1.1"]]);
  });

  test("a recipient that is no address is never passed on", async () => {
    await queue("ada@example.com, eve@example.com");
    await queue("ada@example.com>\r\nRCPT TO:<eve@example.com");
    await openDispatcher().drain();
    expect(catcher.attempts).toBe(0);
    expect((await outcomes()).map(([, state, detail]) => [state, detail])).toEqual([
      ["given-up", "not an address"],
      ["given-up", "not an address"],
    ]);
  });
});

describe("several hubs and crashes", () => {
  test("two hubs on one database send each mail once", async () => {
    const recipients = Array.from({ length: 12 }, (_, number) => `p${number}@example.com`);
    for (const recipient of recipients) await queue(recipient);
    await Promise.all([openDispatcher().drain(), openDispatcher().drain()]);
    expect(catcher.caught.flatMap(({ to }) => to).toSorted()).toEqual(recipients.toSorted());
  });

  test("a mail that a crash cut off between sending and recording is sent again with the same id", async () => {
    await queue();
    vi.spyOn(database.mails, "record").mockRejectedValueOnce(new Error("the process is gone"));
    const dispatcher = openDispatcher();
    await dispatcher.drain();
    expect(catcher.caught).toHaveLength(1);
    await dispatcher.drain();
    expect(catcher.caught).toHaveLength(1);
    await advance(61);
    await dispatcher.drain();
    expect(catcher.caught).toHaveLength(2);
    expect(new Set(catcher.caught.map(({ parsed }) => parsed.messageId)).size).toBe(1);
    expect(await outcomes()).toEqual([["ada@example.com", "sent", "250"]]);
  });

  test("close waits for a mail that is being sent, and starts no other", async () => {
    const release = catcher.hold();
    await queue();
    const dispatcher = openDispatcher();
    expect(dispatcher.wake()).toBeUndefined();
    await eventually(() => expect(catcher.attempts).toBe(1));
    const closed = dispatcher.close();
    await queue("later@example.com");
    dispatcher.wake();
    release();
    await closed;
    expect(catcher.caught.flatMap(({ to }) => to)).toEqual(["ada@example.com"]);
    expect(await outcomes()).toContainEqual(["ada@example.com", "sent", "250"]);
  });

  test("close gives up waiting for a server that never answers; the mail stays in the queue", async () => {
    const release = catcher.hold();
    await queue();
    const dispatcher = openDispatcher();
    dispatcher.wake();
    await eventually(() => expect(catcher.attempts).toBe(1));
    await dispatcher.close();
    expect(await outcomes()).toEqual([["ada@example.com", "pending", "EABORT"]]);
    release();
  });

  test("a queue that cannot be read is logged, and wake never throws", async () => {
    vi.spyOn(database.mails, "claim").mockRejectedValueOnce(new Error("database gone"));
    openDispatcher().wake();
    await eventually(() => expect(lines.join()).toContain("database gone"));
  });
});

describe("without a mail server", () => {
  test("outside production the row keeps the mail", async () => {
    await queue();
    await openDispatcher("keep").drain();
    const [kept] = await database.mails.list(1);
    expect(kept?.state).toBe("kept");
    expect(kept?.content).toMatchObject({
      subject: "Hello",
      text: expect.stringContaining("A paragraph."),
      link: `${hubUrl}/on`,
    });
  });

  test("in production it is given up at once", async () => {
    await queue();
    await openDispatcher("none").drain();
    expect(await outcomes()).toEqual([["ada@example.com", "given-up", "SMTP_URL is not set"]]);
  });
});

test("each attempt is logged with its outcome, and without address and text", async () => {
  await queue();
  await queue("eve@example.com", "password-reset");
  await openDispatcher().drain();
  const logged = lines.map((line) => JSON.parse(line)).toSorted((a, b) => a.kind.localeCompare(b.kind));
  expect(logged).toMatchObject([
    { level: "info", event: "mail.tried", kind: "password-reset", state: "dropped", attempt: 1 },
    { level: "info", event: "mail.tried", kind: "sign-up", state: "sent", detail: "250", attempt: 1 },
  ]);
  catcher.refuse("recipient", { code: 550, text: "5.1.1 <ada@example.com> unknown" });
  await queue();
  await openDispatcher().drain();
  expect(JSON.parse(lines.at(-1) ?? "")).toMatchObject({
    level: "warn",
    state: "given-up",
    detail: "550 5.1.1",
  });
  expect(lines.join()).not.toContain("@example.com");
});
