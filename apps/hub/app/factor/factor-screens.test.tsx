import { describe, expect, test } from "vitest";
import type { RecoveryCodesScreen, SecondFactorScreen, SetUpCodesScreen } from "../../src/screen/screen.ts";
import { renderScreen } from "../render-screen.tsx";

const hidden = [{ name: "token", value: "token-1" }];
const secondFactor: SecondFactorScreen = {
  action: "/cas/login/factor",
  hidden,
  site: { name: "Harbour Bank", host: "bank.localhost" },
  person: { name: "Alice", username: "alice" },
  isStepUp: false,
  codes: true,
  passkey: null,
  recoveryCodes: true,
  startOver: "/cas/login",
  error: null,
};
const setUp: SetUpCodesScreen = {
  action: "/account/security/codes/new",
  hidden,
  because: "wanted",
  passkeyInstead: null,
  site: null,
  qrCode: { size: 3, path: "M1 1h1v1h-1z" },
  secret: "ABCD EFGH",
  cancelTo: "/account/security",
  error: null,
};
const recovery: RecoveryCodesScreen = {
  codes: ["abcd-efgh-ijkl-mnop-qrst-uvwx"],
  download: { action: "/account/security/recovery-codes/download", hidden },
  token: "token-1",
  because: "codes-on",
  continueTo: "/account/security",
};

const drawnFactor = (over: Partial<SecondFactorScreen> = {}) =>
  renderScreen({ name: "second-factor", model: { ...secondFactor, ...over } });
const drawnSetUp = (over: Partial<SetUpCodesScreen> = {}) =>
  renderScreen({ name: "set-up-codes", model: { ...setUp, ...over } });
const drawnRecovery = () => renderScreen({ name: "recovery-codes", model: recovery });

test.each([
  ["second-factor", drawnFactor().body],
  ["set-up-codes", drawnSetUp().body],
  ["recovery-codes", drawnRecovery().body],
])("%s has one heading, a skip link, and nothing that the policy forbids", (_, html) => {
  expect(html.match(/<h1\b/g)).toHaveLength(1);
  expect(html).toContain('href="#main"');
  expect(html).not.toMatch(/\sstyle=|<style|<script(?! src="\/assets\/)|\son[a-z]+=|placeholder=/);
});

test("the set-up that a site demands leads back to it, any other one to Security", () => {
  const asked = { because: "asked-for", site: { name: "Harbour Bank", host: "bank.example" } } as const;
  const passkeyInstead = "/account/security/passkeys/new?site=bank";
  const { body } = drawnSetUp({ ...asked, cancelTo: "https://bank.example/", passkeyInstead });
  expect(body).toMatch(
    /<a [^>]*href="\/account\/security\/passkeys\/new\?site=bank"[^>]*>Add a passkey instead</,
  );
  expect(body).toMatch(/<a [^>]*href="https:\/\/bank\.example\/"[^>]*>Back to Harbour Bank</);
  expect(drawnSetUp().body).toMatch(/<a [^>]*href="\/account\/security"[^>]*>Cancel</);
});

test.each([
  ["codes-on", true],
  ["passkey-added", true],
  ["renewed", true],
  ["new-account", false],
] as const)("recovery codes after %s offer to end other sign-ins: %s", (because, offers) => {
  const { body } = renderScreen({ name: "recovery-codes", model: { ...recovery, because } });
  expect(body.includes("Sign out everywhere else")).toBe(offers);
});

describe("the second step", () => {
  test("the browser may fill in the code, and phones show digits", () => {
    const input = drawnFactor().body.match(/<input id="code"[^>]*>/)?.[0];
    expect(input).toContain('autoComplete="one-time-code"');
    expect(input).toContain('inputMode="numeric"');
  });

  test.each([
    ["code_missing", false, "code"],
    ["code_wrong", false, "code"],
    ["code_used", false, "code"],
    ["too_many_attempts", false, "code"],
    ["recovery_code_missing", true, "recovery-code"],
    ["recovery_code_wrong", true, "recovery-code"],
  ] as const)(
    "after %s the summary links to the input, and the title begins with Error",
    (code, isRecovery, id) => {
      const { body, title } = drawnFactor({ error: { code, isRecovery } });
      expect(body.match(/<div[^>]*role="alert".*?href="#([^"]+)"/)?.[1]).toBe(id);
      expect(body.match(new RegExp(`<input id="${id}"[^>]*>`))?.[0]).toContain('aria-invalid="true"');
      expect(title).toBe("Error: Confirm that it is you · Gatehouse");
    },
  );

  test("the recovery code is folded unless it is the only way or went wrong", () => {
    const isOpen = (over: Partial<SecondFactorScreen>) => /<details[^>]*\sopen/.test(drawnFactor(over).body);
    expect(isOpen({})).toBe(false);
    expect(isOpen({ codes: false })).toBe(true);
    expect(isOpen({ error: { code: "recovery_code_wrong", isRecovery: true } })).toBe(true);
  });

  test("step-up names the site that demands it", () => {
    expect(drawnFactor({ isStepUp: true }).body).toContain("<bdi>Harbour Bank</bdi> needs a second step");
    expect(drawnFactor().body).toContain("You are signing in as <bdi>Alice</bdi>. One step is left.");
  });
});

describe("setting up one-time codes", () => {
  test("shows the picture and the key as text", () => {
    const { body } = drawnSetUp();
    expect(body).toContain('<path d="M1 1h1v1h-1z" fill="#000"');
    expect(body).toContain('data-copy="ABCDEFGH">ABCD EFGH</code>');
  });

  test.each([
    ["wanted", "your password and a code from your phone"],
    ["asked-for", "needs more than your password"],
    ["operator", "Operators sign in with a password and a second step."],
  ] as const)("%s: it says why", (because, words) => {
    expect(drawnSetUp({ because }).body).toContain(words);
  });
});

test("the recovery codes can be downloaded, and other sign-ins ended, by plain forms", () => {
  const { body } = drawnRecovery();
  expect(body).toContain("abcd-efgh-ijkl-mnop-qrst-uvwx");
  expect(body).toContain('action="/account/security/recovery-codes/download"');
  expect(body).toContain('action="/account/sessions/end-others"');
});
