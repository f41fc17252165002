import { renderToStaticMarkup } from "react-dom/server";
import { expect, test } from "vitest";
import type { AppsScreen } from "../../src/screen/screen.ts";
import { ConnectedAppRows } from "./connected-app-rows.tsx";

const now = new Date("2026-11-21T10:00:00Z");
const budget: AppsScreen["connectedApps"][number] = {
  id: "budget",
  name: "Budget",
  host: "budget.example",
  allows: [
    { words: "see your name and username", at: null },
    { words: "see your transactions", at: "Harbour Bank" },
  ],
  offline: false,
  since: new Date("2026-11-20T10:00:00Z"),
  until: new Date("2027-02-18T10:00:00Z"),
  lastUsedAt: new Date("2026-11-21T09:00:00Z"),
  lastUsedFor: "Harbour Bank",
};
const rows = (...apps: AppsScreen["connectedApps"]) =>
  renderToStaticMarkup(<ConnectedAppRows apps={apps} token="token-1" now={now} />);
const textOf = (html: string) => html.replaceAll(/<[^>]+>/g, "");

test("a row states the app's access, its start, last use and end", () => {
  const html = rows(budget);
  expect(textOf(html)).toContain("Budget budget.example");
  expect(html).toContain("It may see your name and username, and see your transactions at Harbour Bank.");
  expect(textOf(html)).toContain(
    "Allowed yesterday, last used 1 hour ago at Harbour Bank, until 18 February 2027",
  );
  expect(html).toContain('action="/account/apps/disconnect"');
  expect(html).toContain('name="app" value="budget"');
});

test.each<[string, Partial<typeof budget>, string]>([
  [
    "never used",
    { lastUsedAt: null, lastUsedFor: null },
    "Allowed yesterday, not used yet, until 18 February",
  ],
  ["for this once", { until: null }, "at Harbour Bank, only this time: until you sign out"],
  ["signed out too", { offline: true }, "at Harbour Bank. Also while you are signed out."],
  [
    "nothing allowed",
    { allows: [] },
    "It knows that you signed in, and nothing more.Signed in without access yesterday, until 18 February",
  ],
])("%s: the row says so", (_, over, words) => {
  expect(textOf(rows({ ...budget, ...over }))).toContain(words);
});

test("an app without access shows no use, and an empty list explains itself", () => {
  expect(rows({ ...budget, allows: [] })).not.toContain("last used");
  expect(rows()).toContain("An app appears here");
});

test("a name from a registration is escaped", () => {
  expect(rows({ ...budget, name: "<b>Budget</b>" })).not.toContain("<b>");
});
