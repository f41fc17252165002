import { expect, test } from "vitest";
import { drawn } from "../test-support/drawn.ts";
import { RadioField } from "./radio-field.tsx";

const field = { id: "days-30", name: "days", value: "30", label: "For 30 days" };
const elementOf = (node: Parameters<typeof drawn>[0], type: string) =>
  drawn(node).find((element) => element.type === type)?.props;

test("what is chosen is sent by its own value, and nothing is chosen by itself", () => {
  expect(elementOf(<RadioField {...field} />, "input")).toMatchObject({
    type: "radio",
    name: "days",
    value: "30",
    defaultChecked: false,
  });
  expect(elementOf(<RadioField {...field} checked />, "input")).toMatchObject({ defaultChecked: true });
});

test("button, label and hint belong together", () => {
  const node = <RadioField {...field} hint="Then it asks again" />;
  expect(elementOf(node, "label")).toMatchObject({ htmlFor: "days-30" });
  expect(elementOf(node, "p")).toMatchObject({ id: "days-30-hint" });
  expect(elementOf(node, "input")).toMatchObject({ "aria-describedby": "days-30-hint" });
});
