import { describe, expect, test } from "vitest";
import { noticeComposers } from "./notices.ts";
import type { FactorChange, MailToQueue } from "./queue-mail.ts";
import { renderMail } from "./render-mail.ts";

const hubUrl = "https://login.example.com";
const composers = noticeComposers({
  hubUrl,
  describeBrowser: (userAgent) => `described ${userAgent}`,
  isUnfinished: async () => true,
});
type Notice = Pick<MailToQueue, "kind" | "facts">;

async function compose({ kind, facts }: Notice) {
  const content = await composers[kind]?.({
    id: "m1",
    kind,
    recipient: "ada@example.com",
    personId: null,
    facts,
    createdAt: new Date("2026-12-01T14:05:00Z"),
    attempts: 0,
  });
  if (!content) throw new Error(`${kind} is not composed`);
  return content;
}

const browser = { address: "203.0.113.5", userAgent: "UA" };
const changes: readonly FactorChange[] = [
  "passkey-added",
  "passkey-removed",
  "codes-on",
  "codes-off",
  "recovery-codes-made",
  "recovery-code-used",
  "provider-linked",
  "provider-unlinked",
  "app-password-made",
];
const notices: readonly Notice[] = [
  { kind: "password-changed", facts: browser },
  { kind: "email-changed", facts: browser },
  { kind: "account-made", facts: { name: "Example Work", ...browser } },
  { kind: "new-browser", facts: browser },
  { kind: "repeated-failures", facts: browser },
  { kind: "sign-in-unfinished", facts: browser },
  { kind: "deletion-due", facts: { ...browser, dueAt: "2026-12-15T00:00:00.000Z" } },
  ...changes.map((change) => ({ kind: "factor-changed" as const, facts: { ...browser, change } })),
];

describe.each(notices.map((notice) => [Object.values(notice.facts).at(-1), notice] as const))(
  "%s",
  (_, notice) => {
    test("says when, with which browser and from where, why it was sent and what to do", async () => {
      const content = await compose(notice);
      expect(content.facts).toEqual([
        { label: "When", value: "1 December 2026 at 14:05 UTC" },
        { label: "With", value: "described UA" },
        { label: "From", value: "203.0.113.5" },
      ]);
      for (const text of [content.subject, ...content.paragraphs, content.why, content.ifNotYou])
        expect(text).toMatch(/\w{3}/);
    });

    test("leads to pages that ask for a sign-in, and to nothing else", async () => {
      const { text } = renderMail(await compose(notice), hubUrl);
      const links = (text.match(/https?:\/\/[^\s]+/g) ?? []).map((link) => link.replace(/[.,]$/, ""));
      for (const link of links) expect([hubUrl, `${hubUrl}/account`, `${hubUrl}/cas/login`]).toContain(link);
    });

    test("needs neither address nor browser", async () => {
      const { address: _address, userAgent: _userAgent, ...facts } = notice.facts as typeof browser;
      const { facts: shown } = await compose({ ...notice, facts } as Notice);
      expect(shown?.map(({ label }) => label)).toEqual(["When"]);
    });
  },
);

test("every subject says what happened, so that a list of mails can be read", async () => {
  const subjects = await Promise.all(notices.map(async (notice) => (await compose(notice)).subject));
  expect(new Set(subjects).size).toBe(notices.length);
});

test("a factor is named as the user named it", async () => {
  const facts = { change: "passkey-added", name: "Phone" } as const;
  expect((await compose({ kind: "factor-changed", facts })).facts?.[0]).toEqual({
    label: "Name",
    value: "Phone",
  });
});

test("a deletion names its day", async () => {
  const { subject } = await compose({ kind: "deletion-due", facts: { dueAt: "2026-12-15T00:00:00.000Z" } });
  expect(subject).toBe("Your account will be deleted on 15 December 2026");
});
