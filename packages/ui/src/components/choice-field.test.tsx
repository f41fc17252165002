import { describe, expect, test } from "vitest";
import { drawn } from "../test-support/drawn.ts";
import { CheckboxField, RadioField } from "./choice-field.tsx";

const box = { id: "news", name: "sendNews", label: "Send me news" };
const option = { id: "days-30", name: "days", value: "30", label: "For 30 days" };
const elementOf = (node: Parameters<typeof drawn>[0], type: string) =>
  drawn(node).find((element) => element.type === type)?.props;

test("a checkbox is not ticked by default, and sends true", () => {
  expect(elementOf(<CheckboxField {...box} />, "input")).toMatchObject({
    type: "checkbox",
    name: "sendNews",
    value: "true",
    defaultChecked: false,
  });
  expect(elementOf(<CheckboxField {...box} checked />, "input")).toMatchObject({ defaultChecked: true });
});

test("a radio button is not chosen by default, and sends its own value", () => {
  expect(elementOf(<RadioField {...option} />, "input")).toMatchObject({
    type: "radio",
    name: "days",
    value: "30",
    defaultChecked: false,
  });
  expect(elementOf(<RadioField {...option} checked />, "input")).toMatchObject({ defaultChecked: true });
});

describe.each([
  ["a checkbox", (hint?: string) => <CheckboxField {...box} {...(hint && { hint })} />, box.id],
  ["a radio button", (hint?: string) => <RadioField {...option} {...(hint && { hint })} />, option.id],
] as const)("%s", (_, field, id) => {
  test("is followed by its label and hint, which refer to it", () => {
    const node = field("Once a month");
    expect(drawn(node).map(({ type }) => type)).toEqual(["div", "input", "label", "p"]);
    expect(elementOf(node, "label")).toMatchObject({ htmlFor: id });
    expect(elementOf(node, "p")).toMatchObject({ id: `${id}-hint` });
    expect(elementOf(node, "input")).toMatchObject({ id, "aria-describedby": `${id}-hint` });
  });

  test("has no description without a hint", () => {
    expect(elementOf(field(), "input")?.["aria-describedby"]).toBeUndefined();
  });
});
