import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { hubRoutes } from "../hub.ts";
import { openTestHub, TestBrowser, type TestHub } from "../test-hub.ts";
import { mailsTo } from "../test-support/read-mails.ts";

let opened: TestHub;
let browser: TestBrowser;
beforeAll(async () => {
  opened = await openTestHub();
  browser = new TestBrowser(opened, { host: new URL(opened.origin).host });
});
afterAll(() => opened.close());

const pages = async (query = "") => (await browser.get(`/dev/mail${query}`)).screen("dev-mails");

describe("/dev/mail", () => {
  test("lists mails newest first, filters by recipient, and opens each with links that work", async () => {
    const { queueMail } = opened.hub;
    await queueMail({ kind: "password-changed", recipient: "ada@example.com", facts: {} });
    await opened.advance(1);
    await queueMail({ kind: "new-browser", recipient: "bob@example.com", facts: {} });
    await opened.hub.mail.drain();
    const { mails, recipient } = await pages();
    expect(recipient).toBe("");
    expect(mails.map((mail) => [mail.recipient, mail.kind, mail.state, mail.subject])).toEqual([
      ["bob@example.com", "new-browser", "kept", "New sign-in to your account"],
      ["ada@example.com", "password-changed", "kept", "Your password was changed"],
    ]);
    const filtered = await pages("?to=%20ADA%40example.com");
    expect(filtered.mails.map((mail) => mail.recipient)).toEqual(["ada@example.com"]);
    const { mail, text } = (await browser.get(filtered.mails[0]?.address ?? "")).screen("dev-mail");
    expect(mail.subject).toBe("Your password was changed");
    const links = text?.flatMap(({ href }) => href ?? []) ?? [];
    expect(links[0]).toBe(`${opened.origin}/account`);
    expect(new Set(links.map((link) => new URL(link).origin))).toEqual(new Set([opened.origin]));
    const whole = text?.map((part) => part.text).join("");
    const [kept] = await mailsTo(opened.hub, "ada@example.com");
    expect(whole).toBe(kept?.text);
  });

  test("a mail that is gone has a page that says so", async () => {
    for (const id of ["none", "00000000-0000-4000-8000-000000000000"]) {
      const answer = await browser.get(`/dev/mail/${id}`);
      expect([answer.status, answer.screen("refused").code]).toEqual([404, "mail_unknown"]);
    }
  });

  test("a page of another host name gets nothing, even if the name leads to this machine", async () => {
    const rebound = new TestBrowser(opened, { host: "rebound.example" });
    const { status, body } = await rebound.get("/dev/mail");
    expect([status, JSON.parse(body).error]).toEqual([421, "misdirected_request"]);
  });

  test("production has no such page", () => {
    const settings = { ...opened.hub.settings, mode: "production" as const };
    const paths = (hub: TestHub["hub"]) => hubRoutes(hub, undefined).map(({ path }) => path);
    expect(paths(opened.hub)).toContain("/dev/mail");
    expect(paths({ ...opened.hub, settings }).filter((path) => path.startsWith("/dev/"))).toEqual([]);
  });
});
