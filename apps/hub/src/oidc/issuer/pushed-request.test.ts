/** RFC 9126: authorization requests that the site hands over by itself; titled by section. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openTestHub, TestBrowser, type TestHub, type TestPerson } from "../../test-hub.ts";
import { type Parameters, RelyingSite } from "../../test-support/relying-site.ts";
import {
  redirectUri,
  suiteEnvironment,
  suiteRegistration,
  suiteSite,
} from "../../test-support/suite-site.ts";

let opened: TestHub;
let alice: TestPerson;
let site: RelyingSite;
let browser: TestBrowser;
beforeAll(async () => {
  opened = await openTestHub({
    environment: suiteEnvironment,
    sites: () => ({ suite: suiteRegistration("suite"), other: suiteRegistration("other") }),
  });
  alice = await opened.createPerson();
  site = suiteSite(opened, "suite");
  browser = new TestBrowser(opened);
  await browser.signIn(alice);
});
afterAll(() => opened.close());

const parameters = (more: Parameters = {}) =>
  Object.fromEntries(new URLSearchParams(site.authorization({ state: "s", ...more }).split("?")[1]));
const push = (more: Parameters = {}, by = site) => by.post("/oidc/request", parameters(more));
const visit = (request_uri: unknown, client_id = "suite") =>
  browser.get(`/oidc/auth?${new URLSearchParams({ client_id, request_uri: String(request_uri) })}`);

describe("2 a pushed request", () => {
  test("2.2, 4 leads to a code, once: of ten concurrent visits one", async () => {
    const { status, json } = await push();
    expect([status, json]).toEqual([
      201,
      { request_uri: expect.stringMatching(/^urn:ietf:params:oauth:request_uri:/), expires_in: 60 },
    ]);
    const answers = await Promise.all(Array.from({ length: 10 }, () => visit(json.request_uri)));
    const codes = answers.flatMap(({ location }) =>
      location === "" ? [] : new URL(location).searchParams.getAll("code"),
    );
    expect(codes).toHaveLength(1);
    expect((await site.exchange(codes[0] ?? "")).status).toBe(200);
  });

  test("2.1 requires client authentication", async () => {
    const wrong = new RelyingSite(opened, { ...site.options, secret: "wrong" });
    const { status, json } = await push({}, wrong);
    expect([status, json.error]).toEqual([401, "invalid_client"]);
  });

  test.each<[string, Parameters, string]>([
    ["to an unregistered redirect URI", { redirect_uri: `${redirectUri}/x` }, "invalid_request"],
    ["without a challenge", { code_challenge: undefined }, "invalid_request"],
    ["longer than 8,000 bytes", { nonce: "x".repeat(8000) }, "invalid_request"],
    ["with a scope beyond the registration", { scope: "openid groups" }, "invalid_scope"],
    [
      "with a request_uri of its own",
      { request_uri: "urn:ietf:params:oauth:request_uri:x" },
      "request_uri_not_supported",
    ],
  ])("2.3 %s is refused at once", async (_, wrong, error) => {
    const before = opened.lines.length;
    const { status, json } = await push(wrong);
    expect([status, json.error, json.request_uri]).toEqual([400, error, undefined]);
    expect(opened.lines.slice(before).join("\n")).toContain('"endpoint":"pushed_authorization_request"');
  });

  test("7.1, 7.3 of another site, guessed, or two minutes old is refused by a page", async () => {
    const { json } = await push();
    const late = await push();
    const refused = [await visit(json.request_uri, "other"), await visit(`${json.request_uri}x`)];
    await opened.advance(121);
    refused.push(await visit(late.json.request_uri));
    const outcomes = refused.map((answer) => [answer.status, answer.location, answer.screen("refused").code]);
    const codes = ["invalid_request_object", "invalid_request_uri", "invalid_request_uri"];
    expect(outcomes).toEqual(codes.map((code) => [400, "", code]));
  });
});
