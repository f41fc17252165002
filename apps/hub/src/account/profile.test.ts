/** `/account/name` and `/account/picture` over HTTP. */
import { createHash, randomBytes } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type BrowserAnswer, openTestHub, TestBrowser, type TestHub, type TestPerson } from "../test-hub.ts";

let opened: TestHub;
let alice: TestPerson;
let browser: TestBrowser;
beforeAll(async () => {
  opened = await openTestHub();
});
beforeEach(async () => {
  alice = await opened.createPerson();
  browser = new TestBrowser(opened);
  await browser.signIn(alice);
});
afterAll(() => opened.close());

const profile = async (by = browser) => (await by.get("/account")).screen("account");
const change = async (name: string) =>
  browser.post("/account/name", { token: (await profile()).token, name });

describe("the name", () => {
  test("is changed, and the page says so once", async () => {
    const answer = await change("  נועה כהן ");
    expect([answer.status, answer.location]).toEqual([303, "/account"]);
    expect(await profile()).toMatchObject({
      person: { name: "נועה כהן", username: alice.username },
      notice: { at: "profile", text: expect.stringContaining("Your name is נועה כהן.") },
    });
    expect((await profile()).notice).toBeNull();
  });

  test("that cannot be stored is shown again with the reason", async () => {
    const answer = await change("W".repeat(61));
    expect([answer.status, answer.screen("account-name")]).toMatchObject([
      400,
      { typed: "W".repeat(61), error: "Enter a name of at most 60 characters." },
    ]);
    expect((await profile()).person.name).toBe(`Person ${alice.username}`);
  });

  test("typed in a form that was sent too late is filled in again after the sign-in", async () => {
    const { token } = await profile();
    await opened.advance(1801);
    const asked = await browser.post("/account/name", { token, name: "Late Alice" });
    const form = await browser.follow(asked);
    const { username, password } = alice;
    const back = await browser.post("/cas/login", { ...browser.hiddenFields(form), username, password });
    expect((await browser.follow(back)).screen("account-name").typed).toBe("Late Alice");
    expect((await profile()).person.name).toBe(`Person ${username}`);
  });
});

const png = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
  "base64",
);

async function upload(
  file: Uint8Array,
  more: (form: FormData) => void = () => undefined,
  headers: Record<string, string> = {},
): Promise<BrowserAnswer> {
  const form = new FormData();
  form.set("token", (await profile()).token);
  form.set("picture", new Blob([Uint8Array.from(file)], { type: "image/png" }), "me.png");
  more(form);
  const sent = new Response(form);
  return browser.send(
    "POST",
    "/account/picture",
    {
      "content-type": sent.headers.get("content-type") ?? "",
      origin: opened.origin,
      "sec-fetch-site": "same-origin",
      ...headers,
    },
    new Uint8Array(await sent.arrayBuffer()),
  );
}

describe("the picture", () => {
  test("is shown at the address of its content, which nothing but a picture can come from", async () => {
    expect((await upload(png)).location).toBe("/account");
    const hash = createHash("sha256").update(png).digest("hex");
    expect((await profile()).person.picture).toBe(hash);
    const answer = await new TestBrowser(opened).get(`/pictures/${hash}`);
    expect([answer.status, answer.headers["content-type"]]).toEqual([200, "image/png"]);
    expect(answer.headers).toMatchObject({
      "content-length": String(png.byteLength),
      "x-content-type-options": "nosniff",
      "content-security-policy": expect.stringMatching(/^sandbox;/),
      "cache-control": "public, max-age=31536000, immutable",
      "cross-origin-resource-policy": "cross-origin",
    });
  });

  test("is gone from its address when it is removed, and when its user is disabled", async () => {
    const own = Buffer.from(png);
    randomBytes(8).copy(own, own.indexOf("IDAT") + 4);
    await upload(own);
    const { picture } = (await profile()).person;
    const address = `/pictures/${picture}`;
    const status = async () => (await browser.get(address)).status;
    await opened.hub.database.people.setDisabled(alice.id, true);
    expect(await status()).toBe(404);
    await opened.hub.database.people.setDisabled(alice.id, false);
    expect(await status()).toBe(200);
    const { token } = await profile();
    expect((await browser.post("/account/picture/remove", { token })).location).toBe("/account");
    expect([await status(), (await profile()).person.picture]).toEqual([404, null]);
  });

  test.each<[string, Uint8Array, string]>([
    ["no file", new Uint8Array(), "picture_missing"],
    ["a page", Buffer.from("<script>alert(1)</script>"), "picture_unknown"],
    ["200,001 bytes", Buffer.concat([png, Buffer.alloc(200_001 - png.length)]), "picture_too_large"],
  ])("%s: refused with the reason", async (_, file, error) => {
    const answer = await upload(file);
    expect([answer.status, answer.screen("account-picture").error]).toEqual([400, error]);
    expect((await profile()).person.picture).toBeNull();
  });

  test("a body of more than a megabyte is not read", async () => {
    const answer = await upload(Buffer.alloc(1_000_001));
    expect([answer.status, answer.screen("refused").code]).toEqual([413, "body_too_large"]);
  });

  test.each<[string, (form: FormData) => void]>([
    ["a second token", (form) => form.append("token", "x")],
    ["a second picture", (form) => form.append("picture", new Blob(["x"]), "x.png")],
  ])("a form with %s is refused", async (_, more) => {
    expect((await upload(png, more)).screen("refused").code).toBe("form_unreadable");
    expect((await profile()).person.picture).toBeNull();
  });

  test("a damaged form and one of another type are refused", async () => {
    const damaged = await upload(png, undefined, { "content-type": "multipart/form-data; boundary=x" });
    expect([damaged.status, damaged.screen("refused").code]).toEqual([400, "form_unreadable"]);
    const other = await upload(png, undefined, { "content-type": "application/x-www-form-urlencoded" });
    expect(other.status).toBe(415);
  });

  test("ASVS 3.5.1 an upload without the form token, or from another site, changes nothing", async () => {
    const forged = await upload(png, (form) => form.set("token", "0".repeat(32)));
    expect([forged.status, forged.screen("refused").code]).toEqual([403, "form_token_wrong"]);
    const foreign = await upload(png, undefined, { origin: "https://evil.example" });
    expect([foreign.status, foreign.screen("refused").code]).toEqual([403, "cross_site_request"]);
    expect((await profile()).person.picture).toBeNull();
  });

  test.each(["x", "0".repeat(64), "'%20OR%20true"])("there is none at /pictures/%s", async (hash) => {
    expect((await browser.get(`/pictures/${hash}`)).status).toBe(404);
  });
});
