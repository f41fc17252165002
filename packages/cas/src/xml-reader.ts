/** Parsed element. */
export interface XmlElement {
  /** Namespace of its prefix; empty without one. */
  readonly namespace: string;
  readonly name: string;
  /** By qualified name, without namespace declarations. */
  readonly attributes: ReadonlyMap<string, string>;
  readonly elements: readonly XmlElement[];
  /** Text of the element itself, entities resolved. */
  readonly text: string;
}

/** The XML is malformed or outside the supported subset. The message completes "the document …". */
export class XmlError extends Error {
  override readonly name = "XmlError";
}

const deepest = 16;
const mostElements = 256;
/** Of one element; the hub's messages have five. */
const mostAttributes = 32;

const nameSource = "[A-Za-z_][A-Za-z0-9._-]*";
const qualified = `(?:${nameSource}:)?${nameSource}`;
// `\s` would match characters that are no white space in XML.
const space = "[ \\t\\r\\n]";
const attributeSource = `${space}+(${qualified})${space}*=${space}*("[^"<]*"|'[^'<]*')`;
const attributePattern = new RegExp(attributeSource, "g");
const declaration =
  /^<\?xml\s+version=["']1\.0["'](?:\s+encoding=["'][Uu][Tt][Ff]-8["'])?(?:\s+standalone=["']yes["'])?\s*\?>/;
const token = new RegExp(
  [
    `<(?<start>${qualified})(?<attributes>(?:${attributeSource})*)${space}*(?<empty>/?)>`,
    `</(?<end>${qualified})${space}*>`,
    "(?<data>[^<]+)",
  ].join("|"),
  "y",
);
const namedEntities: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

/** An element whose end tag has not been read. */
interface Open {
  readonly tag: string;
  readonly namespaces: ReadonlyMap<string, string>;
  readonly namespace: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly elements: XmlElement[];
  text: string;
}

/**
 * Parses a small XML document of elements, attributes, text, the five named entities and character references. A document
 * type, comment, CDATA section or processing instruction is an error: nothing is expanded or fetched, and no comment splits
 * a text (CVE-2017-11427). Runs in linear time.
 *
 * @throws XmlError for anything else
 * @see XML 1.0; Namespaces in XML 1.0
 */
export function readXml(text: string): XmlElement {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the expression finds control characters.
  if (/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/.test(text) || !text.isWellFormed()) {
    throw new XmlError("holds a character that XML cannot hold");
  }
  if (text.includes("<!")) throw new XmlError("holds a document type, comment or CDATA section");
  const tree: Tree = { document: [], path: [], count: 0 };
  let position = declaration.exec(text)?.[0].length ?? 0;
  while (position < text.length) {
    token.lastIndex = position;
    const { start, attributes, empty, end, data } = token.exec(text)?.groups ?? {};
    if (data !== undefined) takeText(tree, data);
    else if (start !== undefined) takeStart(tree, open(tree, start, attributes ?? ""), empty === "/");
    else if (end !== undefined && end === tree.path.at(-1)?.tag) takeEnd(tree);
    else throw new XmlError(`is not well formed at character ${position}`);
    position = token.lastIndex;
  }
  const [root] = tree.document;
  if (root === undefined) throw new XmlError("ends before its root element does");
  return root;
}

/** State of the parser. */
interface Tree {
  /** The root element, once its end tag has been read. */
  readonly document: XmlElement[];
  /** Open elements, from the root inwards. */
  readonly path: Open[];
  count: number;
}

function takeText({ path }: Tree, data: string): void {
  const inside = path.at(-1);
  if (inside !== undefined) inside.text += unescapeXml(data);
  else if (/[^ \t\r\n]/.test(data)) throw new XmlError("holds text outside of its root element");
}

function takeStart(tree: Tree, opened: Open, empty: boolean): void {
  if (tree.document.length > 0) throw new XmlError("has two root elements");
  tree.count += 1;
  if (tree.path.length >= deepest || tree.count > mostElements) throw new XmlError("has too many elements");
  tree.path.push(opened);
  if (empty) takeEnd(tree);
}

function takeEnd({ document, path }: Tree): void {
  const ended = path.pop();
  if (ended === undefined) return;
  const { tag, namespace, attributes, elements, text } = ended;
  const siblings = path.at(-1)?.elements ?? document;
  siblings.push({ namespace, name: tag.slice(tag.indexOf(":") + 1), attributes, elements, text });
}

const noNamespaces: ReadonlyMap<string, string> = new Map([["", ""]]);

function open({ path }: Tree, tag: string, attributeText: string): Open {
  const inherited = path.at(-1)?.namespaces ?? noNamespaces;
  let namespaces = inherited;
  const declareHere = (prefix: string, value: string): void => {
    // Copied only where a namespace is declared, so that a small document stays cheap.
    if (namespaces === inherited) namespaces = new Map(inherited);
    (namespaces as Map<string, string>).set(prefix, value);
  };
  const attributes = new Map<string, string>();
  const names = new Set<string>();
  for (const [, name = "", quoted = ""] of attributeText.matchAll(attributePattern)) {
    if (names.has(name)) throw new XmlError("has an attribute twice");
    names.add(name);
    if (names.size > mostAttributes) throw new XmlError("has too many attributes");
    const value = unescapeXml(quoted.slice(1, -1));
    if (name === "xmlns") declareHere("", value);
    else if (name.startsWith("xmlns:")) declareHere(declared(name.slice("xmlns:".length), value), value);
    else attributes.set(name, value);
  }
  const namespace = namespaces.get(prefixOf(tag));
  const prefixes = [...attributes.keys()].map(prefixOf).filter((prefix) => !["", "xml"].includes(prefix));
  if (namespace === undefined || prefixes.some((prefix) => !namespaces.has(prefix))) {
    throw new XmlError("uses a prefix that stands for nothing");
  }
  return { tag, namespaces, namespace, attributes, elements: [], text: "" };
}

function prefixOf(name: string): string {
  return name.includes(":") ? name.slice(0, name.indexOf(":")) : "";
}

/** @returns the prefix */
function declared(prefix: string, namespace: string): string {
  if (prefix.startsWith("xml") || namespace === "") throw new XmlError("declares a prefix that it may not");
  return prefix;
}

/** Resolves the five named entities and character references; any other `&` is an error. */
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
