import { describe, expect, test } from "vitest";
import { readBasicCredentials } from "./basic-credentials.ts";

const read = (text: string | Uint8Array) =>
  readBasicCredentials(Buffer.from(text as string).toString("base64"));

describe("RFC 7617 2 user-id and password", () => {
  test("the example of the section", () => {
    expect(readBasicCredentials("QWxhZGRpbjpvcGVuIHNlc2FtZQ==")).toEqual({
      userId: "Aladdin",
      password: "open sesame",
    });
  });

  test.each([
    ["a:b:c", "a", "b:c"],
    [":b", "", "b"],
    ["a:", "a", ""],
    [":", "", ""],
  ])("%j is split at its first colon", (text, userId, password) => {
    expect(read(text)).toEqual({ userId, password });
  });

  test.each(["no colon", "", "a\0:b", "a:b\n", "a:\u007fb", "\ta:b"])("%j is refused", (text) => {
    expect(read(text)).toBeUndefined();
  });

  test.each(["%%%", "a-b_", "QWxh ZGRp", "QWxhZGRpbjpv=cGVu", "===", `QWxh${"A".repeat(4000)}`])(
    "%j is not base64 of a reasonable length",
    (token68) => {
      expect(readBasicCredentials(token68)).toBeUndefined();
    },
  );
});

test("base64 of 4,000 characters is read, one of more is not", () => {
  expect(read(`a:${"b".repeat(2_998)}`)?.password).toHaveLength(2_998);
  expect(read(`a:${"b".repeat(2_999)}`)).toBeUndefined();
});

test("a byte order mark belongs to the username", () => {
  expect(read("\ufeffa:b")).toEqual({ userId: "\ufeffa", password: "b" });
});

describe("RFC 7617 2.1 charset UTF-8", () => {
  test("the example of the section", () => {
    expect(readBasicCredentials("dGVzdDoxMjPCow==")).toEqual({ userId: "test", password: "123£" });
  });

  test("composed and decomposed letters are the same name (normalization form C)", () => {
    expect(read("zoe\u0308:x")?.userId).toBe("zo\u00eb");
  });

  test.each([
    ["Latin-1", Buffer.from("zo\u00eb:x", "latin1")],
    ["overlong", Buffer.from([0x61, 0xc0, 0xba, 0x3a])],
  ])("bytes that are %s are refused", (_, bytes) => {
    expect(read(bytes)).toBeUndefined();
  });
});
