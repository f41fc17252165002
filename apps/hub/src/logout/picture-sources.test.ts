import { expect, test } from "vitest";
import { pictureSources } from "./picture-sources.ts";

const addresses = (count: number, scheme = "https") =>
  Array.from({ length: count }, (_, index) => `${scheme}://s${index}.example/out?logoutRequest=x`);

test("up to twenty sites are listed, each once", () => {
  expect(pictureSources([])).toEqual([]);
  const named = pictureSources([...addresses(20), ...addresses(20)]);
  expect(named).toHaveLength(20);
  expect(named).toContain("https://s19.example");
});

test("more than twenty are allowed by scheme, plain http only if one of them uses it", () => {
  expect(pictureSources(addresses(21))).toEqual(["https:"]);
  expect(pictureSources([...addresses(300), ...addresses(1, "http")])).toEqual(["http:", "https:"]);
});
