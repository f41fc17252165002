import { createHash } from "node:crypto";
import type { GatehouseAuthError, GatehouseAuthErrorCode } from "../log/gatehouse-auth-error.ts";
import { signInUrl } from "../site/sign-in-url.ts";

/** Neutral colours with a contrast of 7:1; every target is 44 px high. */
const style = [
  ":root{color-scheme:light dark;--paper:#f6f6f5;--ink:#17191c;--quiet:#484c52;--line:#7f838a}",
  "@media(prefers-color-scheme:dark){:root{--paper:#141517;--ink:#eeeeec;--quiet:#b6babf;--line:#7d828a}}",
  "body{font:16px/1.5 system-ui,sans-serif;margin:0;padding:15vh 24px 24px;background:var(--paper);color:var(--ink)}",
  "main{max-width:26rem;margin:0 auto}",
  "h1{font-size:1.5rem;line-height:1.25;margin:0 0 12px;text-wrap:balance}",
  "p,form,details{margin:0 0 16px;overflow-wrap:anywhere}",
  ".ways{display:flex;flex-wrap:wrap;gap:12px;margin:24px 0}",
  ".ways a,button{display:inline-flex;align-items:center;min-height:44px;box-sizing:border-box;padding:8px 18px;border:1px solid var(--line);border-radius:8px;background:none;color:inherit;font:inherit;font-weight:600;text-decoration:none;cursor:pointer}",
  ".ways>:first-child{border-color:var(--ink);background:var(--ink);color:var(--paper)}",
  ":focus-visible{outline:3px solid var(--ink);outline-offset:2px}",
  "small,details{color:var(--quiet);font-size:.875rem}code{font:inherit}",
  "summary{padding:12px 0;cursor:pointer}details p{margin:0}",
].join("");
const styleHash = createHash("sha256").update(style).digest("base64");

interface Words {
  readonly status: number;
  readonly title: string;
  readonly text: string;
  /** Text of the link to continue. */
  readonly next?: string;
  /** The page has a folded section with the error's message for the site's developer. */
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
  session_over: { ...again, text: "You were signed out while it was under way. Please sign in again." },
  callback_malformed: again,
  callback_altered: { ...again, text: "The address was changed on the way. Please sign in again." },
  no_ticket: again,
  sign_in_too_old: again,
  sign_in_too_weak: {
    status: 403,
    title: "This page needs a stronger sign-in",
    text: "The sign-in service did not ask you for a second step, so this page stays closed. Please tell the operator of this site.",
    next: "Try again",
    mendable: true,
  },
  issuer_mismatch: again,
  declined: {
    status: 403,
    title: "You are not signed in",
    text: "You chose not to sign in to this site. It received no data about you.",
    next: "Sign in",
  },
  cookies_refused: {
    status: 400,
    title: "Your browser does not keep our cookies",
    text: "Signing in needs cookies. Allow them for this site in your browser's settings, then sign in again.",
    mendable: true,
  },
  session_not_kept: {
    status: 400,
    title: "Your browser did not keep the sign-in",
    text: "You signed in, but your browser came back without it. Allow cookies for this site in your browser's settings, then sign in again.",
    mendable: true,
  },
  groups_too_many: {
    status: 500,
    title: "You are in too many groups for this site",
    text: "Your sign-in did not complete, because this site cannot take so many groups. Please tell the operator of the sign-in.",
    mendable: true,
  },
  profile_too_large: {
    status: 500,
    title: "Your name is too long for this site",
    text: "Your sign-in did not complete. Please ask the operator of the sign-in for a shorter name or email address.",
    mendable: true,
  },
  request_refused: {
    status: 403,
    title: "That did not come from this site",
    text: "For your safety we did nothing. Go back to the site and try from there.",
    mendable: true,
  },
};

/** An error with the reference of its line in the log. */
interface LoggedError {
  readonly error: GatehouseAuthError;
  readonly reference: string;
}

/** The variable parts of a page that a user continues from. */
interface Occasion extends LoggedError {
  /** The path to return to, checked by `parseReturnTo`. */
  readonly returnTo: string;
}

/**
 * The page for an error: its reason, the next step, and a reference of the line in the log. Works without scripts and
 * without the site's assets. Of the request it repeats only the path to return to, as a link.
 */
export function errorPage(occasion: Occasion): Response {
  const said = words[occasion.error.code] ?? ours;
  return page(said, occasion, links(said.next ?? "Sign in again", signInUrl(occasion.returnTo)));
}

/** The page for a signed-in user while the hub cannot be asked. */
export function unavailablePage(occasion: Occasion): Response {
  const { returnTo } = occasion;
  const self = `/api/auth/unavailable?${new URLSearchParams({ returnTo })}`;
  return page(waiting, occasion, links("Try again", self));
}

/** The page after a sign-out that the hub could not be told. */
export function signedOutHerePage(logged: LoggedError, hubUrl: string): Response {
  const ways = `<form class="ways" method="post" action="/api/auth/sign-out"><button>Sign out of all sites</button><a href="/">Start page</a></form>`;
  const reply = page(leftHereAlone, logged, ways, `'self' ${hubUrl}`);
  // With `no-referrer` the form would come with `Origin: null`, which is refused.
  reply.headers.set("referrer-policy", "same-origin");
  return reply;
}

/** The page for a browser that opens a page of a user who has just signed out at this site. */
export function signedOutPage(returnTo: string): Response {
  const text = "Sign in to see this page.";
  const ways = links("Sign in", signInUrl(returnTo));
  return respond(200, "<title>You signed out</title>", `<h1>You signed out</h1><p>${text}</p>${ways}`);
}

function links(next: string, href: string): string {
  return `<p class="ways"><a href="${escapeHtml(href)}">${next}</a><a href="/">Start page</a></p>`;
}

function page(
  { status, title, text, mendable }: Words,
  { error, reference }: LoggedError,
  actions: string,
  formAction?: string,
): Response {
  // The message names settings, and of their values at most addresses that browsers are redirected to.
  const mending = `<details><summary>For the operator of this site</summary><p>${escapeHtml(error.message)}</p></details>`;
  const main = `<h1>${title}</h1><p>${text}</p>
${actions}
<p><small>Reference ${reference} · Code <code>${error.code}</code></small></p>${mendable ? mending : ""}`;
  return respond(status, `<title>Error: ${title}</title>`, main, formAction);
}

function respond(status: number, title: string, main: string, formAction = "'none'"): Response {
  const html = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
${title}<style>${style}</style></head>
<body><main>${main}</main></body></html>`;
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
