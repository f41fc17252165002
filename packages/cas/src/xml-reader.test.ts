import { describe, expect, test } from "vitest";
import { readXml, XmlError } from "./xml-reader.ts";

describe("XML 1.0: is parsed", () => {
  test("elements, text, entities and character references", () => {
    expect(readXml("<a>x &amp;&lt;&gt;&quot;&apos; &#65;&#x1F451;<b>y</b>z</a>")).toEqual({
      namespace: "",
      name: "a",
      attributes: new Map(),
      text: `x &<>"' A👑z`,
      elements: [{ namespace: "", name: "b", attributes: new Map(), text: "y", elements: [] }],
    });
  });

  test("empty elements, attributes in either quotes, optional space", () => {
    const root = readXml(`<a one = "1>'" two='"2"' ><b/><c three="" /></a >`);
    expect(root.elements.map(({ name }) => name)).toEqual(["b", "c"]);
    expect([...root.attributes]).toEqual([
      ["one", "1>'"],
      ["two", '"2"'],
    ]);
    expect([...(root.elements[1]?.attributes ?? [])]).toEqual([["three", ""]]);
    expect(readXml("<a/>").name).toBe("a");
  });

  test("a declaration of UTF-8", () => {
    expect(readXml('<?xml version="1.0"?><a/>').name).toBe("a");
    expect(readXml("<?xml  version='1.0'\n encoding='utf-8'  standalone='yes' ?>\n<a/>\n").name).toBe("a");
  });
});

describe("XML 1.0, 2.2: character references", () => {
  test.each(["20", "9", "A", "D", "D7FF", "E000", "FFFD", "10000", "10FFFF"])("%s is valid", (code) => {
    expect(readXml(`<a>&#x${code};</a>`).text).toBe(String.fromCodePoint(Number.parseInt(code, 16)));
  });

  test.each(["0", "8", "B", "1F", "D800", "DFFF", "FFFE", "110000"])("%s is invalid", (code) => {
    expect(() => readXml(`<a>&#x${code};</a>`)).toThrow(
      "refers to an entity or character that does not exist",
    );
  });
});

describe("Namespaces in XML 1.0", () => {
  test("prefixes and defaults apply within their element", () => {
    const root = readXml(
      '<a xmlns="u:1" xmlns:p="u:2"><p:b><c xmlns="u:3"/><p:d xmlns:p="u:4"/></p:b><e/></a>',
    );
    const [b, e] = root.elements;
    expect([root, b, ...(b?.elements ?? []), e].map((one) => `${one?.namespace} ${one?.name}`)).toEqual([
      "u:1 a",
      "u:2 b",
      "u:3 c",
      "u:4 d",
      "u:1 e",
    ]);
  });

  test.each([
    ["an element's prefix that stands for nothing", "<p:a/>"],
    ["an attribute's prefix that stands for nothing", '<a p:b="1"/>'],
    ["a prefix after its end", '<a><b xmlns:p="u:1"/><p:c/></a>'],
    ["an empty prefix declaration", '<a xmlns:p=""/>'],
    ["xmlns as a prefix", '<a xmlns:xmlns="u:1"/>'],
    ["xml as a prefix of another", '<a xmlns:xml="u:1"/>'],
  ])("%s is an error", (_, text) => {
    expect(() => readXml(text)).toThrow(XmlError);
    expect(() => readXml(text)).toThrow(
      /^(uses a prefix that stands for nothing|declares a prefix that it may not)$/,
    );
  });

  test("xml:lang needs no declaration", () => {
    expect([...readXml('<a xml:lang="de"/>').attributes]).toEqual([["xml:lang", "de"]]);
  });

  test("attributes keep their prefix, declarations are not attributes, entities are resolved", () => {
    const root = readXml('<a xmlns="u:1" xmlns:p="u:2" p:b="1 &lt; &#x32;" b="3"/>');
    expect([...root.attributes]).toEqual([
      ["p:b", "1 < 2"],
      ["b", "3"],
    ]);
  });
});

