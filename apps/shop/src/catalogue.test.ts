import { expect, it } from "vitest";
import { asksForMissingProduct, CATALOGUE, findProduct } from "./catalogue.ts";

it.each(["/products/caviar", "/products/caviar/", "/products/%2e%2e", "/products/toString"])(
  "knows that there is nothing at %s",
  (path) => expect(asksForMissingProduct(path)).toBe(true),
);

it.each(["/products/tulips", "/", "/cart", "/products", "/somewhere/products/caviar"])(
  "leaves %s to its route",
  (path) => expect(asksForMissingProduct(path)).toBe(false),
);

it("every product has an address of its own and a price in whole cents", () => {
  expect(new Set(CATALOGUE.map(({ slug }) => slug)).size).toBe(CATALOGUE.length);
  for (const product of CATALOGUE) {
    expect(findProduct(product.slug)).toBe(product);
    expect(product.slug).toMatch(/^[a-z]+(-[a-z]+)*$/);
    expect(Number.isInteger(product.priceCents) && product.priceCents > 0).toBe(true);
  }
});
