/** A body that is ready to be sent, with its type. */
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
  // In an attribute a reader turns these into spaces, and a bare carriage return becomes a line feed anywhere.
  "\t": "&#9;",
  "\n": "&#10;",
  "\r": "&#13;",
};

/**
 * The one escaper of everything that goes into XML, for element content and quoted attributes alike.
 * Characters that XML 1.0 cannot hold at all, escaped or not, are dropped: one of them in a name would
 * make the whole answer unreadable.
 *
 * @see XML 1.0, sections 2.2 and 2.4
 */
export function escapeXml(text: string): string {
  return text
    .replace(/[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu, "")
    .replace(/[&<>"'\t\n\r]/g, (character) => entities[character] ?? "");
}
