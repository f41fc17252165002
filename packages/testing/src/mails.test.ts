import { afterEach, beforeEach, expect, test } from "vitest";
import { readMails } from "./mails.ts";
import { openStandInHub, type StandInHub } from "./test-support/stand-in-hub.ts";

let hub: StandInHub;
beforeEach(async () => {
  hub = await openStandInHub();
});
afterEach(() => hub.close());

test("the hub is asked for the mails of one address", async () => {
  const mail = { kind: "sign-up", subject: "Hello", text: "Hello", html: "<p>Hello</p>", link: null };
  hub.answer = () => ({ status: 200, body: JSON.stringify([mail]) });
  expect(await readMails("ada@example.com")).toEqual([mail]);
  expect(hub.received).toMatchObject([
    { call: "POST /test/v1/mails", authorization: "Bearer the key", body: { recipient: "ada@example.com" } },
  ]);
});
