import { expect, it } from "vitest";
import { parseProduct, parseQuantity } from "./basket-form.ts";

it.each(["", "0", "100", "-1", "1.5", "1e1", " 7", "+7", "٣", "two"])("refuses a quantity of %j", (text) => {
  expect(() => parseQuantity(text)).toThrow("quantity_not_1_to_99");
});

it("takes a quantity from 1 to 99", () => {
  expect(["1", "07", "99"].map(parseQuantity)).toEqual([1, 7, 99]);
});

it.each(["", "Tulips", "toString", "../tulips"])("refuses a product of %j", (slug) => {
  expect(() => parseProduct(slug)).toThrow("product_unknown");
});
