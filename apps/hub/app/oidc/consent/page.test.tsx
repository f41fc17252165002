import { renderToStaticMarkup } from "react-dom/server";
import { expect, test } from "vitest";
import { type ConsentScreen, withScreen } from "../../../src/screen.ts";
import ConsentPage from "./page.tsx";

const consent: ConsentScreen = {
  action: "/oidc/interaction/1",
  hidden: [],
  site: { name: "Budget", host: "budget.example" },
  person: { name: "Alice", username: "alice" },
  asks: [],
  never: [],
  offline: false,
  days: 90,
  remembered: true,
  device: null,
};

const away = "This holds for 90 days, also when you are signed out.";
const here = "This works only while you are signed in.";
const there = "This works only until you sign out in this browser.";
const remembered = "Your yes is remembered for 90 days.";
const sooner = "You can take it back sooner on your account page.";
const device = { code: "BCDF-GHJK" };

test.each([
  ["somebody else's site", {}, `${here} ${remembered} ${sooner}`],
  ["a site of the house", { remembered: false }, here],
  ["a device", { device }, `${there} ${remembered} ${sooner}`],
  ["a device, while she is away", { device, offline: true }, `${away} ${sooner}`],
  ["a site, while she is away", { offline: true }, `${away} ${sooner}`],
])("%s: the page says for how long", (_, over: Partial<ConsentScreen>, words) => {
  const html = withScreen("consent", { ...consent, ...over }, () => renderToStaticMarkup(<ConsentPage />));
  expect(/<p class="gate-words">(This (?:holds|works).*?)<\/p>/.exec(html)?.[1]).toBe(words);
});
