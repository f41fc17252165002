/** Against a mail server in the process, over the wire. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { SMTPServerOptions } from "smtp-server";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { MailServerSetting } from "../settings/setting-readers.ts";
import { createIssuedCertificate } from "../test-support/certificates.ts";
import { freePort } from "../test-support/free-port.ts";
import { type MailCatcher, openMailCatcher } from "../test-support/mail-catcher.ts";
import { createMailServer, openMailServer, smtpOptions } from "./mail-server.ts";
import { renderMail } from "./render-mail.ts";

const hubUrl = "https://login.example.com";
const host = "mail.example.test";
const issued = createIssuedCertificate(host);
let folder: string;
let authorityFile: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "gatehouse-mail-"));
  authorityFile = join(folder, "authority.pem");
  await writeFile(authorityFile, issued.authority);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const catchers: MailCatcher[] = [];
afterEach(async () => {
  await Promise.all(catchers.splice(0).map((catcher) => catcher.close()));
});

async function openCatcher(options?: SMTPServerOptions): Promise<MailCatcher> {
  const catcher = await openMailCatcher(options);
  catchers.push(catcher);
  return catcher;
}

const content = renderMail(
  { subject: "Hello", paragraphs: ["A paragraph."], why: "you asked.", ifNotYou: "ignore it." },
  hubUrl,
);
const mail = { id: "6b3f", recipient: "ada@example.com", content };
const setting: MailServerSetting = {
  host,
  port: 0,
  implicitTls: false,
  from: "Gatehouse <login@example.com>",
};

/** Sends as to a server elsewhere, which is the one in this process. */
function elsewhere(catcher: MailCatcher, more: Partial<MailServerSetting> = {}, ca?: string) {
  const options = smtpOptions({ ...setting, port: catcher.port, ...more }, ca);
  return createMailServer({ ...options, host: "127.0.0.1" }, { sender: setting.from, hubUrl });
}

/** Sends as to a server on loopback. */
function onLoopback(catcher: MailCatcher, from = setting.from) {
  const mailServer = { ...setting, host: "127.0.0.1", port: catcher.port, from };
  const server = openMailServer({ mailServer, certificateAuthorityFile: undefined, hubUrl });
  if (server === undefined) throw new Error("no mail server");
  return server;
}

describe("a mail", () => {
  test("has sender, recipient, subject, both texts, and no other recipient", async () => {
    const catcher = await openCatcher();
    expect(await onLoopback(catcher).send(mail)).toBe("250");
    const [caught] = catcher.caught;
    expect(caught).toMatchObject({ from: "login@example.com", to: ["ada@example.com"] });
    expect(caught?.parsed).toMatchObject({
      subject: "Hello",
      from: { value: [{ name: "Gatehouse", address: "login@example.com" }] },
      to: { value: [{ name: "", address: "ada@example.com" }] },
      text: expect.stringContaining("A paragraph."),
      html: expect.stringContaining("<p style"),
      messageId: "<6b3f@login.example.com>",
    });
    expect(caught?.parsed.headers.get("auto-submitted")).toBe("auto-generated");
    expect(caught?.parsed.attachments).toEqual([]);
  });

  test("keeps letters of every script in subject and text", async () => {
    const catcher = await openCatcher();
    const subject = "Grüße — 秘密 🔑";
    const rendered = renderMail({ ...plain, subject, paragraphs: [subject] }, hubUrl);
    await onLoopback(catcher).send({ ...mail, content: rendered });
    expect(catcher.caught[0]?.parsed.subject).toBe(subject);
    expect(catcher.caught[0]?.parsed.text).toContain(subject);
    expect(catcher.caught[0]?.raw).toMatch(/^[\r\n -~]*$/);
  });

  test.each([
    ["CR and LF", "Hello\r\nBcc: eve@example.com"],
    ["LF", "Hello\nBcc: eve@example.com\n\nanother body"],
    ["CR", "Hello\rBcc: eve@example.com"],
    ["NUL", "Hello\0Bcc: eve@example.com"],
    ["a line separator", "Hello\u2028Bcc: eve@example.com"],
    ["an encoded word", "=?utf-8?Q?Hello=0D=0ABcc:_eve@example.com?="],
  ])("a subject with %s makes no header", async (_, subject) => {
    const catcher = await openCatcher();
    await onLoopback(catcher).send({ ...mail, content: { ...content, subject } });
    const [caught] = catcher.caught;
    expect(caught?.to).toEqual(["ada@example.com"]);
    expect([...(caught?.parsed.headers.keys() ?? [])].toSorted()).toEqual(expectedHeaders);
    expect(caught?.parsed.text).toContain("A paragraph.");
  });

  test.each([
    "ada@example.com\r\nBcc: eve@example.com",
    "ada@example.com, eve@example.com",
    "ada@example.com>\r\nRCPT TO:<eve@example.com",
    "Eve <eve@example.com>",
    "ada\0@example.com",
    '"ada\r\n"@example.com',
  ])("is not sent to %j", async (recipient) => {
    const catcher = await openCatcher();
    const sent = onLoopback(catcher).send({ ...mail, recipient });
    await expect(sent).rejects.toMatchObject({ code: "not an address", permanent: true });
    expect(catcher.attempts).toBe(0);
  });
});

