import { expect, it, vi } from "vitest";
import { formRoute } from "./form-route.ts";

const site = "http://bank.localhost:3002";

it.each([
  ["its own page", site, 200, "done"],
  ["another site", "http://shop.localhost:3001", 400, "No money was moved.\nCode: form_from_elsewhere\n"],
])("a form from %s", async (_, origin, status, text) => {
  vi.stubEnv("SITE_URL", site);
  const route = formRoute(["to"], () => new Response("done"));
  const body = new URLSearchParams({ to: "savings" });
  const answer = await route(
    new Request(`${site}/transfer/send`, { method: "POST", body, headers: { origin } }),
  );
  expect(answer.status).toBe(status);
  expect(await answer.text()).toContain(text);
  if (status === 400) expect(answer.headers.get("cache-control")).toBe("no-store");
});

it("does not promise after a fault that no money was moved", async () => {
  vi.stubEnv("SITE_URL", site);
  const log = vi.spyOn(console, "error").mockImplementation(() => undefined);
  const route = formRoute([], () => Promise.reject(new Error("database is locked")));
  const headers = { origin: site, "content-type": "application/x-www-form-urlencoded" };
  const answer = await route(new Request(`${site}/transfer/send`, { method: "POST", headers }));
  expect([answer.status, log.mock.calls.length]).toEqual([500, 1]);
  expect(await answer.text()).toBe(
    "Something went wrong on our side. Look at your accounts before you try again.\nCode: site_fault\n",
  );
  log.mockRestore();
});
