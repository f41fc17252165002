import { renderToStaticMarkup } from "react-dom/server";
import { describe, expect, test } from "vitest";
import type {
  AppPasswordMadeScreen,
  AppsScreen,
  MakeAppPasswordScreen,
  Screens,
} from "../../src/screen/screen.ts";
import { renderScreen } from "../render-screen.tsx";
import { AppPasswordRows } from "./app-password-rows.tsx";

const at = new Date("2026-11-21T12:00:00Z");
const inAMonth = new Date("2026-12-21T12:00:00Z");
const accounts = { words: "see your accounts", at: "Harbour Bank" };
const appPassword: AppsScreen["appPasswords"][number] = {
  id: "a1",
  name: "Backup",
  allows: [accounts],
  createdAt: at,
  expiresAt: inAMonth,
  lastUsedAt: null,
  expired: false,
};
const form: MakeAppPasswordScreen = {
  personName: "Alice <b>",
  action: "/account/app-passwords/new",
  hidden: [{ name: "token", value: "token-1" }],
  name: "Backup",
  longestName: 60,
  scopes: [
    { ...accounts, field: "scope:bank:accounts.read", chosen: false },
    { words: "see who you are", at: null, field: "scope:account.read", chosen: true },
  ],
  lives: [
    { days: 7, chosen: false },
    { days: 30, chosen: true },
  ],
  errors: [],
};
const made: AppPasswordMadeScreen = {
  token: "token-1",
  name: "<b>Backup</b>",
  secret: "gh_secret",
  username: "alice",
  allows: [accounts],
  expiresAt: inAMonth,
};

function drawn<Name extends keyof Screens>(name: Name, model: Screens[Name]): string {
  return renderScreen({ name, model }).body;
}
const drawnForm = (over: Partial<MakeAppPasswordScreen> = {}) =>
  drawn("make-app-password", { ...form, ...over });
const rows = (...appPasswords: AppsScreen["appPasswords"]) =>
  renderToStaticMarkup(<AppPasswordRows appPasswords={appPasswords} token="token-1" now={at} />);
const textOf = (html: string) => html.replaceAll(/<[^>]+>/g, "").replaceAll(/\s+/g, " ");

test("the form names the user, because another one may have signed in since", () => {
  expect(drawnForm()).toContain("For the account of <bdi>Alice &lt;b&gt;</bdi>,");
});

test.each([
  ["the form", drawnForm()],
  [
    "the form with errors",
    drawnForm({ errors: ["name_missing", "scope_missing", "life_missing", "too_many"] }),
  ],
  ["the one look at it", drawn("app-password-made", made)],
])("%s has one heading, a skip link, and nothing that the policy forbids", (_, html) => {
  expect(html.match(/<h1\b/g)).toHaveLength(1);
  expect(html).toContain('href="#main"');
  expect(html).not.toMatch(/\sstyle=|<style|<script|\son[a-z]+=|placeholder=/);
});

describe("rows of app passwords", () => {
  test("state scopes, creation, last use and expiry in sentences", () => {
    const text = textOf(rows(appPassword));
    expect(text).toContain("It may see your accounts at Harbour Bank.");
    expect(text).toContain("Made just now, never used, expires on 21 December 2026");
    expect(textOf(rows({ ...appPassword, lastUsedAt: at }))).toContain("last used just now");
  });

  test("are revoked by a form with the token and the id, after a question", () => {
    const html = rows(appPassword);
    const details = html.match(/<details.*<\/details>/s)?.[0] ?? "";
    expect(details).toContain("This cannot be taken back.");
    expect(details).toContain('action="/account/app-passwords/revoke" method="post"');
    expect(details).toContain('name="token" value="token-1"');
    expect(details).toContain('name="app-password" value="a1"');
  });

  test("say that one has expired, and offer to remove it", () => {
    const text = textOf(rows({ ...appPassword, expired: true }));
    expect(text).toMatch(/Backup ?Expired/);
    expect(text).toContain("expired on 21 December 2026");
    expect(text).toContain("Remove it: Backup");
    expect(text).not.toContain("Revoke");
  });

  test("are replaced by a text that explains app passwords", () => {
    expect(textOf(rows())).toMatch(/You have none\..*appears here.*Make an app password/);
  });
});

describe("the form", () => {
  test("asks for name, scopes and life, and for nothing else", () => {
    const html = drawnForm();
    const controls = html
      .match(/<(input|select|textarea)\b[^>]*>/g)
      ?.map((tag) => /name="([^"]+)"/.exec(tag)?.[1]);
    expect(controls).toEqual(["token", "name", "scope:bank:accounts.read", "scope:account.read", "days"]);
    expect(html.match(/<button\b/g)).toHaveLength(1);
  });

  test("keeps the entered values", () => {
    const html = drawnForm({ errors: ["too_many"] });
    expect(html).toMatch(/<input[^>]*value="Backup"/);
    expect(html.match(/<input[^>]*name="scope:account.read"[^>]*>/)?.[0]).toContain("checked=");
    expect(html.match(/<input[^>]*name="scope:bank:accounts.read"[^>]*>/)?.[0]).not.toContain("checked=");
    expect(html).toContain('<option value="30" selected="">30 days</option>');
  });

  test.each(["name_missing", "name_too_long", "scope_missing", "life_missing"] as const)(
    "after %s the summary links to the field, the field shows the error, and the title begins with Error",
    (code) => {
      const html = drawnForm({ errors: [code] });
      const target = html.match(/<div[^>]*role="alert".*?href="#([^"]+)"/)?.[1];
      expect(html).toMatch(new RegExp(`<(input|select)[^>]* id="${target}"|<input id="${target}"`));
      expect(html).toMatch(/<p class="ui-field-error" id="[a-z]+-error">/);
      const described = html
        .match(/aria-describedby="([^"]*-error)"/)?.[1]
        ?.split(" ")
        .at(-1);
      expect(html).toContain(`id="${described}"`);
      const { title } = renderScreen({ name: "make-app-password", model: { ...form, errors: [code] } });
      expect(title).toBe("Error: Make an app password · Gatehouse");
    },
  );
});

test("the page that shows it says that it is shown once, and user text is escaped", () => {
  const html = drawn("app-password-made", made);
  expect(textOf(html)).toContain("shown only this once");
  expect(html).toContain('<code class="secret">gh_secret</code>');
  expect(html).toContain("<bdi>&lt;b&gt;Backup&lt;/b&gt;</bdi>");
  expect(textOf(html)).toContain(
    "It may see your accounts at Harbour Bank. It can be used until 21 December 2026,",
  );
});
