import { describe, expect, test } from "vitest";
import { readXml } from "../xml-reader.ts";
import type { AuthenticationSuccess } from "./authentication-success.ts";
import { CasError } from "./cas-error.ts";
import { escapeXml } from "./rendered.ts";
import { renderJsonFailure, renderJsonSuccess } from "./response-json.ts";
import { renderTextFailure, renderTextSuccess } from "./response-text.ts";
import { renderXmlFailure, renderXmlSuccess } from "./response-xml.ts";

const hostile = `"><cas:user>admin</cas:user>&amp;'\n\r\t]]>`;
const alice: AuthenticationSuccess = {
  user: "alice",
  attributes: {
    authenticationDate: new Date("2026-11-21T08:00:00Z"),
    longTermAuthenticationRequestTokenUsed: false,
    isFromNewLogin: true,
    released: [
      ["name", "Alice O'Hara & Söhne <alice>"],
      ["groups", ["staff", "admins"]],
      ["teams", ["one"]],
      ["none", []],
    ],
  },
};

describe("2.4.2 CAS 1 text", () => {
  test("success: yes and the username, each on a line", () => {
    expect(renderTextSuccess({ user: "alice" })).toEqual({
      body: "yes\nalice\n",
      contentType: "text/plain; charset=utf-8",
    });
  });

  test("failure: no and an empty line", () => {
    expect(renderTextFailure().body).toBe("no\n\n");
  });

  test("a line break in the username adds no line", () => {
    expect(renderTextSuccess({ user: "no\r\nalice" }).body).toBe("yes\nnoalice\n");
  });
});

describe("2.5.2 and appendix A: XML success", () => {
  test("user, then attributes, in the order of the schema, one element per line", () => {
    expect(renderXmlSuccess(alice)).toEqual({
      contentType: "application/xml; charset=utf-8",
      body: `<cas:serviceResponse xmlns:cas="http://www.yale.edu/tp/cas">
  <cas:authenticationSuccess>
    <cas:user>alice</cas:user>
    <cas:attributes>
      <cas:authenticationDate>2026-11-21T08:00:00.000Z</cas:authenticationDate>
      <cas:longTermAuthenticationRequestTokenUsed>false</cas:longTermAuthenticationRequestTokenUsed>
      <cas:isFromNewLogin>true</cas:isFromNewLogin>
      <cas:name>Alice O&apos;Hara &amp; Söhne &lt;alice&gt;</cas:name>
      <cas:groups>staff</cas:groups>
      <cas:groups>admins</cas:groups>
      <cas:teams>one</cas:teams>
    </cas:attributes>
  </cas:authenticationSuccess>
</cas:serviceResponse>
`,
    });
  });

  test("2.5.2 without attributes: the user alone", () => {
    expect(
      renderXmlSuccess({ user: "alice" }).body,
    ).toBe(`<cas:serviceResponse xmlns:cas="http://www.yale.edu/tp/cas">
  <cas:authenticationSuccess>
    <cas:user>alice</cas:user>
  </cas:authenticationSuccess>
</cas:serviceResponse>
`);
  });

  test("markup in user and attributes is escaped", () => {
    const { attributes } = alice;
    if (attributes === undefined) throw new Error("alice has attributes");
    const success = { user: hostile, attributes: { ...attributes, released: [["name", hostile]] as const } };
    const read = readXml(renderXmlSuccess(success).body);
    const [outcome] = read.elements;
    expect(outcome?.elements.map(({ name }) => name)).toEqual(["user", "attributes"]);
    expect(outcome?.elements[0]?.text).toBe(hostile);
    expect(outcome?.elements[1]?.elements.at(-1)?.text).toBe(hostile);
  });

  test.each(["given name", "a>b", "", "1st", "a:b", "-x", "ü", "a\n"])(
    "an attribute named %j is refused, not written as markup",
    (name) => {
      const { attributes } = alice;
      if (attributes === undefined) throw new Error("alice has attributes");
      const render = () =>
        renderXmlSuccess({ user: "alice", attributes: { ...attributes, released: [[name, "x"]] } });
      expect(render).toThrow(CasError);
      expect(render).toThrow(
        expect.objectContaining({ code: "INTERNAL_ERROR", cause: expect.any(TypeError) }),
      );
    },
  );

  test.each(["memberOf", "_x", "given-name", "urn.oid.1"])("an attribute named %s is written", (name) => {
    const { attributes } = alice;
    if (attributes === undefined) throw new Error("alice has attributes");
    const body = renderXmlSuccess({ user: "a", attributes: { ...attributes, released: [[name, "x"]] } }).body;
    expect(body).toContain(`<cas:${name}>x</cas:${name}>`);
  });
});

