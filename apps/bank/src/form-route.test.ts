import { pageUserField } from "@gatehouse/auth/form-route";
import { beforeEach, expect, it, vi } from "vitest";
import { formRoute } from "./form-route.ts";

const site = "http://bank.localhost:3002";
const signedIn = vi.hoisted(() => ({ userId: "alice" }));
vi.mock("./auth.ts", () => ({ auth: async () => ({ user: { id: signedIn.userId } }) }));
beforeEach(() => {
  vi.stubEnv("SITE_URL", site);
  signedIn.userId = "alice";
});

/** A form of a page of alice. */
function transfer(origin = site): Request {
  const { name, value } = pageUserField("alice");
  const body = new URLSearchParams({ [name]: value });
  return new Request(`${site}/transfer/send`, { method: "POST", body, headers: { origin } });
}

it.each([
  ["its own page", site, 200, "done"],
  ["another site", "http://shop.localhost:3001", 400, "No money was moved.\nCode: form_from_elsewhere\n"],
])("a form from %s", async (_, origin, status, text) => {
  const answer = await formRoute([], () => new Response("done"))(transfer(origin));
  expect(answer.status).toBe(status);
  expect(await answer.text()).toContain(text);
  if (status === 400) expect(answer.headers.get("cache-control")).toBe("no-store");
});

it("redirects a form of another user's page to a new form", async () => {
  signedIn.userId = "bob";
  const act = vi.fn(() => new Response("done"));
  const answer = await formRoute([], act)(transfer());
  expect([answer.status, answer.headers.get("location")]).toEqual([303, "/transfer?refused=user_changed"]);
  expect(act).not.toHaveBeenCalled();
});

it("does not say after a fault that no money was moved", async () => {
  const log = vi.spyOn(console, "error").mockImplementation(() => undefined);
  const answer = await formRoute([], () => Promise.reject(new Error("database is locked")))(transfer());
  expect([answer.status, log.mock.calls.length]).toEqual([500, 1]);
  expect(await answer.text()).toBe(
    "Something went wrong on our side. Look at your accounts before you try again.\nCode: site_fault\n",
  );
  log.mockRestore();
});
