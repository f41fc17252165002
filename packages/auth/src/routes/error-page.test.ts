/** The pages for errors, called without a site. */
import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { GatehouseAuthError, type GatehouseAuthErrorCode } from "../log/gatehouse-auth-error.ts";
import { errorPage, signedOutHerePage, signedOutPage, unavailablePage } from "./error-page.ts";

const occasion = (code: GatehouseAuthErrorCode, detail?: string, returnTo = "/cart?a=1") => ({
  error: new GatehouseAuthError(code, detail),
  reference: "K7Q2M9",
  returnTo,
});
const startPage = '<a href="/">Start page</a>';
const signIn = (text: string) =>
  `<p class="ways"><a href="/api/auth/sign-in?returnTo=%2Fcart%3Fa%3D1">${text}</a>${startPage}</p>`;
/** The content of `<body>`, and its title. */
async function shown(reply: Response): Promise<{ title: string; main: string }> {
  const [, title = "", main = ""] =
    /^<!doctype html>\n<html lang="en"><head>.*\n<title>(.*)<\/title><style>[^<]*<\/style><\/head>\n<body><main>(.*)<\/main><\/body><\/html>$/s.exec(
      await reply.text(),
    ) ?? [];
  return { title, main };
}

describe("an error page", () => {
  test("runs no script, loads nothing, is not framed and not kept, and sends no Referer", async () => {
    const reply = errorPage(occasion("ticket_refused"));
    const [, style = ""] = /<style>(.*)<\/style>/s.exec(await reply.text()) ?? [];
    const hash = createHash("sha256").update(style).digest("base64");
    expect(style).toContain("color-scheme");
    expect(Object.fromEntries(reply.headers)).toEqual({
      "cache-control": "no-store",
      "content-security-policy": `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
      "content-type": "text/html; charset=utf-8",
      "referrer-policy": "no-referrer",
      "x-content-type-options": "nosniff",
      "x-frame-options": "DENY",
    });
  });

  test("says the reason, the next step, the reference of the log line and the code", async () => {
    const reply = errorPage(occasion("ticket_refused"));
    expect(reply.status).toBe(400);
    expect(await shown(reply)).toEqual({
      title: "Error: This sign-in did not complete",
      main: `<h1>This sign-in did not complete</h1><p>It took too long or was used before. Nothing is lost: please sign in again.</p>
${signIn("Sign in again")}
<p><small>Reference K7Q2M9 · Code <code>ticket_refused</code></small></p>`,
    });
  });

  test("for a hub that is down, asks to try again, after ten seconds", async () => {
    const reply = errorPage(occasion("hub_unreachable"));
    expect([reply.status, reply.headers.get("retry-after")]).toEqual([503, "10"]);
    const { title, main } = await shown(reply);
    expect(title).toBe("Error: You cannot sign in right now");
    expect(main).toContain(signIn("Try again"));
    expect(main).not.toContain("<details>");
  });

  test("for a fault that only the site's operator can mend, has the message for them, escaped", async () => {
    const reply = errorPage(occasion("hub_answer", `<b class="a" id='b'> & more.`));
    expect([reply.status, reply.headers.get("retry-after")]).toEqual([500, null]);
    const { title, main } = await shown(reply);
    expect(title).toBe("Error: Sign-in is not working");
    const message =
      "&#60;b class=&#34;a&#34; id=&#39;b&#39;&#62; &#38; more. The hub&#39;s answer was not understood.";
    expect(main).toContain(
      `</small></p><details><summary>For the operator of this site</summary><p>${message}`,
    );
    expect(main).toMatch(/<\/p><\/details>$/);
  });

  test.each<[GatehouseAuthErrorCode, number, string]>([
    ["hub_url_wrong", 503, "Sign-in is not working"],
    ["internal", 500, "Sign-in is not working"],
    ["callback_altered", 400, "This sign-in did not complete"],
    ["sign_in_too_weak", 403, "This page needs a stronger sign-in"],
    ["declined", 403, "You are not signed in"],
    ["cookies_refused", 400, "Your browser does not keep our cookies"],
    ["session_not_kept", 400, "Your browser did not keep the sign-in"],
    ["groups_too_many", 500, "You are in too many groups for this site"],
    ["profile_too_large", 500, "Your name is too long for this site"],
    ["request_refused", 403, "That did not come from this site"],
    ["settings_missing", 500, "Sign-in is not working"],
  ])("for %s has status %i and the title “%s”", async (code, status, title) => {
    const reply = errorPage(occasion(code));
    expect([reply.status, (await shown(reply)).title]).toEqual([status, `Error: ${title}`]);
  });
});

describe("the page for a signed-in user while the hub is down", () => {
  test("reloads itself, not the sign-in", async () => {
    const reply = unavailablePage(occasion("hub_unreachable"));
    expect([reply.status, reply.headers.get("retry-after")]).toEqual([503, "10"]);
    const { title, main } = await shown(reply);
    expect(title).toBe("Error: We cannot check your sign-in right now");
    expect(main).toContain("<p>You are still signed in. Wait a moment, then try again.</p>");
    expect(main).toContain(
      `<p class="ways"><a href="/api/auth/unavailable?returnTo=%2Fcart%3Fa%3D1">Try again</a>${startPage}</p>`,
    );
  });
});

describe("the pages after a sign-out", () => {
  test("that the hub could not be told: a form to sign out of all sites, which reaches site and hub with its Origin", async () => {
    const reply = signedOutHerePage(occasion("hub_unreachable"), "https://hub.example");
    expect([reply.status, reply.headers.get("referrer-policy")]).toEqual([503, "same-origin"]);
    expect(reply.headers.get("content-security-policy")).toContain(
      "; form-action 'self' https://hub.example; ",
    );
    const { title, main } = await shown(reply);
    expect(title).toBe("Error: You signed out of this site only");
    expect(main).toContain(
      `<form class="ways" method="post" action="/api/auth/sign-out"><button>Sign out of all sites</button>${startPage}</form>`,
    );
  });

  test("that a page of a user is asked for: no error, no form, a link to sign in", async () => {
    const reply = signedOutPage("/cart?a=1");
    expect([reply.status, reply.headers.get("retry-after")]).toEqual([200, null]);
    expect(reply.headers.get("content-security-policy")).toContain("; form-action 'none'; ");
    expect(await shown(reply)).toEqual({
      title: "You signed out",
      main: `<h1>You signed out</h1><p>Sign in to see this page.</p>${signIn("Sign in")}`,
    });
  });
});
