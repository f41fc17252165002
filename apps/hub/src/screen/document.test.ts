import { describe, expect, test } from "vitest";
import { holes, readDocument, withoutFramework, withStylesInside } from "./document.ts";

const style = '<link rel="stylesheet" href="/_next/static/a.css"/>';
const icon = '<link rel="icon" href="/icon.svg"/>';
const font = '<link rel="preload" as="font" crossorigin="" href="/_next/static/a.woff2"/>';
const script =
  '<script src="/assets/enhance.js?v=1" defer=""></script><script src="/assets/passkey.js?v=1" defer=""></script>';
const page = (more = "") => `<head>${style}${more}${icon}${font}</head><body>${script}</body>`;

describe("tags for the framework's scripts are removed from the document", () => {
  test.each([
    '<script src="/_next/static/chunks/main.js" async=""></script>',
    '<script>self.__next_f.push([1,"<\\/script>"])</script>',
    '<script id="_R_">(self.__next_f=self.__next_f||[]).push([0])</script>',
    '<script\nnoModule=""\nsrc="/_next/static/polyfill.js"></script>',
    '<script type="application/json">{"a":1}</script>',
    '<script data-src="/assets/x.js">alert(1)</script>',
    '<script src="//evil.example/assets/x.js"></script>',
    '<link rel="preload" as="script" fetchPriority="low" href="/_next/static/a.js"/>',
    '<link as="script" rel="preload" href="/_next/static/a"/>',
    '<link rel="modulepreload" href="/_next/static/a.js"/>',
    '<link rel="preconnect" href="/" crossorigin=""/>',
    '<link rel="preload" href="/_next/static/a.woff2" as="font" crossorigin=""/>',
  ])("%s", (tag) => {
    expect(withoutFramework(page(tag))).toBe(page());
  });

  test.each([
    ["a second style sheet", page('<link rel="stylesheet" href="/_next/static/b.css"/>')],
    ["an inline style", page("<style>p{}</style>")],
    ["no preloaded font", page().replace(font, "")],
    ["no script of ours", page().replace(script, "")],
    ["one script of ours", page().replace(/<script.*?<\/script>/, "")],
  ])("the build fails for %s", (_, html) => {
    expect(() => withoutFramework(html)).toThrow("unexpected document");
  });
});

describe("the holes of the document", () => {
  const document = `<title>${holes.title}</title><meta content="${holes.referrer}"/><main>${holes.body}</main>`;

  test("are filled without interpreting the text", () => {
    const title = `$& $1 $\` $' $$ ${holes.body}`;
    expect(readDocument(document).fill({ title, referrer: holes.title, body: "<p>$&</p>" })).toBe(
      `<title>${title}</title><meta content="${holes.title}"/><main><p>$&</p></main>`,
    );
  });

  test("begin after the part that is the same for all screens", () => {
    expect(readDocument(document).start).toBe("<title>");
  });

  test.each([
    ["missing", document.replace(holes.body, "")],
    ["twice there", document + holes.title],
    ["in the place of another", document.replace(holes.title, holes.body)],
  ])("a hole that is %s stops the start", (_, html) => {
    expect(() => readDocument(html)).toThrow("other holes than expected");
  });
});

describe("the style sheet inside the document", () => {
  test("takes the place of its link, and its addresses are those of files", () => {
    const read = (address: string) =>
      `/*${address}*/@font-face{src:url(../media/a.woff2)}p{background:url("data:image/png;base64,A/B")}`;
    expect(withStylesInside(page().replace("/a.css", "/chunks/a.css"), read)).toBe(
      page().replace(
        style,
        '<style>/*/_next/static/chunks/a.css*/@font-face{src:url(/_next/static/media/a.woff2)}p{background:url("data:image/png;base64,A/B")}</style>',
      ),
    );
  });

  test("cannot end its element", () => {
    expect(() => withStylesInside(page(), () => 'p{content:"</style>"}')).toThrow("end its element");
  });
});
