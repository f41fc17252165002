import { describe, expect, test } from "vitest";
import { openTestHub, TestBrowser, type TestHub } from "./test-hub.ts";
import { freePort } from "./test-support/free-port.ts";
import { openMailCatcher } from "./test-support/mail-catcher.ts";

test("a setting without effect is warned of at start, by name and without its value", async () => {
  const opened = await openTestHub({ environment: { REDIS_URL: "redis://:word@cache.internal" } });
  try {
    const warned = opened.lines.map((line) => JSON.parse(line)).filter(({ level }) => level === "warn");
    expect(warned).toEqual([
      expect.objectContaining({
        event: "setting.unused",
        setting: "REDIS_URL",
        msg: expect.stringContaining("does not use it yet"),
      }),
    ]);
    expect(opened.lines.join()).not.toContain("cache.internal");
  } finally {
    await opened.close();
  }
});

describe("a hub without a mail server", () => {
  const warnings = (opened: TestHub) =>
    opened.lines.map((line) => JSON.parse(line)).filter(({ event }) => event === "mail.disabled");

  test("says so once at its start in production, and gives its mails up", async () => {
    const opened = await openTestHub({ environment: { HUB_MODE: "production", LOGIN_THROTTLE: "on" } });
    try {
      expect(warnings(opened)).toEqual([expect.objectContaining({ level: "warn" })]);
      expect(opened.hub.mailIsOn).toBe(false);
      await opened.hub.queueMail({ kind: "password-changed", recipient: "ada@example.com", facts: {} });
      await opened.hub.mail.drain();
      expect(await opened.hub.database.mails.list(1)).toMatchObject([{ state: "given-up", content: null }]);
    } finally {
      await opened.close();
    }
  });

  test("keeps its mails elsewhere", async () => {
    const opened = await openTestHub();
    try {
      expect([warnings(opened), opened.hub.mailIsOn]).toEqual([[], true]);
    } finally {
      await opened.close();
    }
  });
});

test("a mail server that is down breaks no request: the mail goes out when it is back", async () => {
  const port = await freePort();
  const environment = { SMTP_URL: `smtp://127.0.0.1:${port}`, MAIL_FROM: "login@example.com" };
  const opened = await openTestHub({ environment });
  try {
    const person = await opened.createPerson();
    for (const _ of [1, 2]) expect((await new TestBrowser(opened).signIn(person)).location).toBe("/account");
    await opened.hub.mail.drain();
    expect(await opened.hub.database.mails.list(2)).toMatchObject([
      { kind: "new-browser", state: "pending", detail: "ESOCKET ECONNREFUSED", content: null },
    ]);
    const catcher = await openMailCatcher({}, port);
    await opened.advance(11);
    await opened.hub.mail.drain();
    await catcher.close();
    expect(catcher.caught.map(({ to, parsed }) => [to, parsed.subject])).toEqual([
      [[`${person.username}@example.com`], "New sign-in to your account"],
    ]);
  } finally {
    await opened.close();
  }
});
