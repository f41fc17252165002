import { pageUserField } from "@gatehouse/auth/form-route";
import { beforeEach, expect, it, vi } from "vitest";
import { formRoute, parseProduct, parseQuantity } from "./form-route.ts";

vi.mock("./auth.ts", () => ({ auth: async () => null }));
const SITE = "http://shop.localhost:3001";
const route = formRoute(["product"], ({ product }) => new Response(parseProduct(product).name));
beforeEach(() => {
  vi.stubEnv("SITE_URL", SITE);
});

function post(product: string, origin = SITE): Promise<Response> {
  const { name, value } = pageUserField(null);
  const body = new URLSearchParams({ product, [name]: value });
  return route(new Request(`${SITE}/cart/add`, { method: "POST", body, headers: { origin } }));
}

it("answers a fault with a page that does not say that nothing was changed", async () => {
  const log = vi.spyOn(console, "error").mockImplementation(() => undefined);
  const broken = formRoute([], () => Promise.reject(new Error("database is locked")));
  const { name, value } = pageUserField(null);
  const body = new URLSearchParams({ [name]: value });
  const answer = await broken(
    new Request(`${SITE}/cart/add`, { method: "POST", body, headers: { origin: SITE } }),
  );
  expect([answer.status, log.mock.calls.length]).toEqual([500, 1]);
  const page = await answer.text();
  expect(page).toContain("site_fault");
  expect(page).not.toMatch(/Nothing was changed|locked/);
  log.mockRestore();
});

it("accepts a form of its own page", async () => {
  expect((await post("whole-milk")).status).toBe(200);
});

it.each([
  ["a form of another site", "whole-milk", "http://bank.localhost:3002", "form_from_elsewhere"],
  ["a form with an unknown product", "../tulips", SITE, "product_unknown"],
  ["a form of more than 4 kB", "1".repeat(5_000), SITE, "form_too_large"],
])("answers %s with a page that shows the code", async (_, product, origin, code) => {
  const response = await post(product, origin);
  expect(response.status).toBe(400);
  expect(response.headers.get("content-type")).toBe("text/html; charset=utf-8");
  expect(response.headers.get("cache-control")).toBe("no-store");
  const page = await response.text();
  expect(page).toContain(code);
  expect(page).not.toMatch(/\.ts\b|node_modules/);
});

it.each(["", "0", "100", "-1", "1.5", "1e1", " 7", "+7", "٣", "two"])("refuses a quantity of %j", (text) => {
  expect(() => parseQuantity(text)).toThrow("quantity_not_1_to_99");
});

it("accepts a quantity from 1 to 99", () => {
  expect(["1", "07", "99"].map(parseQuantity)).toEqual([1, 7, 99]);
});

it.each(["", "Tulips", "toString", "../tulips"])("refuses a product of %j", (slug) => {
  expect(() => parseProduct(slug)).toThrow("product_unknown");
});
