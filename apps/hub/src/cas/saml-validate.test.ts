/** `/cas/samlValidate` over HTTP; titled by CAS protocol 3.0.3 and the checklist's section on SAML 1.1. */
import { createTicketId } from "@gatehouse/cas/server";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openTestHub, TestBrowser, type TestHub, type TestPerson } from "../test-hub.ts";

let opened: TestHub;
let alice: TestPerson;
let service: string;
beforeAll(async () => {
  opened = await openTestHub();
  alice = await opened.createPerson({ username: "alice" });
  service = opened.shop.service;
});
afterAll(() => opened.close());

async function issueTicket(): Promise<string> {
  const { location } = await new TestBrowser(opened).signIn(alice, `?${new URLSearchParams({ service })}`);
  return new URL(location).searchParams.get("ticket") ?? "";
}

/** As Apache's module writes it. */
const message = (artifact: string) =>
  `<?xml version="1.0" encoding="utf-8"?>
<SOAP-ENV:Envelope xmlns:SOAP-ENV="http://schemas.xmlsoap.org/soap/envelope/"><SOAP-ENV:Header/><SOAP-ENV:Body><samlp:Request xmlns:samlp="urn:oasis:names:tc:SAML:1.0:protocol" MajorVersion="1" MinorVersion="1" RequestID="_192.168.16.51.1024506224022" IssueInstant="2026-06-19T17:03:44.022Z"><samlp:AssertionArtifact>${artifact}</samlp:AssertionArtifact></samlp:Request></SOAP-ENV:Body></SOAP-ENV:Envelope>`;

function send(body: string, target: string = service, type = "text/xml; charset=utf-8") {
  const path = `/cas/samlValidate?${new URLSearchParams({ TARGET: target })}`;
  return new TestBrowser(opened).send(
    "POST",
    path,
    { "content-type": type, soapaction: "http://www.oasis-open.org/committees/security" },
    body,
  );
}

describe("4.2 and 11 SAML 1.1 validation", () => {
  test("a valid ticket: success, the user, the attributes, the service as audience", async () => {
    const { status, headers, body } = await send(message(await issueTicket()));
    expect([status, headers["content-type"]]).toEqual([200, "text/xml; charset=utf-8"]);
    expect(body).toMatch(/StatusCode Value="samlp:Success"/);
    expect(body).toContain('InResponseTo="_192.168.16.51.1024506224022"');
    expect(body).toMatch(/NameIdentifier>alice</);
    expect(body).toContain(">alice@example.com<");
    expect(body).toContain(service);
    expect(body.match(/<(?:\w+:)?Assertion /g)).toHaveLength(1);
  });

  test("the validation consumes the ticket", async () => {
    const ticket = await issueTicket();
    await send(message(ticket));
    const again = (await send(message(ticket))).body;
    expect(again).not.toContain("samlp:Success");
    expect(again).not.toContain("Assertion ");
  });

  test.each([
    ["an unknown ticket", () => send(message(createTicketId("ST")))],
    ["no ticket", () => send(message(""))],
    ["a ticket of another kind", () => send(message(createTicketId("PGT")))],
    [
      "no TARGET",
      () =>
        new TestBrowser(opened).send(
          "POST",
          "/cas/samlValidate",
          { "content-type": "text/xml" },
          message(createTicketId("ST")),
        ),
    ],
    ["no XML", () => send("ticket=ST-1")],
    [
      "a document type",
      async () => send(message(await issueTicket()).replace("?>", '?><!DOCTYPE a [<!ENTITY b "c">]>')),
    ],
  ])("%s: a status with the reason, and no assertion", async (_, ask) => {
    const { status, body } = await ask();
    expect(status).toBe(200);
    expect(body).toMatch(/StatusCode Value="samlp:(Requester|RequestDenied)"/);
    expect(body).not.toContain("Assertion ");
  });

  test("renew: a ticket from single sign-on is refused, one from credentials accepted", async () => {
    const browser = new TestBrowser(opened);
    const asked = `?${new URLSearchParams({ TARGET: service })}`;
    const { location } = await browser.signIn(alice, asked);
    const again = await browser.get(`/cas/login${asked}`);
    const path = `/cas/samlValidate${asked}&renew=true`;
    const statuses = await Promise.all(
      [location, again.location].map(async (url) => {
        const artifact = new URL(url).searchParams.get("SAMLart") ?? "";
        const { body } = await new TestBrowser(opened).send(
          "POST",
          path,
          { "content-type": "text/xml" },
          message(artifact),
        );
        return body.includes("samlp:Success");
      }),
    );
    expect(statuses).toEqual([true, false]);
  });

  test("a validation with another service consumes the ticket", async () => {
    const ticket = await issueTicket();
    expect((await send(message(ticket), opened.bank.service)).body).not.toContain("samlp:Success");
    expect((await send(message(ticket))).body).not.toContain("samlp:Success");
  });

  test("a message without a content type is accepted", async () => {
    const path = `/cas/samlValidate?${new URLSearchParams({ TARGET: service })}`;
    const { body } = await new TestBrowser(opened).send("POST", path, {}, message(await issueTicket()));
    expect(body).toMatch(/StatusCode Value="samlp:Success"/);
  });

  test("415 for a form, 405 for GET", async () => {
    expect((await send(message("x"), service, "application/x-www-form-urlencoded")).status).toBe(415);
    expect((await new TestBrowser(opened).get("/cas/samlValidate")).status).toBe(405);
  });

  test("of fifty concurrent validations of one ticket, one succeeds", async () => {
    const xml = message(await issueTicket());
    const answers = await Promise.all(Array.from({ length: 50 }, () => send(xml)));
    expect(answers.filter(({ body }) => body.includes("samlp:Success"))).toHaveLength(1);
  });
});
