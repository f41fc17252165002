/** One question has one answer, and one answer leads to one code. */
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import type { TestBrowser } from "../../test-hub.ts";
import {
  alice,
  apiAddress,
  begin,
  budget,
  closeIssuerFixture,
  exchange,
  opened,
  openIssuerFixture,
  signedIn,
} from "../../test-support/issuer-fixture.ts";

beforeAll(() => openIssuerFixture());
afterAll(closeIssuerFixture);

const fieldsOf = (hidden: readonly { readonly name: string; readonly value: string }[]) =>
  Object.fromEntries(hidden.map(({ name, value }) => [name, value]));

async function asked(browser: TestBrowser) {
  const { path, checks } = await begin(budget, "https://budget.example/callback", {
    scope: "openid email transactions.read",
    resource: apiAddress,
    prompt: "consent",
  });
  const page = await browser.follow(await browser.get(path));
  const { action, hidden } = page.screen("consent");
  const post = (fields: Record<string, string>) => browser.post(action, { ...fieldsOf(hidden), ...fields });
  return { checks, post };
}
const yes = { answer: "allow", duration: "90", "allow:email": "true" };
const kept = () => opened.hub.database.consents.find(alice.id, "budget");
const codeOf = (location: string) =>
  location === "" ? null : new URL(location, opened.origin).searchParams.get("code");

test("RFC 6749 4.1.2 one consent, sent and resumed eight times, yields one code", async () => {
  const browser = await signedIn();
  const { checks, post } = await asked(browser);
  const answers = await Promise.all(Array.from({ length: 8 }, () => post(yes)));
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([303]));
  const ends = await Promise.all(answers.map((answer) => browser.follow(answer)));
  const won = ends.filter(({ location }) => codeOf(location) !== null);
  expect(won).toHaveLength(1);
  expect(ends.filter(({ status }) => status === 400)).toHaveLength(7);
  await expect(exchange(budget, won[0]?.location ?? "", checks)).resolves.toMatchObject({
    token_type: "bearer",
  });
  const late = await post(yes);
  expect([late.status, late.screen("refused").code]).toEqual([400, "flow_expired"]);
});

test("declining after consent changes nothing, and consent after declining allows nothing", async () => {
  const browser = await signedIn();
  await opened.hub.database.consents.revoke(alice.id, "budget");
  const first = await asked(browser);
  await first.post({ answer: "deny" });
  const denied = await browser.follow(await first.post(yes));
  expect(new URL(denied.location).searchParams.get("error")).toBe("access_denied");
  expect(await kept()).toBeNull();

  const second = await asked(browser);
  const answer = await second.post(yes);
  await second.post({ answer: "deny" });
  expect(codeOf((await browser.follow(answer)).location)).not.toBeNull();
  expect((await kept())?.scopes).toContain("email");
});

test("tokens from one tab stay valid after the answer in a tab that asked earlier", async () => {
  const browser = await signedIn();
  await opened.hub.database.consents.revoke(alice.id, "budget");
  const tabs = [await asked(browser), await asked(browser)];
  const tokens = [];
  for (const { post, checks } of tabs) {
    const { location } = await browser.follow(await post(yes));
    tokens.push((await exchange(budget, location, checks)).access_token);
  }
  for (const token of tokens)
    expect(await opened.hub.issuer.provider.AccessToken.find(token)).toMatchObject({ accountId: alice.id });
});

test("concurrent first answers in several tabs: the tokens of each stay valid", async () => {
  await opened.hub.database.consents.revoke(alice.id, "budget");
  const browser = await signedIn();
  const tabs = await Promise.all(Array.from({ length: 6 }, () => asked(browser)));
  const tokens = await Promise.all(
    tabs.map(async ({ post, checks }) => {
      const { location } = await browser.follow(await post(yes));
      return (await exchange(budget, location, checks)).access_token;
    }),
  );
  for (const token of tokens)
    expect(await opened.hub.issuer.provider.AccessToken.find(token)).toMatchObject({ accountId: alice.id });
});

test("a sign-out and sign-in during the question repeats the question in the new session", async () => {
  const browser = await signedIn();
  const { checks, post } = await asked(browser);
  await browser.get("/cas/logout");
  await browser.signIn(alice);
  let page = await post(yes);
  while (page.status === 303) page = await browser.follow(page);
  const { action, hidden } = page.screen("consent");
  const answer = await browser.post(action, { ...fieldsOf(hidden), ...yes });
  const { location } = await browser.follow(answer);
  await expect(exchange(budget, location, checks)).resolves.toMatchObject({ token_type: "bearer" });
});

test("a consent revoked during a second question is not restored by its answer", async () => {
  const browser = await signedIn();
  await browser.follow(await (await asked(browser)).post(yes));
  const { post } = await asked(browser);
  await opened.hub.database.consents.revoke(alice.id, "budget");
  const page = await post({ ...yes, "allow:bank:transactions.read": "true" });
  expect([page.status, page.screen("refused").code]).toEqual([400, "flow_expired"]);
  expect(await kept()).toBeNull();
});

test("a consent revoked during a visit of the site is not restored by the visit", async () => {
  const { consents, oidcArtifacts } = opened.hub.database;
  const browser = await signedIn();
  const first = await asked(browser);
  const done = await browser.follow(await first.post(yes));
  await exchange(budget, done.location, first.checks);
  const change = vi.spyOn(oidcArtifacts, "change").mockImplementationOnce(async (id, artifact) => {
    await consents.revoke(alice.id, "budget");
    return oidcArtifacts.change(id, artifact);
  });
  const visit = async () => {
    const claims = JSON.stringify({ id_token: { email: null } });
    const { path } = await begin(budget, "https://budget.example/callback", {
      scope: "openid email",
      claims,
    });
    return browser.follow(await browser.get(path));
  };
  expect((await visit()).screen("consent").site.name).toBe("Budget");
  expect(change).toHaveBeenCalled();
  expect((await visit()).screen("consent").site.name).toBe("Budget");
});
