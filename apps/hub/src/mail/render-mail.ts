/** One template for every mail: plain text and HTML that reads well without pictures, which it does not have. */
import type { RenderedMail } from "@gatehouse/database";
import { html } from "hono/html";
import type { MailContent } from "./compose.ts";

/** Colours of `packages/ui/src/styles/tokens.css`, light and dark; mail programs know no variables. */
const light = { paper: "#f5f5f3", raised: "#ffffff", ink: "#17191c", quiet: "#484c52", line: "#dcdcd7" };
const dark = { paper: "#121315", raised: "#1a1c1f", ink: "#eeeeec", quiet: "#b6babf", line: "#303338" };
const button = { light: ["#17503d", "#ffffff"], dark: ["#8fd3b4", "#0a1f17"] } as const;

const font = "font-family: -apple-system, 'Segoe UI', Roboto, Helvetica, Arial, sans-serif";

/** @param hubUrl the hub's origin, in the footer of every mail */
export function renderMail(content: MailContent, hubUrl: string): RenderedMail {
  const shown = { ...content, facts: content.facts?.map(inOneLine) ?? [] };
  return {
    subject: content.subject,
    text: textOf(shown, hubUrl),
    html: String(htmlOf(shown, hubUrl)),
    link: content.button?.href ?? null,
  };
}

/** A name or a browser's description may hold line breaks, which would let it pass for a paragraph of the hub. */
function inOneLine({ label, value }: { readonly label: string; readonly value: string }) {
  return { label, value: value.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]+/gu, " ") };
}

function textOf(content: MailContent, hubUrl: string): string {
  const { paragraphs, facts = [], button } = content;
  return [
    ...paragraphs,
    ...(facts.length === 0 ? [] : [facts.map(({ label, value }) => `${label}: ${value}`).join("\n")]),
    ...(button === undefined ? [] : [`${button.label}:\n${button.href}`]),
    `Why you get this mail: ${content.why}`,
    `If it was not you: ${content.ifNotYou}`,
    `-- \nGatehouse, ${hubUrl}\n`,
  ].join("\n\n");
}

function htmlOf(content: MailContent, hubUrl: string) {
  const { subject, paragraphs, facts = [], button: action } = content;
  const paragraph = "margin: 0 0 16px";
  const quiet = `margin: 0 0 8px; color: ${light.quiet}; font-size: 14px; line-height: 1.5`;
  return html`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${subject}</title>
<style>
@media (prefers-color-scheme: dark) {
  .paper { background: ${dark.paper} !important; }
  .card { background: ${dark.raised} !important; border-color: ${dark.line} !important; color: ${dark.ink} !important; }
  .line { border-color: ${dark.line} !important; }
  .quiet { color: ${dark.quiet} !important; }
  .button { background: ${button.dark[0]} !important; color: ${button.dark[1]} !important; }
}
</style>
</head>
<body class="paper" style="margin: 0; padding: 0; background: ${light.paper}">
<table class="paper" role="presentation" width="100%" cellpadding="0" cellspacing="0" style="background: ${light.paper}">
<tr><td align="center" style="padding: 32px 16px">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" style="max-width: 480px; text-align: left">
<tr><td class="card" style="padding: 28px; border: 1px solid ${light.line}; border-radius: 16px; background: ${light.raised}; color: ${light.ink}; ${font}; font-size: 16px; line-height: 1.5">
<h1 style="margin: 0 0 16px; font-size: 20px; line-height: 1.3; font-weight: 600">${subject}</h1>
${paragraphs.map((text) => html`<p style="${paragraph}">${text}</p>\n`)}
${facts.map(({ label, value }) => html`<p style="${paragraph}"><span class="quiet" style="color: ${light.quiet}">${label}:</span> ${value}</p>\n`)}
${
  action &&
  html`<p style="margin: 24px 0"><a class="button" href="${action.href}" style="display: inline-block; padding: 12px 20px; border-radius: 8px; background: ${button.light[0]}; color: ${button.light[1]}; font-weight: 600; text-decoration: none">${action.label}</a></p>
<p class="quiet" style="${quiet}; word-break: break-all">If the button does not work, open this address: ${action.href}</p>`
}
<hr class="line" style="margin: 24px 0 16px; border: 0; border-top: 1px solid ${light.line}">
<p class="quiet" style="${quiet}"><strong>Why you get this mail:</strong> ${content.why}</p>
<p class="quiet" style="${quiet}"><strong>If it was not you:</strong> ${content.ifNotYou}</p>
</td></tr>
<tr><td class="quiet" style="padding: 16px 28px; color: ${light.quiet}; ${font}; font-size: 13px; line-height: 1.5">Gatehouse, ${hubUrl}</td></tr>
</table>
</td></tr>
</table>
</body>
</html>
`;
}