describe("XML 1.0: is refused", () => {
  test.each([
    ["nothing", ""],
    ["space", " \n"],
    ["text", "x"],
    ["text before", "x<a/>"],
    ["a no-break space before", "\u00a0<a/>"],
    ["a byte order mark", "\ufeff<a/>"],
    ["text behind", "<a/>x"],
    ["two roots", "<a/><b/>"],
    ["an end alone", "</a>"],
    ["an end behind", "<a/></a>"],
    ["no end", "<a>"],
    ["half a tag", "<a"],
    ["ends crossed", "<a><b></a></b>"],
    ["an end with another prefix", '<p:a xmlns:p="u" xmlns:q="u"></q:a>'],
    ["a document type", "<!DOCTYPE a><a/>"],
    ["a comment", "<a><!-- x --></a>"],
    ["CDATA", "<a><![CDATA[x]]></a>"],
    ["an instruction", "<a><?x y?></a>"],
    ["an instruction before", "<?x y?><a/>"],
    ["a declaration behind", '<a/><?xml version="1.0"?>'],
    ["two declarations", '<?xml version="1.0"?><?xml version="1.0"?><a/>'],
    ["another encoding", '<?xml version="1.0" encoding="UTF-16"?><a/>'],
    ["XML 1.1", '<?xml version="1.1"?><a/>'],
    ["a bare ampersand", "<a>a & b</a>"],
    ["an unknown entity", "<a>&nbsp;</a>"],
    ["an entity without end", "<a>&amp</a>"],
    ["an unknown entity in an attribute", '<a b="&x;"/>'],
    ["character zero", "<a>&#0;</a>"],
    ["half a pair by number", "<a>&#xD800;</a>"],
    ["a number past the last", "<a>&#x110000;</a>"],
    ["a control character", "<a>\u0001</a>"],
    ["half a pair", "<a>\ud800</a>"],
    ["an attribute without quotes", "<a b=c/>"],
    ["an attribute without value", "<a b/>"],
    ["attributes without space", `<a b="1"c="2"/>`],
    ["an attribute twice", `<a b="1" b="1"/>`],
    ["a less-than in an attribute", `<a b="<"/>`],
    ["a no-break space in a tag", '<a\u00a0b="1"/>'],
    ["space before a name", "< a/>"],
    ["two colons", '<a:b:c xmlns:a="u"/>'],
    ["a name that begins with a digit", "<1a/>"],
  ])("%s", (_, text) => {
    expect(() => readXml(text)).toThrow(XmlError);
    // A message of the hub continues it: "The message is not well formed …".
    expect(() => readXml(text)).toThrow(/^(is|ends|has|holds|refers|uses) \w/);
  });

  test.each([
    ["", "ends before its root element does"],
    ["x<a/>", "holds text outside of its root element"],
    ["<a/><b/>", "has two root elements"],
    ["<a><b></a></b>", "is not well formed at character 6"],
    ["<a>\u0001</a>", "holds a character that XML cannot hold"],
    ['<a b="1" b="1"/>', "has an attribute twice"],
  ])("%j: the message names error and position", (text, message) => {
    expect(() => readXml(text)).toThrow(message);
  });

  test.each(["<!DOCTYPE a><a/>", "<a><!-- x --></a>", "<a><![CDATA[x]]></a>"])(
    "%s is named by the message",
    (text) => {
      expect(() => readXml(text)).toThrow("holds a document type, comment or CDATA section");
    },
  );

  test("more than 16 deep, or more than 256 elements", () => {
    const deep = (depth: number): string => "<a>".repeat(depth) + "</a>".repeat(depth);
    expect(readXml(deep(16)).name).toBe("a");
    expect(() => readXml(deep(17))).toThrow(/too many/);
    expect(readXml(`<r>${"<a/>".repeat(255)}</r>`).elements).toHaveLength(255);
    expect(() => readXml(`<r>${"<a/>".repeat(256)}</r>`)).toThrow(/too many/);
  });
});

describe("64 kB of any input are parsed or refused in linear time", () => {
  const size = 65_536;
  test.each([
    ["a name without end", `<${"a".repeat(size)}`],
    ["a name with colons", `<${"a:".repeat(size / 2)}`],
    ["space in a tag", `<a${" ".repeat(size)}`],
    ["attributes without end", `<a${' b="c"'.repeat(size / 6)}`],
    ["a quote without end", `<a b="${"x".repeat(size)}`],
    ["a name and space without end", `<a${" b".repeat(size / 2)}`],
    ["equals signs", `<a b${" =".repeat(size / 2)}`],
    ["ampersands", `<a>${"&".repeat(size)}</a>`],
    ["digits", `<a>&#${"1".repeat(size)};</a>`],
    ["less-than signs", "<".repeat(size)],
    ["tags that begin", "<a>".repeat(size / 3)],
    ["an end without end", `<a></a${" ".repeat(size)}`],
    ["a declaration without end", `<?xml version="1.0"${" ".repeat(size)}`],
  ])("%s", (_, text) => {
    const before = performance.now();
    expect(() => readXml(text)).toThrow(XmlError);
    expect(performance.now() - before).toBeLessThan(500);
  });
});

describe("an expensive message is refused early", () => {
  test("more than 32 attributes or declarations of one element", () => {
    const many = (count: number) =>
      Array.from({ length: count }, (_, index) => ` xmlns:n${index}="urn:${index}"`).join("");
    expect(readXml(`<a${many(32)}/>`).name).toBe("a");
    expect(() => readXml(`<a${many(33)}/>`)).toThrow("too many attributes");
  });

  test("declarations are inherited within their element", () => {
    const root = readXml('<a xmlns:p="urn:p"><b xmlns:p="urn:q"><p:c/></b><p:d/></a>');
    expect(root.elements[0]?.elements[0]?.namespace).toBe("urn:q");
    expect(root.elements[1]?.namespace).toBe("urn:p");
  });
});
