/** An element of a message. */
export interface XmlElement {
  /** What its prefix stands for; empty without one. */
  readonly namespace: string;
  readonly name: string;
  readonly elements: readonly XmlElement[];
  /** Character data of the element itself, entities resolved. */
  readonly text: string;
}

/** Not the small, plain XML that this reader takes. Its message says what and where. */
export class XmlError extends Error {
  override readonly name = "XmlError";
}

const deepest = 16;
const mostElements = 256;

const nameSource = "[A-Za-z_][A-Za-z0-9._-]*";
const qualified = `(?:${nameSource}:)?${nameSource}`;
const attributeSource = `\\s+(${qualified})\\s*=\\s*("[^"<]*"|'[^'<]*')`;
const declaration =
  /<\?xml\s+version=["']1\.0["'](?:\s+encoding=["'][Uu][Tt][Ff]-8["'])?(?:\s+standalone=["']yes["'])?\s*\?>\s*/y;
const startTag = new RegExp(`<(${qualified})((?:${attributeSource})*)\\s*(/?)>`, "y");
const endTag = new RegExp(`</(${qualified})\\s*>`, "y");
const characterData = /[^<]+/y;
const namedEntities: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

/** An element that has begun and not ended. */
interface Open {
  readonly tag: string;
  readonly namespaces: ReadonlyMap<string, string>;
  readonly namespace: string;
  readonly elements: XmlElement[];
  text: string;
}

/**
 * Reads a small XML message, strictly. Only elements, attributes, text, the five entities and character
 * numbers exist for it: a document type, a comment, a CDATA section or a processing instruction is an
 * error. That leaves nothing to expand, to fetch, or to split a text where another reader would not
 * (CVE-2017-11427 and its kin); it walks once from front to end, with no step back.
 *
 * @throws XmlError for whatever is not such a message
 * @see XML 1.0 and Namespaces in XML 1.0, of which this takes a part
 */
export function readXml(text: string): XmlElement {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
  if (/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/.test(text) || !text.isWellFormed()) {
    throw new XmlError("holds a character that XML cannot hold");
  }
  if (text.includes("<!")) throw new XmlError("holds a document type, comment or CDATA section");
  let position = 0;
  const take = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = position;
    const match = pattern.exec(text);
    if (match !== null) position = pattern.lastIndex;
    return match;
  };

  take(declaration);
  const path: Open[] = [];
  let root: XmlElement | null = null;
  let count = 0;
  const close = ({ tag, namespace, elements, text: content }: Open): void => {
    const element = { namespace, name: tag.slice(tag.indexOf(":") + 1), elements, text: content };
    const parent = path.at(-1);
    if (parent === undefined) root = element;
    else parent.elements.push(element);
  };

  while (position < text.length) {
    const inside = path.at(-1);
    const data = take(characterData);
    const start = data === null ? take(startTag) : null;
    const end = data === null && start === null ? take(endTag) : null;
    if (data !== null) {
      if (inside !== undefined) inside.text += unescapeXml(data[0]);
      else if (/[^ \t\r\n]/.test(data[0])) throw new XmlError("holds text outside of its root element");
    } else if (start !== null) {
      if (inside === undefined && root !== null) throw new XmlError("has two root elements");
      count += 1;
      if (path.length >= deepest || count > mostElements) throw new XmlError("has too many elements");
      const opened = open(start[1] ?? "", start[2] ?? "", inside?.namespaces ?? new Map([["", ""]]));
      if (start.at(-1) === "/") close(opened);
      else path.push(opened);
    } else if (end !== null && inside !== undefined && end[1] === inside.tag) {
      path.pop();
      close(inside);
    } else {
      throw new XmlError(`is not well formed at character ${position}`);
    }
  }
  if (root === null || path.length > 0) throw new XmlError("ends before its root element does");
  return root;
}

function open(tag: string, attributeText: string, outer: ReadonlyMap<string, string>): Open {
  const namespaces = new Map(outer);
  const prefixes = new Set<string>();
  const names = new Set<string>();
  for (const [, name = "", quoted = ""] of attributeText.matchAll(new RegExp(attributeSource, "g"))) {
    if (names.has(name)) throw new XmlError("has an attribute twice");
    names.add(name);
    const value = unescapeXml(quoted.slice(1, -1));
    if (name === "xmlns") namespaces.set("", value);
    else if (name.startsWith("xmlns:")) declare(namespaces, name.slice("xmlns:".length), value);
    else if (name.includes(":")) prefixes.add(name.slice(0, name.indexOf(":")));
  }
  const prefix = tag.includes(":") ? tag.slice(0, tag.indexOf(":")) : "";
  const namespace = namespaces.get(prefix);
  if (namespace === undefined || [...prefixes].some((one) => one !== "xml" && !namespaces.has(one))) {
    throw new XmlError("uses a prefix that stands for nothing");
  }
  return { tag, namespaces, namespace, elements: [], text: "" };
}

function declare(namespaces: Map<string, string>, prefix: string, namespace: string): void {
  if (prefix.startsWith("xml") || namespace === "") throw new XmlError("declares a prefix that it may not");
  namespaces.set(prefix, namespace);
}

/** Resolves the five entities and character numbers; any other `&` is an error. */
function unescapeXml(text: string): string {
  return text.replace(
    /&(?:#([0-9]{1,7})|#x([0-9A-Fa-f]{1,6})|(amp|lt|gt|quot|apos));|&/g,
    (_, decimal, hex, name) => {
      if (name !== undefined) return namedEntities[name] ?? "";
      const number = decimal === undefined ? Number.parseInt(hex, 16) : Number(decimal);
      if (!isXmlCharacter(number)) throw new XmlError("refers to an entity or character that does not exist");
      return String.fromCodePoint(number);
    },
  );
}

function isXmlCharacter(number: number): boolean {
  return (
    [0x9, 0xa, 0xd].includes(number) ||
    (number >= 0x20 && number <= 0xd7ff) ||
    (number >= 0xe000 && number <= 0xfffd) ||
    (number >= 0x10000 && number <= 0x10ffff)
  );
}
