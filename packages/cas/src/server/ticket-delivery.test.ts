import { expect, test } from "vitest";
import { parseService } from "./service.ts";
import { ticketForm, ticketHeaders } from "./ticket-delivery.ts";

const service = parseService("https://a.example/cb?x=a%20b");

test("2.1.1 POST: a form to the service, its query as it is", () => {
  expect(ticketForm(service, "ST-1")).toEqual({
    action: "https://a.example/cb?x=a%20b",
    fields: [{ name: "ticket", value: "ST-1" }],
  });
});

test("2.1.1 HEADER: service and ticket", () => {
  expect(ticketHeaders(service, "ST-1")).toEqual({ service: "https://a.example/cb?x=a%20b", ticket: "ST-1" });
});
