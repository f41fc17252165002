import { expect, test } from "vitest";
import { describeError } from "./log.ts";

test("an error is logged with its message and location, without request data", () => {
  const cause = Object.assign(new Error("unsupported Unicode escape sequence"), {
    code: "22P05",
    detail: "Key (name)=(secret-1) exists",
    where: 'JSON data: "secret-2',
  });
  const error = Object.assign(new Error("not kept", { cause }), { request: { body: "secret-3" } });
  const logged = describeError(error);
  expect(logged).toMatchObject({
    type: "Error",
    message: "not kept",
    stack: expect.stringContaining("log.test.ts"),
    cause: { message: cause.message, code: "22P05" },
  });
  expect(JSON.stringify(logged)).not.toContain("secret");
  expect(describeError("secret")).toEqual({ type: "string" });
});
