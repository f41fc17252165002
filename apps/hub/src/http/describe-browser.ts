/** The only place that imports bowser. */
import Bowser from "bowser";

/** Words that a program may use as its name. No dots, because mail programs make links of host names. */
const plainName = /^[A-Za-z][A-Za-z0-9 _-]{0,29}$/;

/** Names that bowser knows; any other is free text of the sender. */
const known: ReadonlySet<string> = new Set([
  ...Object.values(Bowser.BROWSER_MAP),
  ...Object.values(Bowser.OS_MAP),
]);

/**
 * Describes a browser for users: "Firefox on Windows". The sender chooses the header, so only names that are known or plain
 * are repeated: at most 30 ASCII letters, which change neither lines nor the direction of the text.
 *
 * @param userAgent as sent; may be empty
 */
export function describeBrowser(userAgent: string): string {
  if (userAgent === "") return "An unknown program";
  const { browser, os } = Bowser.parse(userAgent);
  const name = browser.name ? safeName(browser.name, "An unknown program") : "An unknown browser";
  const system = safeName(os.name ?? "", "");
  return system === "" ? name : `${name} on ${system}`;
}

function safeName(name: string, otherwise: string): string {
  return known.has(name) || plainName.test(name) ? name : otherwise;
}

/** Longest `User-Agent` that is kept, in characters. */
const longest = 400;

/** A `User-Agent` to keep: bounded, without control and format characters, which could forge lines or turn text around. */
export function readUserAgent(header: string): string {
  return header.slice(0, longest).replaceAll(/[\p{C}\p{Zl}\p{Zp}]/gu, " ");
}
