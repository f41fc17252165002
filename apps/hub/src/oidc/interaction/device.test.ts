/** The device flow, with a client from npm that nobody here wrote; titled by RFC 8628's sections. */
import { ageAttempts } from "@gatehouse/database/test-clock";
import * as client from "openid-client";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { TestBrowser } from "../../test-hub.ts";
import {
  alice,
  all,
  ask,
  begin,
  closeDeviceFixture,
  decide,
  enter,
  fieldsOf,
  openDeviceFixture,
  opened,
  other,
  scope,
  signedIn,
  tokens,
  tool,
} from "../../test-support/device-fixture.ts";

beforeAll(openDeviceFixture);
afterAll(closeDeviceFixture);

/** As Japanese and Chinese keyboards type Latin letters. */
const wide = (code: string) =>
  code.replace(/[!-~]/g, (letter) => String.fromCodePoint((letter.codePointAt(0) ?? 0) + 0xfee0));

test("3.2 and 4 discovery names the endpoint, which leads to the hub's page", async () => {
  expect(tool.serverMetadata().device_authorization_endpoint).toBe(`${opened.origin}/oidc/device/auth`);
  const begun = await begin();
  expect(begun.verification_uri).toBe(`${opened.origin}/device`);
  expect(begun.verification_uri_complete).toBe(`${opened.origin}/device?user_code=${begun.user_code}`);
  expect(begun.user_code).toMatch(/^[A-Z]{4}-[A-Z]{4}$/);
});

describe("3.3 a user decides", () => {
  test("shows site, scopes and device code, and the device gets the ticked scopes", async () => {
    const begun = await begin();
    const browser = await signedIn();
    const page = await enter(browser, begun.user_code.toLowerCase().replace("-", " "));
    expect(page.screen("consent")).toMatchObject({
      site: { name: "The tool" },
      asks: [{ value: "profile" }, { value: "email" }, { value: "bank:transactions.read" }],
      device: { code: begun.user_code },
      offline: false,
    });
    const { "allow:email": _, ...fewer } = all;
    const done = await decide(browser, begun.user_code, fewer);
    expect(done.screen("device-done")).toEqual({
      site: { name: "The tool", host: "tool.example" },
      outcome: "allowed",
      allows: ["see your name, username and picture", "see your transactions at The bank"],
      offline: false,
      days: 90,
    });
    const got = tokens(await ask(begun.device_code));
    expect(got.claims()).toMatchObject({ sub: alice.id, aud: "tool" });
    expect(got.scope).toBe("transactions.read");
    expect(got.refresh_token).toBeUndefined();
    expect((await opened.hub.database.consents.find(alice.id, "tool"))?.scopes).toEqual([
      "openid",
      "profile",
    ]);
  });

  test.each([
    ["lower case", (code: string) => code.toLowerCase()],
    ["wide letters", wide],
    [
      "wide letters in lower case, with blanks between",
      (code: string) => [...wide(code.toLowerCase())].join(" "),
    ],
    ["without the dash", (code: string) => code.replace("-", "")],
    ["an en dash", (code: string) => code.replace("-", "–")],
    ["a wide dash", (code: string) => code.replace("-", "－")],
    ["a no-break hyphen and blanks", (code: string) => ` ${code.replace("-", " \u2011 ")}\u00a0`],
    ["a TAB and a line feed around it", (code: string) => `\t${code}\n`],
    ["zero-width marks around it", (code: string) => `\u200b${code}\ufeff`],
  ])("6.1 a code is accepted with %s", async (_, typed) => {
    const begun = await begin();
    const page = await enter(await signedIn(), typed(begun.user_code));
    expect(page.screen("consent").device).toEqual({ code: begun.user_code });
  });

  test("the token does not allow scopes that were not ticked", async () => {
    const begun = await begin();
    const { "allow:bank:transactions.read": _, ...fewer } = all;
    await decide(await signedIn(), begun.user_code, fewer);
    const token = await opened.hub.issuer.provider.AccessToken.find(
      tokens(await ask(begun.device_code)).access_token,
    );
    expect(token?.scopes.has("transactions.read")).toBe(false);
  });

  test("a link fills in the code and confirms nothing, and outlives signing in", async () => {
    const begun = await begin();
    const { pathname, search } = new URL(begun.verification_uri_complete ?? "");
    const browser = new TestBrowser(opened);
    const form = await browser.get(pathname + search);
    expect(form.location).toBe(`/oidc/device?user_code=${begun.user_code}`);
    const asked = await browser.get(form.location);
    const answer = await browser.signIn(alice, new URL(asked.location, opened.origin).search);
    const page = await browser.follow(answer);
    expect(page.screen("device-code").code).toBe(begun.user_code);
    expect(await ask(begun.device_code)).toBe("authorization_pending");
  });

  test("a sign-in older than the device's max_age has to be repeated first", async () => {
    const begun = await begin({ max_age: "60" });
    const browser = await signedIn();
    await opened.advance(61);
    const answer = await enter(browser, begun.user_code);
    expect(new URL(answer.location, opened.origin).searchParams.get("renew")).toBe("true");
  });

  test("declining gives the device access_denied", async () => {
    const begun = await begin();
    const done = await decide(await signedIn(), begun.user_code, { answer: "deny" });
    expect(done.screen("device-done").outcome).toBe("declined");
    expect(await ask(begun.device_code)).toBe("access_denied");
  });

  test("a code can be decided only once", async () => {
    const begun = await begin();
    const browser = await signedIn();
    const { action, hidden } = (await enter(browser, begun.user_code)).screen("consent");
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => browser.post(action, { ...fieldsOf(hidden), ...all })),
    );
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, ...Array(7).fill(400)]);
    expect((await enter(browser, begun.user_code)).screen("device-code").error?.code).toBe("code_wrong");
  });
});

