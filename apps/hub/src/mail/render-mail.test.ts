import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import type { MailContent } from "./compose.ts";
import { renderMail } from "./render-mail.ts";

const hubUrl = "https://login.example.com";
const content: MailContent = {
  subject: "A subject",
  paragraphs: ["First.", "Second."],
  facts: [{ label: "When", value: "today" }],
  button: { label: "Go on", href: `${hubUrl}/on?a=1&b=2` },
  why: "you asked for it.",
  ifNotYou: "ignore this mail.",
};

test("the text has everything in a readable order, the link on a line of its own, and the hub's origin at its end", () => {
  expect(renderMail(content, hubUrl).text).toBe(
    [
      "First.",
      "",
      "Second.",
      "",
      "When: today",
      "",
      "Go on:",
      `${hubUrl}/on?a=1&b=2`,
      "",
      "Why you get this mail: you asked for it.",
      "",
      "If it was not you: ignore this mail.",
      "",
      "-- ",
      `Gatehouse, ${hubUrl}`,
      "",
    ].join("\n"),
  );
});

test("the HTML has the same, and its link works", () => {
  const { html, link } = renderMail(content, hubUrl);
  const words = html.replace(/<style>[\s\S]*<\/style>|<[^>]*>/g, " ").replace(/\s+/g, " ");
  for (const part of [
    "A subject",
    "First.",
    "Second.",
    "When: today",
    "Go on",
    content.why,
    content.ifNotYou,
  ])
    expect(words).toContain(part);
  expect(words.trim().endsWith(`Gatehouse, ${hubUrl}`)).toBe(true);
  expect(html).toContain(`href="${hubUrl}/on?a=1&amp;b=2"`);
  expect(link).toBe(`${hubUrl}/on?a=1&b=2`);
});

test.each(["\n", "\r\n\r\n", "\u2028", "\u0085", "\u202e"])(
  "a fact stays in its line, whatever a user put into it (%j)",
  (separator) => {
    const facts = [{ label: "Name", value: `key${separator}Your account is blocked` }];
    const { text, html } = renderMail({ ...content, facts }, hubUrl);
    expect(text).toContain("\n\nName: key Your account is blocked\n\n");
    expect(html).toContain("key Your account is blocked</p>");
  },
);

test("without a button there is no link", () => {
  const { button: _, ...rest } = content;
  const { html, text, link } = renderMail(rest, hubUrl);
  expect(link).toBeNull();
  expect(html).not.toContain("<a ");
  expect(html).not.toContain("undefined");
  expect(text).not.toContain("undefined");
});

test("nothing is loaded from anywhere: no picture, no style sheet, no font, no script", () => {
  const { html } = renderMail(content, hubUrl);
  expect(html).not.toMatch(/<(?:img|link|script|iframe|object|svg)\b|\bsrc=|url\(|@import|@font-face/i);
  expect([...html.matchAll(/https?:\/\/[^\s"<]+/g)].map(([url]) => new URL(url).origin)).toEqual(
    Array(3).fill(hubUrl),
  );
});

test("text is escaped in HTML, and cannot leave an attribute", () => {
  const evil = `<img src=x onerror=alert(1)> & "quoted" 'single'`;
  const { html } = renderMail(
    {
      subject: evil,
      paragraphs: [evil],
      facts: [{ label: evil, value: evil }],
      button: { label: evil, href: `${hubUrl}/"onclick="x` },
      why: evil,
      ifNotYou: evil,
    },
    hubUrl,
  );
  expect(html).not.toContain("<img");
  expect(html).not.toContain('"onclick=');
  expect(html.split("&lt;img src=x onerror=alert(1)&gt; &amp; &quot;quoted&quot;")).toHaveLength(9);
});

test("its colours are the hub's, light and dark", () => {
  const tokens = readFileSync(
    new URL("../../../../packages/ui/src/styles/tokens.css", import.meta.url),
    "utf8",
  );
  const [light = "", dark = ""] = [/:root \{(.*?)\}/s, /dark\) \{\s+:root \{(.*?)\}/s].map(
    (block) => block.exec(tokens)?.[1] ?? "",
  );
  const { html } = renderMail(content, hubUrl);
  const [, ofDark = ""] = /<style>(.*?)<\/style>/s.exec(html) ?? [];
  const colours = (text: string) => new Set(text.match(/#[0-9a-f]{6}\b/g));
  const ofLight = html.replace(ofDark, "");
  expect(colours(ofDark).size).toBeGreaterThanOrEqual(6);
  expect(colours(ofLight).size).toBeGreaterThanOrEqual(6);
  for (const colour of colours(ofDark)) expect(dark).toContain(colour);
  for (const colour of colours(ofLight)) expect(light).toContain(colour);
});
