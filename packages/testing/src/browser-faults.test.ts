import { EventEmitter } from "node:events";
import type { BrowserContext } from "@playwright/test";
import { beforeEach, expect, test } from "vitest";
import { BrowserFaults } from "./browser-faults.ts";

/** Emits the events of a context with one page. */
class StandInContext extends EventEmitter {
  readonly session = new EventEmitter();
  readonly sent: string[] = [];
  readonly page = { url: () => "http://shop.localhost/", context: () => this, close: async () => undefined };
  newPage = async () => this.page;
  pages = () => [this.page];
  newCDPSession = async () =>
    Object.assign(this.session, { send: async (command: string) => void this.sent.push(command) });

  consoleSays(type: string, text: string, url = "http://shop.localhost/a.js"): void {
    this.emit("console", {
      type: () => type,
      text: () => text,
      location: () => ({ url }),
      page: () => this.page,
    });
  }
}

let context: StandInContext;
let faults: BrowserFaults;
beforeEach(async () => {
  context = new StandInContext();
  faults = new BrowserFaults();
  faults.watch(context as unknown as BrowserContext);
  await context.newPage();
});

const verify = () => faults.verify();

test("a browser without faults passes", () => {
  context.consoleSays("warning", "deprecated");
  expect(verify).not.toThrow();
});

test("an error in the console fails, with page, text and address", () => {
  context.consoleSays("error", "x is not defined");
  expect(verify).toThrow(
    "console error on http://shop.localhost/: x is not defined http://shop.localhost/a.js",
  );
});

test("an uncaught exception fails", () => {
  context.emit("weberror", { error: () => new TypeError("broken"), page: () => null });
  expect(verify).toThrow("page error on no page: TypeError: broken");
});

test("a cookie that the browser refuses fails", () => {
  context.session.emit("Network.responseReceivedExtraInfo", {
    blockedCookies: [{ cookieLine: "__Host-a=b; Path=/x", blockedReasons: ["InvalidPrefix"] }],
  });
  expect(verify).toThrow("blocked cookie on http://shop.localhost/: __Host-a=b; Path=/x (InvalidPrefix)");
});

test("a violation of the content security policy fails, reported by audit or console", () => {
  context.session.emit("Audits.issueAdded", {
    issue: { details: { contentSecurityPolicyIssueDetails: { violatedDirective: "script-src" } } },
  });
  context.consoleSays("error", "Refused to load: Content Security Policy");
  expect(verify).toThrow(/policy violation on \S+ script-src .*\n.*policy violation on \S+ Refused to load/);
});

test("http content in an https page fails", () => {
  context.session.emit("Audits.issueAdded", {
    issue: { details: { mixedContentIssueDetails: { insecureURL: "http://x.example/a.png" } } },
  });
  expect(verify).toThrow("policy violation on http://shop.localhost/: mixed content http://x.example/a.png");
});

test("a missing image fails, the status of a whole page does not", () => {
  const missing = "Failed to load resource: 404";
  context.emit("request", { isNavigationRequest: () => true, url: () => "http://shop.localhost/gone" });
  context.emit("request", { isNavigationRequest: () => false, url: () => "http://shop.localhost/a.png" });
  context.consoleSays("error", missing, "http://shop.localhost/gone");
  expect(verify).not.toThrow();
  context.consoleSays("error", missing, "http://shop.localhost/a.png");
  expect(verify).toThrow(`${missing} http://shop.localhost/a.png`);
});

test("an expected fault passes, by part of its text or by expression; another kind does not", () => {
  context.consoleSays("error", "x is not defined");
  faults.expect("console error", "not defined");
  faults.expect("console error", /^x is/);
  expect(verify).not.toThrow();
  faults.expect("page error", "not defined");
  expect(verify).toThrow("expected, but did not come: page error not defined");
});

test("every fault has to be expected", () => {
  faults.expect("console error", "first");
  context.consoleSays("error", "first");
  context.consoleSays("error", "second");
  expect(verify).toThrow(/complained:\nconsole error on \S+ second/);
});

test("a page is watched before it is handed out", () => {
  expect(context.sent).toEqual(["Network.enable", "Audits.enable"]);
});