describe("3.5 the device polls", () => {
  test("too often: slow_down", async () => {
    const { device_code: code } = await begin();
    expect(await ask(code)).toBe("authorization_pending");
    expect(await ask(code)).toBe("slow_down");
  });

  test("an expired code gives expired_token, and the page refuses it too", async () => {
    const begun = await begin();
    await opened.advance(begun.expires_in + 1);
    expect(await ask(begun.device_code)).toBe("expired_token");
    const page = await enter(await signedIn(), begun.user_code);
    expect([page.status, page.screen("device-code").error?.code]).toEqual([400, "code_wrong"]);
  });

  test("after consent, an expired code gives expired_token, and a new code works", async () => {
    const late = await begin();
    await decide(await signedIn(), late.user_code, all);
    await opened.advance(2 * late.expires_in - 1);
    expect(await ask(late.device_code)).toBe("expired_token");
    const begun = await begin();
    await decide(await signedIn(), begun.user_code, all);
    expect(tokens(await ask(begun.device_code)).token_type).toBe("bearer");
  });

  test("of 10 concurrent polls one gets tokens, and the code is consumed", async () => {
    const begun = await begin({ scope: `${scope} offline_access` });
    await decide(await signedIn(), begun.user_code, all);
    const answers = await Promise.all(Array.from({ length: 10 }, () => ask(begun.device_code)));
    const won = answers.filter((answer) => typeof answer === "object");
    expect(won).toHaveLength(1);
    expect(new Set(answers.filter((answer) => typeof answer !== "object"))).toEqual(
      new Set(["invalid_grant"]),
    );
    expect(await ask(begun.device_code)).toBe("invalid_grant");
  });

  test("another program gets no tokens for the code", async () => {
    const begun = await begin();
    await decide(await signedIn(), begun.user_code, all);
    expect(await ask(begun.device_code, other)).toBe("invalid_grant");
    expect(typeof (await ask(begun.device_code))).toBe("object");
  });
});

describe("5 protection against other browsers", () => {
  test("5.1 the eleventh code in a session gets 429", async () => {
    const browser = await signedIn();
    for (let tries = 0; tries < 10; tries += 1) expect((await enter(browser, "BBBB-BBBB")).status).toBe(400);
    await ageAttempts(opened.hub.database, -600);
    const refused = await enter(browser, "BBBB-BBBB");
    expect([refused.status, refused.screen("device-code").error?.code]).toEqual([429, "too_many_attempts"]);
    expect(Number(refused.headers["retry-after"])).toBeGreaterThan(0);
  });

  test("5.4 a form of another session, site or code allows nothing", async () => {
    const begun = await begin();
    const [mine, theirs] = [await signedIn(), await signedIn()];
    const form = fieldsOf((await enter(mine, begun.user_code)).screen("consent").hidden);
    const token = fieldsOf((await theirs.get("/oidc/device")).screen("device-code").hidden).token ?? "";
    const second = await begin();
    const post = (browser: TestBrowser, more: Record<string, string>) =>
      browser.post("/oidc/device/decide", { ...form, ...all, ...more });
    expect((await post(theirs, {})).status).toBe(403);
    expect((await post(theirs, { token })).status).toBe(403);
    expect((await post(mine, { site: "other" })).status).toBe(403);
    expect((await post(mine, { user_code: second.user_code })).status).toBe(403);
    expect(
      (await mine.post("/oidc/device/decide", { ...form, ...all }, { origin: "https://evil.example" }))
        .status,
    ).toBe(403);
    expect(await ask(begun.device_code)).toBe("authorization_pending");
  });

  test.each(["/oidc/Device", "/oidc/device/", "/oidc/device/abc"])(
    "%s does not reach a page of oidc-provider",
    async (path) => {
      expect((await (await signedIn()).get(path)).status).toBe(404);
    },
  );
});

test("without offline_access the access ends with the browser's session, with it it lasts until it is revoked", async () => {
  const browser = await signedIn();
  const [ends, stays] = [await begin(), await begin({ scope: `${scope} offline_access` })];
  await decide(browser, ends.user_code, all);
  await decide(browser, stays.user_code, all);
  const bound = tokens(await ask(ends.device_code));
  const free = tokens(await ask(stays.device_code));
  const isActive = async (token: string) =>
    (await opened.hub.issuer.provider.AccessToken.find(token)) !== undefined;
  expect([await isActive(bound.access_token), await isActive(free.access_token)]).toEqual([true, true]);
  await browser.get("/cas/logout");
  expect([await isActive(bound.access_token), await isActive(free.access_token)]).toEqual([false, true]);
  const again = await client.refreshTokenGrant(tool, free.refresh_token ?? "");
  expect(await opened.hub.database.consents.revoke(alice.id, "tool")).toBe(true);
  expect(await isActive(again.access_token)).toBe(false);
  await expect(client.refreshTokenGrant(tool, again.refresh_token ?? "")).rejects.toMatchObject({
    error: "invalid_grant",
  });
});
