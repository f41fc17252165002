import { expect, it } from "vitest";
import { asksForMissingProduct, CATALOGUE, findProduct } from "./catalogue.ts";

it.each(["/products/caviar", "/products/caviar/", "/products/%2e%2e", "/products/toString"])(
  "%s is the page of a missing product",
  (path) => expect(asksForMissingProduct(path)).toBe(true),
);

it.each(["/products/tulips", "/", "/cart", "/products", "/somewhere/products/caviar"])(
  "%s is not the page of a missing product",
  (path) => expect(asksForMissingProduct(path)).toBe(false),
);

it("every product has a unique address and a price in whole cents", () => {
  expect(new Set(CATALOGUE.map(({ slug }) => slug)).size).toBe(CATALOGUE.length);
  for (const product of CATALOGUE) {
    expect(findProduct(product.slug)).toBe(product);
    expect(product.slug).toMatch(/^[a-z]+(-[a-z]+)*$/);
    expect(Number.isInteger(product.priceCents) && product.priceCents > 0).toBe(true);
  }
});
