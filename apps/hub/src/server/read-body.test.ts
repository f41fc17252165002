/** Bodies whose length nobody announced: `Transfer-Encoding: chunked`, as some clients send them. */
import { createTicketId } from "@gatehouse/cas/server";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openTestHub, TestBrowser, type TestHub, type TestPerson } from "../test-hub.ts";

const chunked = { "transfer-encoding": "chunked" };
let opened: TestHub;
let alice: TestPerson;
beforeAll(async () => {
  opened = await openTestHub();
  alice = await opened.createPerson();
});
afterAll(() => opened.close());

test("a form in chunks is read", async () => {
  const answer = await new TestBrowser(opened).signIn(alice, "", chunked);
  expect([answer.status, answer.location]).toEqual([303, "/account"]);
});

test("a message in chunks is read, and an empty one", async () => {
  const check = (body: string) =>
    new TestBrowser(opened).send(
      "POST",
      "/sites/v1/sessions/check",
      { ...chunked, authorization: opened.shop.authorization, "content-type": "application/json" },
      body,
    );
  const message = JSON.stringify({ sessionIndex: createTicketId("ST"), active: true });
  const answer = await check(message.padEnd(65_536));
  expect([answer.status, JSON.parse(answer.body)]).toEqual([200, { active: false, reason: "unknown" }]);
  expect((await check("")).status).toBe(400);
});

test("a form without end is refused before its end", async () => {
  const answer = await new TestBrowser(opened).signIn(
    { ...alice, password: "a".repeat(70_000) },
    "",
    chunked,
  );
  expect([answer.status, answer.screen("refused").code]).toEqual([413, "body_too_large"]);
});
