import { createHash } from "node:crypto";
import type { GatehouseAuthErrorCode } from "./gatehouse-auth-error.ts";

const style =
  ":root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;margin:0;padding:15vh 24px}main{max-width:26rem;margin:0 auto}h1{font-size:1.5rem;line-height:1.25;margin:0 0 16px}p{margin:0 0 16px}a{color:inherit;margin-inline-end:24px}small{opacity:.8}";
const styleHash = createHash("sha256").update(style).digest("base64");

interface Words {
  readonly status: number;
  readonly title: string;
  readonly text: string;
}

const later: Words = {
  status: 503,
  title: "We cannot check your sign-in right now",
  text: "You are still signed in. Wait a moment, then load this page again.",
};
const again: Words = {
  status: 400,
  title: "This sign-in did not complete",
  text: "It took too long or was used before. Nothing is lost: please sign in again.",
};
const ours: Words = {
  status: 500,
  title: "Sign-in is not working",
  text: "This is a fault on our side. We have written it down. Please try again later.",
};
const words: Partial<Record<GatehouseAuthErrorCode, Words>> = {
  hub_unreachable: { ...later, text: "Please wait a moment, then try again." },
  ticket_refused: again,
  state_mismatch: again,
  session_over: again,
  callback_malformed: again,
  callback_altered: { ...again, text: "The address was changed on the way. Please sign in again." },
  no_ticket: again,
  cookies_refused: {
    status: 400,
    title: "Your browser does not keep our cookies",
    text: "Signing in needs cookies. Allow them for this site in your browser's settings, then sign in again.",
  },
  request_refused: {
    status: 403,
    title: "That did not come from this site",
    text: "For your safety we did nothing. Go back to the site and try from there.",
  },
};

/**
 * What people see instead of an error: one calm sentence, what to do, and a reference
 * code that leads to the line in the log. Works without scripts and without the site's
 * own assets, and repeats nothing that came with the request.
 */
export function errorPage(code: GatehouseAuthErrorCode, reference: string): Response {
  return page(words[code] ?? ours, reference);
}

/** For a signed-in person while the hub cannot be asked. */
export function unavailablePage(reference: string): Response {
  return page(later, reference);
}

function page({ status, title, text }: Words, reference: string): Response {
  const html = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Error: ${title}</title><style>${style}</style></head>
<body><main><h1>${title}</h1><p>${text}</p>
<p><a href="/api/auth/sign-in">Sign in again</a><a href="/">Start page</a></p>
<p><small>Reference ${reference}</small></p></main></body></html>`;
  const headers = new Headers({
    "content-type": "text/html; charset=utf-8",
    "content-security-policy": `default-src 'none'; style-src 'sha256-${styleHash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
  });
  if (status === 503) headers.set("retry-after", "10");
  return new Response(html, { status, headers });
}
