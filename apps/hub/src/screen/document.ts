import { createHash } from "node:crypto";

/** Parts of the built document that differ from screen to screen, as HTML. */
export interface ScreenHtml {
  readonly title: string;
  readonly referrer: string;
  readonly body: string;
}

/** Text that stands for each part in the document that `next build` makes. React leaves it unchanged. */
export const holes: ScreenHtml = {
  title: "hole-of-the-title",
  referrer: "hole-of-the-referrer",
  body: "hole-of-the-body",
};

/**
 * Splits the document at its holes. Parts are joined and never replaced in one another: text of users may contain the
 * name of a hole, or `$&`.
 *
 * @returns `start` is the part before the first hole; `fill` fills the holes
 * @throws Error unless each hole is there exactly once
 */
export function readDocument(html: string): {
  readonly start: string;
  readonly fill: (screen: ScreenHtml) => string;
} {
  const nameOf = new Map(Object.entries(holes).map(([name, hole]) => [hole, name as keyof ScreenHtml]));
  const parts = html.split(new RegExp(`(${[...nameOf.keys()].join("|")})`));
  const found = parts.filter((part) => nameOf.has(part));
  if (found.length !== nameOf.size || new Set(found).size !== nameOf.size)
    throw new Error(`the document of the screens has other holes than expected: ${found.join(", ")}`);
  return {
    start: parts[0] ?? "",
    fill(screen) {
      let page = "";
      for (const part of parts) {
        const name = nameOf.get(part);
        page += name === undefined ? part : screen[name];
      }
      return page;
    },
  };
}

/**
 * Takes out of the exported document what only the framework's scripts need: they are not sent, so they cannot be
 * exploited (docs/decisions/0005). Runs in the build. The hub's own scripts live under `/assets/` and stay.
 *
 * @throws Error unless one style sheet, one preloaded font and our two scripts remain
 */
export function withoutFramework(html: string): string {
  const unscripted = html.replace(/<script\b(?![^>]*\ssrc="\/assets\/)[^>]*>[\s\S]*?<\/script>/g, "");
  const document = unscripted
    .replace(
      /<link\b(?=[^>]*\brel="(?:preload|modulepreload)")(?=[^>]*\b(?:as="script"|href="[^"]*\.js"))[^>]*>/g,
      "",
    )
    .replace(/<link\b[^>]*\brel="preconnect"[^>]*>/g, "")
    // React announces a preloaded font a second time, before the element that preloads it.
    .replace(/<link\b[^>]*\bhref=("[^"]*")[^>]*>(?=.*<link\b[^>]*\bhref=\1)/gs, "");
  const count = (tag: RegExp): number => document.match(tag)?.length ?? 0;
  const counts = [
    count(/<link\b[^>]*\brel="stylesheet"/g),
    count(/<link\b[^>]*\bas="font"/g),
    count(/<script\b/g),
    count(/<(?:link|script|style)\b/g),
  ];
  // The fourth is the icon.
  if (counts.join() !== "1,1,2,5")
    throw new Error(`next build made an unexpected document (${counts.join()}): ${document}`);
  return document;
}

/**
 * Puts the style sheet into the document, so that a browser draws a page without a second request. Runs in the build.
 *
 * @param readFile content of a file that browsers load, by its address
 * @throws Error if the styles would end the element
 */
export function withStylesInside(html: string, readFile: (address: string) => string): string {
  return html.replace(/<link\b[^>]*\brel="stylesheet"[^>]*>/, (tag) => {
    const sheet = new URL(/\bhref="([^"]*)"/.exec(tag)?.[1] ?? "", "http://hub.localhost");
    const styles = readFile(sheet.pathname).replace(
      /url\((["']?)(?!data:)([^"')]+)\1\)/g,
      (_, quote: string, address: string) => `url(${quote}${new URL(address, sheet).pathname}${quote})`,
    );
    if (styles.includes("</")) throw new Error("the style sheet would end its element");
    return `<style>${styles}</style>`;
  });
}

/** Sources for `style-src` in the policy of a page: the style elements of the document, by their hashes. */
export function styleSourcesOf(html: string): readonly string[] {
  const styles = [...html.matchAll(/<style>([\s\S]*?)<\/style>/g)];
  return styles.map(([, css = ""]) => `'sha256-${createHash("sha256").update(css).digest("base64")}'`);
}
