import { expect, test } from "vitest";
import { drawn } from "../test-support/drawn.ts";
import { CheckboxField } from "./checkbox-field.tsx";

const field = { id: "news", name: "sendNews", label: "Send me news" };
const elementOf = (node: Parameters<typeof drawn>[0], type: string) =>
  drawn(node).find((element) => element.type === type)?.props;

test("nothing is ticked that nobody ticked, and what is ticked is sent as true", () => {
  expect(elementOf(<CheckboxField {...field} />, "input")).toMatchObject({
    type: "checkbox",
    name: "sendNews",
    value: "true",
    defaultChecked: false,
  });
  expect(elementOf(<CheckboxField {...field} checked />, "input")).toMatchObject({ defaultChecked: true });
});

test("box, label and hint follow each other in this order and belong together", () => {
  const node = <CheckboxField {...field} hint="Once a month" />;
  expect(drawn(node).map(({ type }) => type)).toEqual(["div", "input", "label", "p"]);
  expect(elementOf(node, "label")).toMatchObject({ htmlFor: "news" });
  expect(elementOf(node, "p")).toMatchObject({ id: "news-hint" });
  expect(elementOf(node, "input")).toMatchObject({ id: "news", "aria-describedby": "news-hint" });
});

test("without a hint nothing is described", () => {
  expect(elementOf(<CheckboxField {...field} />, "input")?.["aria-describedby"]).toBeUndefined();
});
