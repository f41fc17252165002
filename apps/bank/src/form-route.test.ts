import { beforeEach, describe, expect, it, vi } from "vitest";
import { formRoute, seeOther } from "./form-route.ts";

const site = "http://bank.localhost:3002";
const ownPage = { origin: site, "sec-fetch-site": "same-origin" };
const act = vi.fn(() => seeOther("/accounts"));
const route = formRoute(["to", "amount"], act);

beforeEach(() => {
  act.mockClear();
  vi.stubEnv("SITE_URL", site);
});

function post(body: string, headers: Record<string, string> = ownPage): Promise<Response> {
  const type = { "content-type": "application/x-www-form-urlencoded" };
  return route(
    new Request(`${site}/transfer/send`, { method: "POST", body, headers: { ...type, ...headers } }),
  );
}

async function expectRefused(answer: Response, code: string) {
  expect([answer.status, answer.headers.get("cache-control")]).toEqual([400, "no-store"]);
  expect(await answer.text()).toContain(`No money was moved.\nCode: ${code}\n`);
  expect(act).not.toHaveBeenCalled();
}

it("hands on a form of its own page, and sends on by GET", async () => {
  const answer = await post("to=savings&amount=2");
  expect([answer.status, answer.headers.get("location")]).toEqual([303, "/accounts"]);
  expect(act).toHaveBeenCalledExactlyOnceWith({ to: "savings", amount: "2" });
});

describe("where a form comes from", () => {
  it.each([
    ["another site", { origin: "http://shop.localhost:3001", "sec-fetch-site": "cross-site" }],
    ["another port of this host", { origin: "http://bank.localhost:3003" }],
    ["a sandboxed frame that claims to be same-origin", { origin: "null", "sec-fetch-site": "same-origin" }],
    ["a sandboxed frame", { origin: "null" }],
    ["a sibling host", { "sec-fetch-site": "same-site" }],
    ["an address bar", { "sec-fetch-site": "none" }],
    ["nowhere", {}],
  ])("refuses one from %s", async (_, headers) => {
    await expectRefused(await post("to=savings&amount=2", headers), "form_from_elsewhere");
  });

  it.each([{ origin: site }, { "sec-fetch-site": "same-origin" }])("takes %j alone", async (headers) => {
    expect((await post("to=savings&amount=2", headers)).status).toBe(303);
  });
});

describe("what is in a form", () => {
  it.each([
    ["the same field twice", "to=a&amount=1&amount=99", "field_duplicated"],
    ["a missing field", "to=a", "field_missing"],
    ["an unknown field", "to=a&amount=1&from=b", "field_unknown"],
    ["a name of every object", "to=a&amount=1&__proto__=1", "field_unknown"],
    ["more than 8 kB", `to=a&amount=${"1".repeat(9_000)}`, "form_too_large"],
  ])("refuses %s", async (_, body, code) => {
    await expectRefused(await post(body), code);
  });

  it("refuses another content type", async () => {
    const json = { ...ownPage, "content-type": "application/json" };
    await expectRefused(await post('{"to":"a"}', json), "form_not_urlencoded");
  });
});

it("a fault is not hidden", async () => {
  act.mockImplementationOnce(() => {
    throw new Error("of the ledger");
  });
  await expect(post("to=a&amount=1")).rejects.toThrow("of the ledger");
});
