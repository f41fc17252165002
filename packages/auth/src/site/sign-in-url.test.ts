import { describe, expect, test } from "vitest";
import { redirect } from "../http/redirect.ts";
import { GatehouseAuthError } from "../log/gatehouse-auth-error.ts";
import type { RequestStanding } from "../session/site-session.ts";
import { addressToReauthenticate, addressToSignIn, signInUrl } from "./sign-in-url.ts";

test.each<[string | undefined, string | undefined, string]>([
  [undefined, undefined, "/api/auth/sign-in?returnTo=%2F"],
  ["/cart?a=b", undefined, "/api/auth/sign-in?returnTo=%2Fcart%3Fa%3Db"],
  ["/cart", "idle", "/api/auth/sign-in?returnTo=%2Fcart&reason=idle"],
])("a sign-in that returns to %j for the reason %j starts at %s", (returnTo, reason, address) => {
  expect(signInUrl(returnTo, reason)).toBe(address);
});

describe("a browser without a session goes", () => {
  type Without = Exclude<RequestStanding, { state: "signed-in" }>;
  const end = { reason: "idle", idleSeconds: null, heardAt: 0, toldAt: null } as const;
  const ended: Without = { state: "ended", reason: "idle", idleSeconds: null, end };
  const unclear: Without = { state: "unclear", error: new GatehouseAuthError("hub_unreachable") };

  test.each<[Without, boolean, string]>([
    [{ state: "anonymous" }, false, "sign-in?returnTo=%2Fcart"],
    [{ state: "anonymous" }, true, "signed-out?returnTo=%2Fcart"],
    [ended, false, "sign-in?returnTo=%2Fcart&reason=idle"],
    [ended, true, "sign-in?returnTo=%2Fcart&reason=idle"],
    [unclear, true, "unavailable?returnTo=%2Fcart"],
  ])("%#: by its state, signed out here %s, to %s", (standing, signedOutHere, address) => {
    expect(addressToSignIn(standing, "/cart", signedOutHere)).toBe(`/api/auth/${address}`);
  });

  const acr = "urn:gatehouse:acr:factor";
  test.each<[string, Parameters<typeof addressToReauthenticate>[1], string]>([
    ["an age, if the page requires a more recent one", { maxAge: 300, acr: null }, "&maxAge=300"],
    [
      "a class, if the page requires a stronger one",
      { maxAge: null, acr },
      `&acr=${encodeURIComponent(acr)}`,
    ],
    ["both", { maxAge: 300, acr }, `&maxAge=300&acr=${encodeURIComponent(acr)}`],
  ])("to the sign-in with %s", (_, lacking, query) => {
    expect(addressToReauthenticate("/pay", lacking)).toBe(`/api/auth/sign-in?returnTo=%2Fpay${query}`);
  });
});

test("RFC 9700 4.12 a redirect of the sign-in is 303, is not cached, and sends no Referer", () => {
  const answer = redirect("https://hub.example/", ["a=1", "b=2"]);
  expect(answer.status).toBe(303);
  expect(Object.fromEntries(answer.headers)).toMatchObject({
    location: "https://hub.example/",
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
  });
  expect(answer.headers.getSetCookie()).toEqual(["a=1", "b=2"]);
});
