import type { ReactNode } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import { describe, expect, test } from "vitest";
import { type AccountScreen, type LoginScreen, type Screens, withScreen } from "../src/screen.ts";
import AccountPage from "./account/page.tsx";
import LoginPage, { generateMetadata } from "./cas/login/page.tsx";
import LoggedOutPage from "./cas/logout/page.tsx";
import HomePage from "./page.tsx";
import RefusedPage from "./refused/page.tsx";

const shop = { name: "Corner Shop", host: "shop.localhost", url: "http://shop.localhost:3001/" };
const at = new Date("2026-11-21T12:00:00Z");
const login: LoginScreen = {
  action: "/cas/login",
  hidden: [{ name: "lt", value: "LT-1" }],
  site: shop,
  reason: null,
  idleMinutes: 30,
  error: null,
  username: "alice",
};
const browser = { browser: "Firefox on Windows", address: "203.0.113.24", startedAt: at, lastActivityAt: at };
const account: AccountScreen = {
  person: { name: "Alice", username: "alice", email: "alice@example.com" },
  token: "token-1",
  notice: "Signed out there.",
  sessions: [
    { ...browser, id: "s1", here: true, sites: [{ ...shop, since: at, lastActivityAt: at }] },
    { ...browser, id: "s2", here: false, sites: [] },
  ],
  sites: [shop],
};

function drawn<Name extends keyof Screens>(name: Name, model: Screens[Name], Page: () => ReactNode): string {
  return withScreen(name, model, () => renderToStaticMarkup(<Page />));
}
const drawnLogin = (over: Partial<LoginScreen> = {}) => drawn("login", { ...login, ...over }, LoginPage);

describe("every screen", () => {
  test.each([
    ["login", drawnLogin({ reason: "idle" })],
    ["login with an error", drawnLogin({ error: { code: "credentials_wrong", reference: "3fa9c04d71be" } })],
    ["logged-out", drawn("logged-out", { sites: [shop], wasSignedIn: true }, LoggedOutPage)],
    [
      "refused",
      drawn("refused", { title: "No", sentences: ["So."], code: "c", reference: "r" }, RefusedPage),
    ],
    ["home", drawn("home", { sites: [shop] }, HomePage)],
    ["account", drawn("account", account, AccountPage)],
  ])("%s has one heading, a way past the header, nothing that the policy forbids", (_, html) => {
    expect(html.match(/<h1\b/g)).toHaveLength(1);
    expect(html).toContain('href="#main"');
    expect(html).not.toMatch(/\sstyle=|<style|<script|\son[a-z]+=|placeholder=/);
  });
});

describe("the sign-in page", () => {
  test("first text input, first password, first submit button: what the contract promises", () => {
    const html = drawnLogin();
    const inputs = html.match(/<input\b[^>]*>/g) ?? [];
    expect(inputs.find((input) => input.includes('type="text"'))).toContain('name="username"');
    expect(inputs.find((input) => input.includes('type="password"'))).toContain('name="password"');
    expect(html.match(/<button type="submit"[^>]*>([^<]*)/)?.[1]).toBe("Sign in");
    expect(inputs[0]).toBe('<input type="hidden" name="lt" value="LT-1"/>');
  });

  test("says which site sent her", () => {
    expect(drawnLogin()).toContain("<strong>Corner Shop</strong> · shop.localhost");
  });

  test.each([
    "username_missing",
    "password_missing",
    "credentials_wrong",
    "too_many_attempts",
    "form_expired",
  ] as const)(
    "after %s the summary leads to an input that is there, and the title begins with Error",
    (code) => {
      const model: LoginScreen = { ...login, error: { code, reference: "3fa9c04d71be" } };
      const html = drawnLogin(model);
      const target = html.match(/<div[^>]*role="alert".*?href="#([^"]+)"/)?.[1];
      expect(html).toContain(`<input id="${target}"`);
      expect(withScreen("login", model, generateMetadata).title).toBe("Error: Sign in");
    },
  );

  test("what describes an input is there", () => {
    const html = drawnLogin({ error: { code: "password_missing", reference: "r" } });
    const ids = html.match(/aria-describedby="([^"]+)"/)?.[1]?.split(" ") ?? [];
    expect(ids).toEqual(["password-error"]);
    for (const id of ids) expect(html).toContain(`id="${id}"`);
  });
});

test("every form of the account page carries the anti-forgery token", () => {
  const forms = drawn("account", account, AccountPage).match(/<form.*?<\/form>/g) ?? [];
  expect(forms.map((form) => form.match(/action="([^"]+)"/)?.[1])).toEqual([
    "/account/sessions/end",
    "/account/sessions/end-others",
    "/account/sessions/end-all",
  ]);
  for (const form of forms) expect(form).toContain('name="token" value="token-1"');
});

test("text from people stays text", () => {
  const html = drawn("account", { ...account, person: { ...account.person, name: "<b>x</b>" } }, AccountPage);
  expect(html).toContain("<bdi>&lt;b&gt;x&lt;/b&gt;</bdi>");
});
