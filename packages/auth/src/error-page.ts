import { createHash } from "node:crypto";
import type { GatehouseAuthError, GatehouseAuthErrorCode } from "./gatehouse-auth-error.ts";
import { signInUrl } from "./sign-in-url.ts";

const style =
  ":root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;margin:0;padding:15vh 24px}main{max-width:26rem;margin:0 auto}h1{font-size:1.5rem;line-height:1.25;margin:0 0 16px}p,form,details{margin:0 0 16px;overflow-wrap:anywhere}a{color:inherit;margin-inline-end:24px}button{font:inherit;padding:8px 16px}small,details{opacity:.8}details{font-size:.875rem}summary{cursor:pointer}details p{margin:8px 0 0}";
const styleHash = createHash("sha256").update(style).digest("base64");

interface Words {
  readonly status: number;
  readonly title: string;
  readonly text: string;
  /** On the link that goes on. */
  readonly next?: string;
  /** The developer of the site can mend it, and is told how. */
  readonly mendable?: boolean;
}

const silent: Words = {
  status: 503,
  title: "You cannot sign in right now",
  text: "The sign-in service does not answer. What you have on this site is kept. Wait a moment, then try again.",
  next: "Try again",
};
const waiting: Words = {
  status: 503,
  title: "We cannot check your sign-in right now",
  text: "You are still signed in. Wait a moment, then try again.",
  next: "Try again",
};
const leftHereAlone: Words = {
  status: 503,
  title: "You signed out of this site only",
  text: "The sign-in service does not answer, so you may still be signed in there and on other sites. Try again before you leave this browser to somebody else.",
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
  next: "Try again",
  mendable: true,
};
const words: Partial<Record<GatehouseAuthErrorCode, Words>> = {
  hub_unreachable: silent,
  hub_url_wrong: { ...ours, status: 503 },
  hub_url_other_name: { ...ours, status: 503 },
  internal: { ...ours, mendable: false },
  ticket_refused: again,
  state_mismatch: again,
  session_over: again,
  callback_malformed: again,
  callback_altered: { ...again, text: "The address was changed on the way. Please sign in again." },
  no_ticket: again,
  sign_in_too_old: again,
  issuer_mismatch: again,
  declined: {
    status: 403,
    title: "You are not signed in",
    text: "You chose not to sign in to this site. Nothing was told to it.",
    next: "Sign in",
  },
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

/** What a page tells besides its words. */
interface Occasion {
  readonly error: GatehouseAuthError;
  /** Leads to the line in the log. */
  readonly reference: string;
  /** The path to come back to, judged by `parseReturnTo`. */
  readonly returnTo: string;
}

/**
 * What people see instead of an error: one calm sentence, what to do, and a reference
 * code that leads to the line in the log. Works without scripts and without the site's
 * own assets. Of the request it repeats only where to come back to, as a link.
 */
export function errorPage(occasion: Occasion): Response {
  const said = words[occasion.error.code] ?? ours;
  return page(said, occasion, links(said.next ?? "Sign in again", signInUrl(occasion.returnTo)));
}

/** For a signed-in person while the hub cannot be asked. */
export function unavailablePage(occasion: Occasion): Response {
  const { returnTo } = occasion;
  const self = `/api/auth/unavailable?${new URLSearchParams({ returnTo })}`;
  return page(waiting, occasion, links("Try again", self));
}

/** For somebody who signed out while the hub could not be told. */
export function signedOutHerePage(occasion: Occasion, hubUrl: string): Response {
  const form = `<form method="post" action="/api/auth/sign-out"><button>Sign out everywhere</button></form>`;
  const reply = page(leftHereAlone, occasion, `${form}<p><a href="/">Start page</a></p>`, `'self' ${hubUrl}`);
  // With `no-referrer` the form would come with `Origin: null`, which is refused.
  reply.headers.set("referrer-policy", "same-origin");
  return reply;
}

function links(next: string, href: string): string {
  return `<p><a href="${escapeHtml(href)}">${next}</a><a href="/">Start page</a></p>`;
}

function page(
  { status, title, text, mendable }: Words,
  { error, reference }: Occasion,
  actions: string,
  formAction = "'none'",
): Response {
  // Our own sentence: it names settings, and of what is in them at most an address that browsers are sent to.
  const mending = `<details><summary>For the people who run this site</summary><p>${escapeHtml(error.message)}</p></details>`;
  const html = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Error: ${title}</title><style>${style}</style></head>
<body><main><h1>${title}</h1><p>${text}</p>
${actions}
<p><small>Reference ${reference} · Code <code>${error.code}</code></small></p>${mendable ? mending : ""}</main></body></html>`;
  const headers = new Headers({
    "content-type": "text/html; charset=utf-8",
    "content-security-policy": `default-src 'none'; style-src 'sha256-${styleHash}'; base-uri 'none'; form-action ${formAction}; frame-ancestors 'none'`,
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
  });
  if (status === 503) headers.set("retry-after", "10");
  return new Response(html, { status, headers });
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
