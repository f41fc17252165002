import { beforeEach, describe, expect, it, vi } from "vitest";
import { parseProduct, parseQuantity } from "./basket-form.ts";
import { formRoute } from "./form-route.ts";

const SITE = "http://shop.localhost:3001";
const OWN_PAGE = { origin: SITE, "sec-fetch-site": "same-origin" };
const FORM = "application/x-www-form-urlencoded";

const act = vi.fn(() => new Response(null, { status: 303, headers: { location: "/cart" } }));
const route = formRoute(["product", "quantity"], act);

beforeEach(() => {
  act.mockClear();
  vi.stubEnv("SITE_URL", SITE);
});

function post(body: string, headers: Record<string, string> = OWN_PAGE): Promise<Response> {
  return route(
    new Request(`${SITE}/cart/add`, { method: "POST", body, headers: { "content-type": FORM, ...headers } }),
  );
}

async function expectRefused(response: Response, code: string) {
  expect(response.status).toBe(400);
  expect(response.headers.get("content-type")).toBe("text/html; charset=utf-8");
  const page = await response.text();
  expect(page).toContain(code);
  expect(page).not.toMatch(/\.ts\b|node_modules/);
  expect(act).not.toHaveBeenCalled();
}

it("hands on a form of its own page", async () => {
  const response = await post("product=whole-milk&quantity=2");
  expect(response.status).toBe(303);
  expect(act).toHaveBeenCalledExactlyOnceWith({ product: "whole-milk", quantity: "2" });
});

describe("where a form comes from", () => {
  it.each([
    ["another site", { origin: "http://bank.localhost:3002", "sec-fetch-site": "cross-site" }],
    ["another port of this host", { origin: "http://shop.localhost:3002" }],
    ["a sandboxed frame", { origin: "null" }],
    ["a sandboxed frame that claims to be same-origin", { origin: "null", "sec-fetch-site": "same-origin" }],
    ["a sibling host", { "sec-fetch-site": "same-site" }],
    ["an address bar or a bookmark", { "sec-fetch-site": "none" }],
    ["nowhere", {}],
  ])("refuses one from %s", async (_, headers) => {
    await expectRefused(await post("product=whole-milk&quantity=2", headers), "form_from_elsewhere");
  });

  it("takes the browser's word by either header", async () => {
    expect((await post("product=tulips&quantity=1", { origin: SITE })).status).toBe(303);
    expect((await post("product=tulips&quantity=1", { "sec-fetch-site": "same-origin" })).status).toBe(303);
  });
});

describe("what is in a form", () => {
  it.each([
    ["the same field twice", "product=tulips&quantity=1&quantity=99", "field_duplicated"],
    ["a missing field", "product=tulips", "field_missing"],
    ["an unknown field", "product=tulips&quantity=1&price=0", "field_unknown"],
    ["a name of every object", "product=tulips&quantity=1&__proto__=1", "field_unknown"],
    ["more than 4 kB", `product=tulips&quantity=${"1".repeat(5_000)}`, "form_too_large"],
  ])("refuses %s", async (_, body, code) => {
    await expectRefused(await post(body), code);
  });

  it("refuses another content type", async () => {
    const json = { ...OWN_PAGE, "content-type": "application/json" };
    await expectRefused(await post('{"product":"tulips"}', json), "form_not_urlencoded");
  });

  it.each(["", "0", "100", "-1", "1.5", "1e1", " 7", "+7", "٣", "two"])(
    "refuses a quantity of %j",
    (text) => {
      expect(() => parseQuantity(text)).toThrow("quantity_not_1_to_99");
    },
  );

  it("takes a quantity from 1 to 99", () => {
    expect(["1", "07", "99"].map(parseQuantity)).toEqual([1, 7, 99]);
  });

  it.each(["", "Tulips", "toString", "../tulips"])("refuses a product of %j", (slug) => {
    expect(() => parseProduct(slug)).toThrow("product_unknown");
  });
});

it("leaves a fault of our own to the server, which shows no page of it", async () => {
  act.mockImplementationOnce(() => {
    throw new TypeError("a defect");
  });
  await expect(post("product=tulips&quantity=1")).rejects.toThrow("a defect");
});
