import { renderToStaticMarkup } from "react-dom/server";
import { expect, test } from "vitest";
import type { AccountScreen } from "../../src/screen.ts";
import { ConnectedAppRows } from "./connected-app-rows.tsx";

const now = new Date("2026-11-21T10:00:00Z");
const budget: AccountScreen["connectedApps"][number] = {
  id: "budget",
  name: "Budget",
  host: "budget.example",
  allows: [
    { words: "see your name and user name", at: null },
    { words: "see your transactions", at: "Harbour Bank" },
  ],
  since: new Date("2026-11-20T10:00:00Z"),
  until: new Date("2027-02-18T10:00:00Z"),
  lastUsedAt: new Date("2026-11-21T09:00:00Z"),
  lastUsedFor: "Harbour Bank",
};
const rows = (...apps: AccountScreen["connectedApps"]) =>
  renderToStaticMarkup(<ConnectedAppRows apps={apps} token="token-1" now={now} />);

test("a row says what the app may do, since when, and what it last used", () => {
  const html = rows(budget);
  expect(html).toContain("It may see your name and user name, and see your transactions at Harbour Bank.");
  expect(html.replace(/<[^>]+>/g, "")).toMatch(/last used 1 hour ago at Harbour Bank/);
  expect(html).toContain('action="/account/apps/disconnect"');
  expect(html).toContain('name="app" value="budget"');
});

test("one that was never used says so, and an empty list says what will appear", () => {
  expect(rows({ ...budget, lastUsedAt: null, lastUsedFor: null })).toContain("never used");
  expect(rows()).toContain("An app appears here");
});

test("a name from a registration is text", () => {
  expect(rows({ ...budget, name: "<b>Budget</b>" })).not.toContain("<b>");
});
