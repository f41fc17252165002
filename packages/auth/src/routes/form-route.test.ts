import { beforeEach, describe, expect, test, vi } from "vitest";
import { createFormRoute, FormError, pageUserField, seeOther } from "./form-route.ts";

const site = "http://bank.localhost:3002";
const ownPage = { origin: site, "sec-fetch-site": "same-origin" };
const act = vi.fn<() => Response | Promise<Response>>(() => seeOther("/accounts"));
const formRoute = createFormRoute<"amount_wrong">({
  siteOrigin: () => site,
  largestBytes: 4096,
  refuse: (code, status) => new Response(code, { status }),
});
const route = formRoute(["to", "amount"], act);

beforeEach(() => act.mockClear());

function post(
  body: BodyInit,
  headers: Record<string, string> = ownPage,
  send: (request: Request) => Promise<Response> = route,
): Promise<Response> {
  const type = { "content-type": "application/x-www-form-urlencoded" };
  const sent = { method: "POST", body, headers: { ...type, ...headers }, duplex: "half" };
  return send(new Request(`${site}/transfer/send`, sent));
}

async function expectRefused(answer: Response, code: string) {
  expect([answer.status, await answer.text()]).toEqual([400, code]);
  expect(act).not.toHaveBeenCalled();
}

test("accepts a form of its own page, and redirects by GET", async () => {
  const answer = await post("to=savings&amount=2");
  expect([answer.status, answer.headers.get("location")]).toEqual([303, "/accounts"]);
  expect(answer.headers.get("cache-control")).toBe("no-store");
  expect(act).toHaveBeenCalledExactlyOnceWith({ to: "savings", amount: "2" }, null);
});

test("decodes UTF-8 across chunks", async () => {
  const bytes = new TextEncoder().encode("to=Café&amount=");
  const pieces = new ReadableStream({
    start(controller) {
      for (const piece of [bytes.slice(0, 7), bytes.slice(7)]) controller.enqueue(piece);
      controller.close();
    },
  });
  await post(pieces);
  expect(act).toHaveBeenCalledExactlyOnceWith({ to: "Café", amount: "" }, null);
});

describe("where a form comes from", () => {
  test.each([
    ["another site", { origin: "http://shop.localhost:3001", "sec-fetch-site": "cross-site" }],
    ["another port of this host", { origin: "http://bank.localhost:3003" }],
    ["a sandboxed frame", { origin: "null", "sec-fetch-site": "cross-site" }],
    ["a sandboxed frame of this site", { origin: "null", "sec-fetch-site": "same-site" }],
    ["nobody, in a browser that does not say from where", { origin: "null" }],
    ["a sibling host", { "sec-fetch-site": "same-site" }],
    ["an address bar or a bookmark", { "sec-fetch-site": "none" }],
    ["another site, though the origin is right", { origin: site, "sec-fetch-site": "cross-site" }],
    ["nowhere", {}],
  ])("refuses one from %s", async (_, headers) => {
    await expectRefused(await post("to=savings&amount=2", headers), "form_from_elsewhere");
  });

  test.each([
    { origin: site },
    { "sec-fetch-site": "same-origin" },
    // The site's own page under Referrer-Policy: no-referrer.
    { origin: "null", "sec-fetch-site": "same-origin" },
  ])("takes %j alone", async (headers) => {
    expect((await post("to=savings&amount=2", headers)).status).toBe(303);
  });
});

