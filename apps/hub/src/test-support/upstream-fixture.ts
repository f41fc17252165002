/** A hub whose users can sign in with another provider, which is a real issuer in the process. */
import { testRecord } from "@gatehouse/database/test-record";
import {
  type BrowserAnswer,
  openTestHub,
  type TestBrowser,
  type TestHub,
  type TestHubOverrides,
  type TestPerson,
} from "../test-hub.ts";
import { openUpstreamIssuer, type UpstreamIssuer } from "./upstream-issuer.ts";

export interface UpstreamFixture {
  readonly opened: TestHub;
  readonly issuer: UpstreamIssuer;
  /** Presses the button of the sign-in page. */
  begin(browser: TestBrowser, query?: string, more?: Record<string, string>): Promise<BrowserAnswer>;
  /** Presses the button, signs in at the provider, and comes back to the hub. */
  signIn(browser: TestBrowser, query?: string, more?: Record<string, string>): Promise<BrowserAnswer>;
  /** Comes back from the provider. */
  comeBack(browser: TestBrowser, callback: string): Promise<BrowserAnswer>;
  /** Connects the issuer's account to a user, without a browser. */
  link(person: TestPerson, id?: string): Promise<void>;
  close(): Promise<void>;
}

/** @param more registrations, and other parts of the hub */
export async function openUpstreamFixture(
  environment: Readonly<Record<string, string>> = {},
  more: Omit<TestHubOverrides, "environment"> = {},
): Promise<UpstreamFixture> {
  const hubUrl = "http://hub.localhost:3000";
  const issuer = await openUpstreamIssuer(`${hubUrl}/upstream/callback/work`);
  const opened = await openTestHub({
    ...more,
    environment: {
      HUB_URL: hubUrl,
      UPSTREAMS: "work",
      UPSTREAM_WORK_NAME: "Example Work",
      UPSTREAM_WORK_ISSUER: issuer.origin,
      UPSTREAM_WORK_CLIENT_ID: issuer.clientId,
      UPSTREAM_WORK_CLIENT_SECRET: issuer.clientSecret,
      ...environment,
    },
  });
  const fixture: UpstreamFixture = {
    opened,
    issuer,
    async begin(browser, query = "", more = {}) {
      const form = await browser.get(`/cas/login${query}`);
      const [button] = form.screen("login").providers;
      if (button === undefined) throw new Error("the sign-in page has no button of a provider");
      return browser.post(button.action, { ...browser.hiddenFields(form), ...more });
    },
    async signIn(browser, query, more) {
      const { location } = await fixture.begin(browser, query, more);
      return fixture.comeBack(browser, await issuer.authorize(location));
    },
    comeBack: (browser, callback) =>
      browser.get(callback.slice(hubUrl.length), {
        "sec-fetch-site": "cross-site",
        "sec-fetch-mode": "navigate",
      }),
    async link({ id: personId }, id = "42") {
      await opened.hub.database.upstreamAccounts.link(
        { provider: "work", id, personId, label: "zoe" },
        testRecord,
      );
    },
    async close() {
      await opened.close();
      await issuer.close();
    },
  };
  return fixture;
}
