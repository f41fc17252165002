import { expect, it } from "vitest";
import { asksForMissingProduct } from "./missing-product.ts";

it.each(["/products/caviar", "/products/caviar/", "/products/%2e%2e", "/products/toString"])(
  "knows that there is nothing at %s",
  (path) => expect(asksForMissingProduct(path)).toBe(true),
);

it.each(["/products/tulips", "/", "/cart", "/products", "/somewhere/products/caviar"])(
  "leaves %s to its route",
  (path) => expect(asksForMissingProduct(path)).toBe(false),
);