describe("what is in a form", () => {
  test.each([
    ["the same field twice", "to=a&amount=1&amount=99", "field_duplicated"],
    ["an empty field twice", "to=&amount=1&to=b", "field_duplicated"],
    ["a missing field", "to=a", "field_missing"],
    ["an unknown field", "to=a&amount=1&from=b", "field_unknown"],
    ["a name of every object", "to=a&amount=1&__proto__=1", "field_unknown"],
    ["more than it may have", `to=a&amount=${"1".repeat(5_000)}`, "form_too_large"],
  ])("refuses %s", async (_, body, code) => {
    await expectRefused(await post(body), code);
  });

  test("has at most the permitted number of bytes", async () => {
    const body = (size: number) => `to=a&amount=${"1".repeat(size - 12)}`;
    await expectRefused(await post(body(4_097)), "form_too_large");
    expect((await post(body(4_096))).status).toBe(303);
  });

  test.each(["application/x-www-form-urlencoded ; charset=UTF-8", "Application/X-WWW-Form-URLEncoded"])(
    "accepts the content type %s",
    async (type) => {
      expect((await post("to=a&amount=1", { ...ownPage, "content-type": type })).status).toBe(303);
    },
  );

  test("refuses a form without a content type or a body", async () => {
    const send = (init: RequestInit) =>
      route(new Request(`${site}/transfer/send`, { method: "POST", headers: ownPage, ...init }));
    await expectRefused(
      await send({ body: new TextEncoder().encode("to=a&amount=1") }),
      "form_not_urlencoded",
    );
    const type = { "content-type": "application/x-www-form-urlencoded" };
    await expectRefused(await send({ headers: { ...ownPage, ...type } }), "field_missing");
  });

  test("refuses another content type", async () => {
    const json = { ...ownPage, "content-type": "application/json" };
    await expectRefused(await post('{"to":"a"}', json), "form_not_urlencoded");
  });
});

test("a FormError of the site is rendered the same way", async () => {
  act.mockImplementationOnce(() => {
    throw new FormError<"amount_wrong">("amount_wrong");
  });
  const answer = await post("to=a&amount=x");
  expect([answer.status, await answer.text()]).toEqual([400, "amount_wrong"]);
});

test("another error is site_fault, without details, and is logged", async () => {
  const fault = new Error("of the ledger");
  const log = vi.spyOn(console, "error").mockImplementation(() => undefined);
  act.mockRejectedValueOnce(fault);
  const answer = await post("to=a&amount=1");
  expect([answer.status, await answer.text()]).toEqual([500, "site_fault"]);
  expect(log).toHaveBeenCalledExactlyOnceWith(fault);
  log.mockRestore();
});

test("errors of Next.js for redirects are thrown on", async () => {
  act.mockRejectedValueOnce(
    Object.assign(new Error("NEXT_REDIRECT"), { digest: "NEXT_REDIRECT;push;/;307;" }),
  );
  await expect(post("to=a&amount=1")).rejects.toThrow("NEXT_REDIRECT");
});

describe("the user of the form's page", () => {
  let current: string | null;
  const withUser = createFormRoute({
    siteOrigin: () => site,
    currentUserId: async () => current,
    refuse: async (code, status) => new Response(code, { status }),
  })(["to"], act);

  function postFrom(pageUser: string | null, now: string | null): Promise<Response> {
    current = now;
    const { name, value } = pageUserField(pageUser);
    return post(new URLSearchParams({ to: "savings", [name]: value }), ownPage, withUser);
  }

  test("another user than the signed-in one: refused before anything is done", async () => {
    await expectRefused(await postFrom("alice", "bob"), "user_changed");
  });

  test.each([
    ["the signed-in user", "alice", "alice"],
    ["nobody, and somebody has signed in since", null, "alice"],
    ["nobody, and nobody is signed in", null, null],
    ["a user who is signed out by now", "alice", null],
  ])("%s: accepted, and the route learns whose page it was", async (_, pageUser, now) => {
    expect((await postFrom(pageUser, now)).status).toBe(303);
    expect(act).toHaveBeenCalledExactlyOnceWith({ to: "savings" }, pageUser);
  });

  test("a form that does not say it is refused, even with nobody signed in", async () => {
    current = null;
    await expectRefused(await post("to=savings", ownPage, withUser), "field_missing");
  });

  test("a form that says it twice is refused", async () => {
    current = "bob";
    const { name } = pageUserField("alice");
    const body = `to=savings&${name}=bob&${name}=alice`;
    await expectRefused(await post(body, ownPage, withUser), "field_duplicated");
  });
});
