/** The only place that imports bowser. */
import Bowser from "bowser";

/** Describes a browser for users: "Firefox on Windows". @param userAgent as sent; may be empty */
export function describeBrowser(userAgent: string): string {
  if (userAgent === "") return "An unknown program";
  const { browser, os } = Bowser.parse(userAgent);
  const name = browser.name || "An unknown browser";
  return os.name ? `${name} on ${os.name}` : name;
}
