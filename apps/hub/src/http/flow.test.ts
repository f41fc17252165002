import { describe, expect, test } from "vitest";
import { createCookies } from "./cookies.ts";
import { flowOf, sendsHubCookie, startFlow } from "./flow.ts";

const needs = { cookies: createCookies(false) };
const sending = (cookie?: string) => ({ header: (name: string) => (name === "cookie" ? cookie : undefined) });
const id = `FL-${"0123456789abcdef".repeat(4)}`;

describe("the flow of a browser", () => {
  test("stays the same as long as the browser sends it", () => {
    expect(flowOf(needs, sending(`gatehouse-flow=${id}`))).toEqual({ id, cookies: [] });
  });

  test.each([
    ["no cookie", undefined],
    ["a short value", `gatehouse-flow=${id.slice(1)}`],
    ["a long value", `gatehouse-flow=${id}0`],
    ["another alphabet", `gatehouse-flow=${id.toUpperCase()}`],
    ["text before it", `gatehouse-flow=x${id}`],
  ])("is created for %s", (_, cookie) => {
    const flow = flowOf(needs, sending(cookie));
    expect(flow.id).toMatch(/^FL-[0-9a-f]{64}$/);
    expect(flow.id).not.toBe(id);
    expect(flow.cookies).toEqual([expect.stringContaining(`gatehouse-flow=${flow.id};`)]);
  });

  test("is different each time", () => {
    const [first, second] = [startFlow(needs), startFlow(needs)];
    expect(first.cookie).toContain(`gatehouse-flow=${first.id};`);
    expect(second.id).not.toBe(first.id);
  });
});

test.each([
  [undefined, false],
  ["theme=dark", false],
  ["gatehouse-browser=x", false],
  ["gatehouse-flow=x", true],
  ["TGC-gatehouse=x", true],
])("a browser that sends %j has a cookie of the hub: %s", (cookie, keeps) => {
  expect(sendsHubCookie(needs, sending(cookie))).toBe(keeps);
});
