import { describe, expect, test } from "vitest";
import { parseService } from "./service.ts";
import { ticketForm, ticketHeaders, ticketRedirect } from "./ticket-delivery.ts";

const service = parseService("https://a.example/cb?x=a%20b");

test("2.1.1 POST: a form to the service, whose query stays unchanged", () => {
  expect(ticketForm(service, "ST-1")).toEqual({
    action: "https://a.example/cb?x=a%20b",
    fields: [{ name: "ticket", value: "ST-1" }],
  });
});

test("2.1.1 HEADER: service and ticket", () => {
  expect(ticketHeaders(service, "ST-1")).toEqual({ service: "https://a.example/cb?x=a%20b", ticket: "ST-1" });
});

describe("2.2.4 the redirect with the ticket", () => {
  test.each([
    ["https://shop.example/cb", "https://shop.example/cb?ticket=ST-1"],
    ["https://shop.example/cb?", "https://shop.example/cb?ticket=ST-1"],
    ["https://shop.example", "https://shop.example/?ticket=ST-1"],
    ["https://shop.example/cb?a=b&a=c", "https://shop.example/cb?a=b&a=c&ticket=ST-1"],
    [
      "https://shop.example/cb?q=a%20b+c&x=%c3%a9&y",
      "https://shop.example/cb?q=a%20b+c&x=%c3%a9&y&ticket=ST-1",
    ],
    ["https://shop.example/cb?a=b#there", "https://shop.example/cb?a=b&ticket=ST-1"],
    ["https://shop.example/cb?to=%2F%3Fa%3D1%26b", "https://shop.example/cb?to=%2F%3Fa%3D1%26b&ticket=ST-1"],
  ])("of %s keeps the query unchanged", (service, redirect) => {
    expect(ticketRedirect(parseService(service), "ST-1")).toBe(redirect);
  });

  test("can be split into the service and the ticket again", () => {
    const url = new URL(ticketRedirect(parseService("https://shop.example/cb?a=1"), "ST-&service=x"));
    expect(url.searchParams.get("ticket")).toBe("ST-&service=x");
    expect(url.searchParams.has("service")).toBe(false);
  });
});
