/** Body of a response, with its content type. */
export interface Rendered {
  readonly body: string;
  readonly contentType: string;
}

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&apos;",
  // XML readers turn these into spaces in attributes, and a carriage return into a line feed anywhere.
  "\t": "&#9;",
  "\n": "&#10;",
  "\r": "&#13;",
};

/**
 * Escapes text for element content and quoted attributes. Characters that XML 1.0 cannot represent are dropped, because
 * one of them in a name would make the whole response unreadable.
 *
 * @see XML 1.0, sections 2.2 and 2.4
 */
export function escapeXml(text: string): string {
  return text
    .replace(/[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu, "")
    .replace(/[&<>"'\t\n\r]/g, (character) => entities[character] ?? "");
}