describe("2.5.2 and 2.5.3: XML failure", () => {
  test("code and description, no cause", () => {
    const error = new CasError("INVALID_TICKET", "The ticket is too old.", { cause: new Error("secret") });
    expect(renderXmlFailure(error)).toEqual({
      contentType: "application/xml; charset=utf-8",
      body: `<cas:serviceResponse xmlns:cas="http://www.yale.edu/tp/cas">
  <cas:authenticationFailure code="INVALID_TICKET">The ticket is too old.</cas:authenticationFailure>
</cas:serviceResponse>
`,
    });
  });

  test("markup in a description is escaped", () => {
    const { body } = renderXmlFailure(new CasError("INTERNAL_ERROR", hostile));
    expect(readXml(body).elements[0]).toMatchObject({
      name: "authenticationFailure",
      text: hostile,
      elements: [],
    });
  });
});

describe("2.5.2 JSON", () => {
  test("success with attributes: a list is an array, also with one value or none", () => {
    const { body, contentType } = renderJsonSuccess(alice);
    expect(contentType).toBe("application/json");
    expect(JSON.parse(body)).toEqual({
      serviceResponse: {
        authenticationSuccess: {
          user: "alice",
          attributes: {
            authenticationDate: "2026-11-21T08:00:00.000Z",
            longTermAuthenticationRequestTokenUsed: false,
            isFromNewLogin: true,
            name: "Alice O'Hara & Söhne <alice>",
            groups: ["staff", "admins"],
            teams: ["one"],
            none: [],
          },
        },
      },
    });
  });

  test("success without attributes", () => {
    expect(JSON.parse(renderJsonSuccess({ user: hostile }).body)).toEqual({
      serviceResponse: { authenticationSuccess: { user: hostile } },
    });
  });

  test("failure with code and description, no cause", () => {
    const error = new CasError("INVALID_SERVICE", "The ticket was issued for another service.", {
      cause: "secret",
    });
    expect(JSON.parse(renderJsonFailure(error).body)).toEqual({
      serviceResponse: {
        authenticationFailure: {
          code: "INVALID_SERVICE",
          description: "The ticket was issued for another service.",
        },
      },
    });
  });
});

describe("XML 1.0, 2.2 and 2.4: escapeXml", () => {
  test.each([
    ["<>&\"'", "&lt;&gt;&amp;&quot;&apos;"],
    ["&amp;", "&amp;amp;"],
    ["a\tb\nc\rd", "a&#9;b&#10;c&#13;d"],
    ["a\0b\u0008c\u000bd\u001fe", "abcde"],
    ["a\ufffe\uffffb", "ab"],
    ["a\ud800b\udc00c", "abc"],
    ["👑 é 王", "👑 é 王"],
    ["", ""],
  ])("%j becomes %j", (text, escaped) => {
    expect(escapeXml(text)).toBe(escaped);
  });
});

describe("2.5.3 the error", () => {
  test("has code, description and a hidden cause", () => {
    const cause = new Error("why");
    const error = new CasError("UNAUTHORIZED_SERVICE", "Not here.", { cause });
    expect(error).toMatchObject({ name: "CasError", code: "UNAUTHORIZED_SERVICE", description: "Not here." });
    expect(error.message).toBe("Not here.");
    expect(error.cause).toBe(cause);
  });
});