const plain = { subject: "Hello", paragraphs: [], why: "you asked.", ifNotYou: "ignore it." };
const expectedHeaders = [
  "auto-submitted",
  "content-type",
  "date",
  "from",
  "message-id",
  "mime-version",
  "subject",
  "to",
];

describe("MAIL_FROM", () => {
  test("may be an address alone", async () => {
    const catcher = await openCatcher();
    await onLoopback(catcher, "Login@Example.com").send(mail);
    expect(catcher.caught[0]?.parsed.from?.value).toEqual([{ name: "", address: "login@example.com" }]);
  });

  test.each([
    "Gatehouse",
    "Gatehouse <login@example.com",
    "Gatehouse\r\nBcc: eve@example.com <login@example.com>",
    "a@example.com, b@example.com",
    "Gatehouse <login@example.com> <b@example.com>",
    "login@localhost",
  ])("%j stops the start", async (from) => {
    const open = () =>
      openMailServer({ mailServer: { ...setting, from }, certificateAuthorityFile: undefined, hubUrl });
    expect(open).toThrow("MAIL_FROM should be an email address");
  });
});

describe("RFC 8314 3 encryption", () => {
  const starttls = { key: issued.key, cert: issued.cert };

  test("a server elsewhere gets mail over STARTTLS, with a certificate of an authority in CA_FILE", async () => {
    const catcher = await openCatcher(starttls);
    await elsewhere(catcher, {}, authorityFile).send(mail);
    expect(catcher.caught).toMatchObject([{ secure: true, to: ["ada@example.com"] }]);
  });

  test("a certificate of an unknown authority gets none", async () => {
    const catcher = await openCatcher(starttls);
    await expect(elsewhere(catcher).send(mail)).rejects.toMatchObject({ permanent: false });
    expect(catcher.caught).toEqual([]);
  });

  test("a certificate for another name gets none", async () => {
    const catcher = await openCatcher(starttls);
    const sent = elsewhere(catcher, { host: "other.example.test" }, authorityFile).send(mail);
    await expect(sent).rejects.toMatchObject({ permanent: false });
    expect(catcher.caught).toEqual([]);
  });

  test("a server elsewhere without STARTTLS gets neither mail nor password", async () => {
    let asked = 0;
    const catcher = await openCatcher({
      allowInsecureAuth: true,
      onAuth: (_, __, done) => {
        asked += 1;
        done(null, { user: "hub" });
      },
    });
    const sent = elsewhere(catcher, { user: "hub", password: "word" }, authorityFile).send(mail);
    await expect(sent).rejects.toMatchObject({ permanent: false });
    expect([catcher.caught, asked]).toEqual([[], 0]);
  });

  test("smtps: is encrypted from the first byte", async () => {
    const catcher = await openCatcher({ ...starttls, secure: true });
    await elsewhere(catcher, { implicitTls: true }, authorityFile).send(mail);
    expect(catcher.caught).toMatchObject([{ secure: true }]);
  });

  test("on loopback mail goes out as it is, also where the offered certificate is not valid", async () => {
    const catcher = await openCatcher(starttls);
    await onLoopback(catcher).send(mail);
    expect(catcher.caught).toMatchObject([{ secure: false }]);
  });
});

describe("authentication", () => {
  const options: SMTPServerOptions = {
    key: issued.key,
    cert: issued.cert,
    onAuth: ({ username, password }, _, done) =>
      username === "hub@example.com" && password === "p@ss:word/"
        ? done(null, { user: username })
        : done(Object.assign(new Error("5.7.8 wrong"), { responseCode: 535 })),
  };
  const credentials = { user: "hub@example.com", password: "p@ss:word/" };

  test("sends as the user of SMTP_URL", async () => {
    const catcher = await openCatcher(options);
    await elsewhere(catcher, credentials, authorityFile).send(mail);
    expect(catcher.caught).toMatchObject([{ user: "hub@example.com" }]);
  });

  test("with a wrong password is the operator's to mend: the mail can be sent later", async () => {
    const catcher = await openCatcher(options);
    const server = elsewhere(catcher, { ...credentials, password: "wrong" }, authorityFile);
    await expect(server.send(mail)).rejects.toMatchObject({ code: "535 5.7.8", permanent: false });
    await expect(server.verify()).rejects.toMatchObject({ code: "535 5.7.8" });
  });
});

describe("a check of the server", () => {
  test("connects and signs in, and sends nothing", async () => {
    const catcher = await openCatcher();
    await onLoopback(catcher).verify();
    expect(catcher.attempts).toBe(0);
  });

  test("reports a server that is down, and one that does not speak SMTP", async () => {
    const down = { ...setting, host: "127.0.0.1", port: await freePort() };
    const server = openMailServer({ mailServer: down, certificateAuthorityFile: undefined, hubUrl });
    await expect(server?.verify()).rejects.toMatchObject({ code: "ESOCKET ECONNREFUSED" });
    const other = createServer((socket) => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n")).listen(
      down.port,
      "127.0.0.1",
    );
    await expect(server?.verify()).rejects.toMatchObject({ code: expect.stringMatching(/^E/) });
    other.close();
  });
});
