import { describe, expect, test } from "vitest";
import { parseRegistration, RegistrationError } from "./registered-site.ts";
import { drawMark } from "./site-mark.ts";

const markup = (address: string): string => {
  const start = "data:image/svg+xml,";
  expect(address.startsWith(start)).toBe(true);
  return decodeURIComponent(address.slice(start.length));
};

describe("the mark of a site", () => {
  test("shows the outline on the colour", () => {
    const drawn = markup(drawMark("Corner Shop", { color: "#c2412d", path: "M4 4h16v16z" }));
    expect(drawn).toContain('fill="#c2412d"');
    expect(drawn).toContain('d="M4 4h16v16z"');
    expect(drawn).not.toContain("<text");
  });

  test.each([
    ["Corner Shop", "C"],
    ["  (élan) ", "É"],
    ["«ß» Straße", "SS"],
    ["日本", "日"],
    ["<b>", "B"],
  ])("without an outline shows the first letter of %s", (name, letter) => {
    const first = `&#${letter.codePointAt(0)};`;
    expect(markup(drawMark(name, { color: "#12405c" }))).toContain(`>${first}</text>`);
  });

  test("a name without letters leaves the colour alone", () => {
    expect(markup(drawMark("—", { color: "#12405c" }))).toContain("></text>");
  });

  test.each([
    ["#12405c", "#fff"],
    ["#fff4e0", "#111"],
    ["#777777", "#111"],
    ["#000000", "#fff"],
  ])("draws on %s in %s, whichever is easier to read", (color, ink) => {
    expect(markup(drawMark("A", { color }))).toContain(`<g fill="${ink}">`);
  });
});

describe("the mark in a registration", () => {
  const register = (mark: unknown) =>
    parseRegistration(
      "shop.json",
      JSON.stringify({ id: "shop", name: "Shop", url: "https://shop.example/", firstParty: true, mark }),
      () => undefined,
    );

  test("is optional", () => {
    expect(register(undefined).mark).toBeUndefined();
  });

  test("becomes a picture", () => {
    expect(register({ color: "#c2412d" }).mark).toBe(drawMark("Shop", { color: "#c2412d" }));
  });

  test.each([
    ["a colour by name", { color: "red" }, "mark.color"],
    ["an outline that is markup", { color: "#c2412d", path: 'M0 0"/><script/>' }, "mark.path"],
    ["an outline without a start", { color: "#c2412d", path: "4 4h16" }, "mark.path"],
    ["an outline of many points", { color: "#c2412d", path: `M0 0${"h1".repeat(1000)}` }, "mark.path"],
  ])("%s is refused", (_, mark, field) => {
    expect(() => register(mark)).toThrow(RegistrationError);
    expect(() => register(mark)).toThrow(field);
  });
});
