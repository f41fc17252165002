/** Follows links in mails that the hub would send, and fills in the forms behind them. */
import type { Hub } from "../open-hub.ts";
import type { Screens } from "../screen/screen.ts";
import { mailsTo } from "./read-mails.ts";
import type { BrowserAnswer, TestBrowser } from "./test-browser.ts";

/** Path of the newest single-use link. */
export async function mailedLink(hub: Pick<Hub, "database" | "mail">, recipient: string): Promise<string> {
  const mail = (await mailsTo(hub, recipient)).find(({ link }) => link?.includes("link="));
  if (!mail?.link) throw new Error(`no mail with a link to ${recipient}`);
  const { pathname, search } = new URL(mail.link);
  return pathname + search;
}

type FormScreen = {
  [Name in keyof Screens]: Screens[Name] extends { readonly hidden: unknown } ? Name : never;
}[keyof Screens];

/** Sends the form of a page with its hidden fields. */
export function sendForm(
  browser: TestBrowser,
  page: BrowserAnswer,
  screen: FormScreen,
  typed: Readonly<Record<string, string>>,
): Promise<BrowserAnswer> {
  const { action, hidden } = page.screen(screen) as {
    readonly action: string;
    readonly hidden: readonly { readonly name: string; readonly value: string }[];
  };
  return browser.post(action, {
    ...Object.fromEntries(hidden.map(({ name, value }) => [name, value])),
    ...typed,
  });
}
