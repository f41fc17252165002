/** Makes app passwords as a user does: by the form on the account page. */
import type { TestHubOverrides } from "../test-hub.ts";
import type { BrowserAnswer, TestBrowser } from "./test-browser.ts";

/** For `openTestHub`: the bank has an API. */
export const bankWithApi: NonNullable<TestHubOverrides["sites"]> = ({ bank }) => ({
  bank: bank.registration({
    api: {
      resource: `${bank.origin}/api`,
      scopes: {
        "accounts.read": "see your accounts",
        "transactions.read": "see your transactions",
        "transfers.write": "send money from your accounts",
      },
    },
  }),
});

const path = "/account/app-passwords/new";

/** Input of the form; scopes by name. */
export interface AppPasswordForm {
  readonly name: string;
  readonly scopes: readonly string[];
  readonly days: string;
}

const usual: AppPasswordForm = { name: "Backup", scopes: ["account.read"], days: "30" };

/** Opens the form and returns its fields, hidden ones included. */
export async function fillAppPasswordForm(
  browser: TestBrowser,
  more: Partial<AppPasswordForm> = {},
): Promise<Record<string, string>> {
  const { name, scopes, days } = { ...usual, ...more };
  const { hidden } = (await browser.get(path)).screen("make-app-password");
  return {
    ...Object.fromEntries(hidden.map((field) => [field.name, field.value])),
    name,
    days,
    ...Object.fromEntries(scopes.map((scope) => [`scope:${scope}`, "true"])),
  };
}

export function sendAppPasswordForm(
  browser: TestBrowser,
  fields: Readonly<Record<string, string>>,
  headers: Readonly<Record<string, string>> = {},
): Promise<BrowserAnswer> {
  return browser.post(path, fields, headers);
}

/** @returns the secret */
export async function makeAppPassword(
  browser: TestBrowser,
  more: Partial<AppPasswordForm> = {},
): Promise<string> {
  const answer = await sendAppPasswordForm(browser, await fillAppPasswordForm(browser, more));
  return answer.screen("app-password-made").secret;
}

/** `Authorization` as RFC 7617 has it. */
export function basic(user: string, password: string): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;
}
