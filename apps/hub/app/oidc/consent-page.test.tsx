import { describe, expect, test } from "vitest";
import type { ConsentScreen } from "../../src/screen/screen.ts";
import { renderScreen } from "../render-screen.tsx";

const email = { value: "email", words: "see your email address", sensitive: false };
const transfer = { value: "bank:transfers.write", words: "move money at The bank", sensitive: true };
const durations = [
  { value: "once", days: null, chosen: false },
  { value: "30", days: 30, chosen: true },
  { value: "90", days: 90, chosen: false },
];
const consent: ConsentScreen = {
  action: "/oidc/interaction/1",
  hidden: [{ name: "token", value: "token-1" }],
  site: { name: "Budget", host: "budget.example" },
  about: { firstParty: false, native: false, policy: null, terms: null },
  person: { name: "Alice", username: "alice" },
  asks: [email],
  gets: [],
  before: null,
  never: [],
  offline: false,
  durations,
  device: null,
};
const firstParty = { ...consent.about, firstParty: true };

const rendered = (over: Partial<ConsentScreen>) =>
  renderScreen({ name: "consent", model: { ...consent, ...over } });
const drawn = (over: Partial<ConsentScreen>) => rendered(over).body;
const textOf = (html: string) => html.replaceAll(/<[^>]+>/g, " ").replaceAll(/\s+/g, " ");
const inputs = (html: string) => html.match(/<input\b[^>]*>/g) ?? [];
const buttons = (html: string) =>
  [...html.matchAll(/<button[^>]*value="([^"]*)"[^>]*>([^<]*)/g)].map(([, value, label]) => [value, label]);

test("the name is followed by the host, and the operator's policies are linked", () => {
  const policy = { uri: "https://budget.example/privacy", host: "budget.example" };
  const terms = { uri: "https://legal.example/terms", host: "legal.example" };
  const html = drawn({ about: { ...consent.about, policy, terms } });
  expect(textOf(html)).toContain("Budget · budget.example");
  expect(textOf(html)).toContain("Budget is not run by the people who run Gatehouse: budget.example answers");
  expect(html).toContain(
    '<a href="https://budget.example/privacy" target="_blank" rel="noopener noreferrer">Privacy policy</a>',
  );
  expect(textOf(html)).toContain("Terms (legal.example, in a new tab)");
  expect(textOf(drawn({}))).toContain("It names no privacy policy.");
  expect(textOf(drawn({ about: firstParty }))).toContain("Budget is run by the same people as Gatehouse.");
});

test("RFC 8252 8.6 a program gets a warning about impostors; on a device the code identifies it", () => {
  const about = { ...consent.about, native: true };
  expect(textOf(drawn({ about }))).toContain("another one could use its name");
  expect(textOf(drawn({ about, device: { code: "BCDF-GHJK" } }))).not.toContain("could use its name");
});

test('"not you?" is a separate form, which Enter in the other one does not submit', () => {
  const [person = "", answer = ""] = drawn({}).match(/<form\b.*?<\/form>/g) ?? [];
  expect(buttons(person)).toEqual([["switch", "Not you?"]]);
  expect(person).toContain('name="token" value="token-1"');
  expect(buttons(answer).map(([value]) => value)).toEqual(["allow", "without", "deny"]);
});

test("a scope that moves money is not ticked, and says why", () => {
  const html = drawn({ asks: [email, transfer] });
  const box = (value: string) => inputs(html).find((input) => input.includes(`"allow:${value}"`));
  expect(box("email")).toContain("checked");
  expect(box("bank:transfers.write")).not.toContain("checked");
  expect(textOf(html)).toContain("Not ticked for you: it moves money");
});

describe("the buttons state what they do", () => {
  const items = [{ ...email, requested: true }];
  const before = { items, offline: false, until: new Date("2026-12-24T00:00:00Z") };
  test.each<[string, Partial<ConsentScreen>, string, (string | undefined)[][]]>([
    [
      "a choice",
      {},
      "Allow Budget?",
      [
        ["allow", "Allow"],
        ["without", "Sign in without access"],
      ],
    ],
    [
      "a choice beside what was allowed before",
      { before },
      "Allow Budget?",
      [
        ["allow", "Allow"],
        ["without", "Sign in without more access"],
      ],
    ],
    ["all allowed before", { asks: [], before }, "Allow Budget?", [["allow", "Allow"]]],
    ["nothing but the sign-in", { asks: [] }, "Sign in to Budget?", [["allow", "Sign in"]]],
    [
      "no choice, because it is of the family",
      { asks: [], gets: ["see your name"], about: firstParty },
      "Allow Budget?",
      [["allow", "Allow"]],
    ],
  ])("%s", (_, over, title, answers) => {
    const html = drawn(over);
    expect(buttons(html)).toEqual([["switch", "Not you?"], ...answers, ["deny", "Do not allow"]]);
    expect(rendered(over).title).toBe(`${title} · Gatehouse`);
  });
});

test("earlier access is listed, with scopes not requested this time, and its end", () => {
  const items = [
    { ...email, requested: true },
    { value: "profile", words: "see your name and username", requested: false },
  ];
  const html = drawn({ before: { items, offline: true, until: new Date("2026-12-24T00:00:00Z") } });
  expect(textOf(html)).toContain(
    "You allowed Budget before to see your email address see your name and username (not asked for this time) " +
      "keep access while you are signed out",
  );
  expect(textOf(html)).toContain(
    "Until 24 December 2026 ; a new choice of 30 or 90 days holds for this too.",
  );
});

describe("duration of the consent", () => {
  test("three durations in a labelled group, 30 days preselected", () => {
    const html = drawn({});
    const radios = inputs(html).filter((input) => input.includes('type="radio"'));
    expect(radios.map((radio) => [/value="(\w+)"/.exec(radio)?.[1], radio.includes("checked")])).toEqual([
      ["once", false],
      ["30", true],
      ["90", false],
    ]);
    expect(html).toContain('<legend class="gate-label">For how long?</legend>');
    expect(textOf(html)).toContain("Only this time Until you sign out. The next sign-in asks you again.");
  });

  test.each<[string, Partial<ConsentScreen>, string]>([
    ["a site", {}, "For 30 days While you are signed in. Until then you are not asked again."],
    ["a site, signed out too", { offline: true }, "For 30 days Also while you are signed out."],
    [
      "a device",
      { device: { code: "BCDF-GHJK" } },
      "For 30 days While you are signed in in this browser. Until then you are not asked again.",
    ],
    ["of the family", { durations: [], about: firstParty }, "It works until you sign out, and not longer."],
  ])("%s: %s", (_, over, words) => {
    expect(textOf(drawn(over))).toContain(words);
  });
});
