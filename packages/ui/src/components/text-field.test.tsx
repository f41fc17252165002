import { expect, test } from "vitest";
import { drawn } from "../test-support/drawn.ts";
import { PasswordField, TextField } from "./text-field.tsx";

const field = { id: "name", name: "name", label: "Name", autoComplete: "name" };
const inputOf = (node: Parameters<typeof drawn>[0]) =>
  drawn(node).find(({ type }) => type === "input")?.props;

test("hint and error follow the label, and describe the input", () => {
  const node = <TextField {...field} hint="As on your card" error="Enter your name" />;
  const ids = drawn(node).flatMap(({ type, props }) => (type === "p" ? [props.id] : []));
  expect(ids).toEqual(["name-hint", "name-error"]);
  expect(inputOf(node)).toMatchObject({ "aria-describedby": "name-hint name-error", "aria-invalid": true });
});

test("without hint and error the input has no description and is valid", () => {
  const input = inputOf(<TextField {...field} error={null} value="Alice" />);
  expect(input).toMatchObject({ defaultValue: "Alice", autoComplete: "name" });
  expect(input?.["aria-describedby"]).toBeUndefined();
  expect(input?.["aria-invalid"]).toBeUndefined();
});

test("a password is never filled in, and its button does not submit the form", () => {
  const node = <PasswordField {...field} />;
  expect(inputOf(node)).toMatchObject({ type: "password" });
  expect(inputOf(node)).not.toHaveProperty("defaultValue");
  expect(drawn(node).find(({ type }) => type === "button")?.props).toMatchObject({
    type: "button",
    hidden: true,
    "data-shows": "name",
  });
});
